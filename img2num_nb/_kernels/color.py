"""Colour space conversions of (N, 3) arrays, from linear light; only operations that every CPU rounds alike."""

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from .run import inline, kernel

LAB_EPSILON = 216 / 24389  # CIE 15:2004: where the cube root of CIELAB gives way to a line
LAB_KAPPA = 24389 / 27
CUBE_ROOT_START = (
    3.0713063e18  # two thirds of the bits of 1.0, less what evens out the error of the first guess
)


@intrinsic
def _bits_of(typingctx, value):
    """Reinterpret a float64 as int64."""
    return types.int64(types.float64), lambda ctx, b, sig, args: b.bitcast(args[0], ir.IntType(64))


@intrinsic
def _float_of(typingctx, value):
    """Reinterpret an int64 as float64."""
    return types.float64(types.int64), lambda ctx, b, sig, args: b.bitcast(args[0], ir.DoubleType())


@inline
def cube_root(x):
    """Cube root to about 1e-14: a third of the bits as a start (exact to 3.5 %), then two of Halley's steps."""
    size = abs(x)
    y = _float_of(np.int64(np.float64(_bits_of(size)) * (1.0 / 3.0) + CUBE_ROOT_START))
    for _ in range(2):
        cube = y * y * y
        y = y * (cube + 2.0 * size) / (2.0 * cube + size)
    return 0.0 if size < 1e-30 else (-y if x < 0.0 else y)


@inline
def snap(value):
    """Round to the nearest integer, halves up."""
    return np.floor(value + 0.5)


@kernel
def decode(colors, table, out):
    """Look the 256 levels of uint8 colours up."""
    for i in range(len(colors)):
        for c in range(3):
            out[i, c] = table[colors[i, c]]


@kernel
def linear(light, scale, out):
    for i in range(len(light)):
        for c in range(3):
            out[i, c] = snap(light[i, c] * scale)


@kernel
def lab(light, matrix, scale, out):
    """CIELAB; `matrix` takes linear RGB to XYZ relative to the white point."""
    for i in range(len(light)):
        r, g, b = light[i, 0], light[i, 1], light[i, 2]
        x = matrix[0, 0] * r + matrix[0, 1] * g + matrix[0, 2] * b
        y = matrix[1, 0] * r + matrix[1, 1] * g + matrix[1, 2] * b
        z = matrix[2, 0] * r + matrix[2, 1] * g + matrix[2, 2] * b
        fx = cube_root(x) if x > LAB_EPSILON else (LAB_KAPPA * x + 16.0) / 116.0
        fy = cube_root(y) if y > LAB_EPSILON else (LAB_KAPPA * y + 16.0) / 116.0
        fz = cube_root(z) if z > LAB_EPSILON else (LAB_KAPPA * z + 16.0) / 116.0
        out[i, 0] = snap((116.0 * fy - 16.0) * scale)
        out[i, 1] = snap(500.0 * (fx - fy) * scale)
        out[i, 2] = snap(200.0 * (fy - fz) * scale)


@kernel
def oklab(light, to_lms, from_lms, scale, out):
    """Oklab: linear RGB to cone responses, cube root, to lightness and two opponent axes."""
    for i in range(len(light)):
        r, g, b = light[i, 0], light[i, 1], light[i, 2]
        u = cube_root(to_lms[0, 0] * r + to_lms[0, 1] * g + to_lms[0, 2] * b)
        v = cube_root(to_lms[1, 0] * r + to_lms[1, 1] * g + to_lms[1, 2] * b)
        w = cube_root(to_lms[2, 0] * r + to_lms[2, 1] * g + to_lms[2, 2] * b)
        for c in range(3):
            out[i, c] = snap((from_lms[c, 0] * u + from_lms[c, 1] * v + from_lms[c, 2] * w) * scale)


@kernel
def affine(rgb, matrix, offset, scale, out):
    """``matrix @ rgb + offset``, for YCbCr."""
    for i in range(len(rgb)):
        r, g, b = rgb[i, 0], rgb[i, 1], rgb[i, 2]
        for c in range(3):
            value = matrix[c, 0] * r + matrix[c, 1] * g + matrix[c, 2] * b + offset[c]
            out[i, c] = snap(value * scale)


@inline
def _cos_sin(angle):
    """Cosine and sine for 0 <= angle <= pi / 3, by Taylor series to 1e-13."""
    q = angle * angle
    cos = 1.0
    sin = 1.0
    for n in (14.0, 12.0, 10.0, 8.0, 6.0, 4.0, 2.0):
        cos = 1.0 - q / (n * (n - 1.0)) * cos
        sin = 1.0 - q / (n * (n + 1.0)) * sin
    return cos, sin * angle


@kernel
def cone(rgb, scale, out):
    """HSV as a point of the cone: (S V cos H, S V sin H, V), from RGB in 0..1. S V is the chroma max - min."""
    sixth_cos = np.array([1.0, 0.5, -0.5, -1.0, -0.5, 0.5])
    sixth_sin = np.array([0.0, 1.0, 1.0, 0.0, -1.0, -1.0]) * (np.sqrt(3.0) / 2.0)
    for i in range(len(rgb)):
        r, g, b = rgb[i, 0], rgb[i, 1], rgb[i, 2]
        value = max(r, g, b)
        chroma = value - min(r, g, b)
        hue = 0.0  # in sixths of a turn
        if chroma > 0.0:
            if value == r:
                hue = (g - b) / chroma
            elif value == g:
                hue = (b - r) / chroma + 2.0
            else:
                hue = (r - g) / chroma + 4.0
            if hue < 0.0:
                hue += 6.0
        sector = min(np.int64(hue), 5)
        cos, sin = _cos_sin((hue - sector) * (np.pi / 3.0))
        a, o = sixth_cos[sector], sixth_sin[sector]
        out[i, 0] = snap(chroma * (cos * a - sin * o) * scale)
        out[i, 1] = snap(chroma * (cos * o + sin * a) * scale)
        out[i, 2] = snap(value * scale)
