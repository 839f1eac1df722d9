"""What the numbers of a file mean as light, where it does not say so by an ICC profile alone; and from there to sRGB.

A matrix profile of more than 8 bits, PNG's cICP, gAMA and cHRM, AVIF's nclx, Adobe RGB said by EXIF, and CIELAB all become an
`Encoding`: a curve from samples to light, a matrix from light to the light of sRGB. The numbers stay whole until the very end.
"""

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

_BLOCK = 1 << 18  # pixels converted at a time, so that a large image needs no second large float array


@dataclass(frozen=True, eq=False)
class Encoding:
    """How samples stand for light.

    Attributes
    ----------
    curves : tuple of callable
        Take samples of 0..1 and return light, where 1 is white: one for all channels, or one each.
    matrix : (3, 3) ndarray, optional
        From that light to linear sRGB.
    luminance : (3,) ndarray, optional
        Weights of the channels in luminance, where the display's gamma of HLG is to be applied.
    note : str, optional
        A sentence for the user.
    """

    curves: tuple[Callable, ...]
    matrix: np.ndarray | None = None
    luminance: np.ndarray | None = None
    note: str | None = None

    def to_levels(self, array, value_range):
        """Return ``(H, W, C)`` samples, gray or RGB and perhaps alpha, as uint8 levels of sRGB; the nearest, halves upwards."""
        from ..color import linear_to_srgb

        black, white = value_range
        count = 3 if array.shape[2] > 2 else 1
        tables = self._tables(array.dtype, black, white)
        out = np.empty(array.shape, np.uint8)
        step = max(1, _BLOCK // array.shape[1])
        for start in range(0, len(array), step):
            rows = slice(start, start + step)
            colors, alpha = array[rows, :, :count], array[rows, :, count:]
            if tables:
                parts = [table[colors[..., i :: len(tables)]] for i, table in enumerate(tables)]
            else:
                values = _unit(colors, black, white)
                parts = [curve(values[..., i :: len(self.curves)]) for i, curve in enumerate(self.curves)]
            light = self._to_srgb_light(np.concatenate(parts, axis=-1))
            out[rows, :, :count] = np.floor(255 * linear_to_srgb(light) + 0.5)
            out[rows, :, count:] = np.floor(255 * _unit(alpha, black, white) + 0.5)
        return out

    def _tables(self, dtype, black, white):
        """Return the light of each value of a small integer dtype, by curve; none for others."""
        if dtype.kind != "u" or dtype.itemsize > 2:
            return []
        values = _unit(np.arange(1 << 8 * dtype.itemsize), black, white)
        return [curve(values) for curve in self.curves]

    def _to_srgb_light(self, light):
        if self.luminance is not None and light.shape[-1] == 3:
            light = light * np.maximum(light @ self.luminance, 1e-9)[..., None] ** (HLG_GAMMA - 1) * HLG_PEAK
        elif self.luminance is not None:
            light = light**HLG_GAMMA * HLG_PEAK
        if self.matrix is not None and light.shape[-1] == 3:
            light = light @ self.matrix.T
        return np.clip(light, 0, 1)


def _unit(values, black, white):
    return np.clip((values.astype(np.float64) - black) / (white - black), 0, 1)


# --- primaries --------------------------------------------------------------------------------------------

D65, D50 = (0.3127, 0.3290), (0.3457, 0.3585)
#: ITU-T H.273, table 2: chromaticities of R, G, B and white.
PRIMARIES = {
    1: ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060), D65),  # BT.709, sRGB
    4: ((0.670, 0.330), (0.210, 0.710), (0.140, 0.080), (0.310, 0.316)),  # NTSC 1953
    5: ((0.640, 0.330), (0.290, 0.600), (0.150, 0.060), D65),  # PAL
    6: ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), D65),  # SMPTE 170M
    7: ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), D65),  # SMPTE 240M
    8: ((0.681, 0.319), (0.243, 0.692), (0.145, 0.049), (0.310, 0.316)),  # film
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), D65),  # BT.2020
    10: ((1.0, 0.0), (0.0, 1.0), (0.0, 0.0), (1 / 3, 1 / 3)),  # CIE XYZ
    11: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), (0.314, 0.351)),  # DCI-P3
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), D65),  # Display P3
    22: ((0.630, 0.340), (0.295, 0.605), (0.155, 0.077), D65),  # EBU Tech. 3213
}
ADOBE_RGB = ((0.640, 0.330), (0.210, 0.710), (0.150, 0.060), D65)
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])


def _xyz(xy):
    return np.array([xy[0] / xy[1], 1.0, (1 - xy[0] - xy[1]) / xy[1]])


def _to_xyz(primaries):
    """Return the matrix from linear RGB to XYZ of these primaries and white."""
    red, green, blue, white = primaries
    columns = np.array([[x, y, 1 - x - y] for x, y in (red, green, blue)]).T
    return columns * np.linalg.solve(columns, _xyz(white))


def _adapt(source, target):
    """Return the Bradford matrix from XYZ under one white to XYZ under another (ICC.1:2022, annex E)."""
    before, after = _BRADFORD @ _xyz(source), _BRADFORD @ _xyz(target)
    return np.linalg.inv(_BRADFORD) @ (_BRADFORD * (after / before)[:, None])


_FROM_XYZ = np.linalg.inv(_to_xyz(PRIMARIES[1]))
FROM_XYZ_D50 = _FROM_XYZ @ _adapt(D50, D65)


def _matrix(primaries):
    """Return the matrix from linear RGB of some primaries to linear sRGB; None where that is the same."""
    if np.allclose(np.array(primaries), np.array(PRIMARIES[1]), atol=0.005):
        return None
    return _FROM_XYZ @ _adapt(primaries[3], D65) @ _to_xyz(primaries)


# --- curves -----------------------------------------------------------------------------------------------

WHITE_NITS = 203.0  # graphics white of HDR pictures, cd/m2 (ITU-R BT.2408)
HLG_GAMMA, HLG_PEAK = 1.2, 1000 / WHITE_NITS  # of a display of 1000 cd/m2 (ITU-R BT.2100)


def _srgb(values):
    from ..color import srgb_to_linear  # with numba, which an ordinary file needs not wait for

    return srgb_to_linear(values)


def _power(gamma):
    return lambda values: values**gamma


def _camera(values):
    """BT.709, BT.601 and BT.2020: the inverse of the camera's curve."""
    return np.where(values < 0.081, values / 4.5, ((values + 0.099) / 1.099) ** (1 / 0.45))


def _smpte240(values):
    return np.where(values < 0.0912, values / 4, ((values + 0.1115) / 1.1115) ** (1 / 0.45))


def _pq(values):
    """SMPTE ST 2084, in units of graphics white."""
    root = np.maximum(values, 0) ** (32 / 2523)
    return (
        1e4
        / WHITE_NITS
        * (np.maximum(root - 107 / 128, 0) / (2413 / 128 - 2392 / 128 * root)) ** (8192 / 1305)
    )


def _hlg(values):
    """ARIB STD-B67: scene light, before the display's gamma."""
    a = 0.17883277
    b, c = 1 - 4 * a, 0.5 - a * math.log(4 * a)
    return np.where(values <= 0.5, values**2 / 3, (np.exp((values - c) / a) + b) / 12)


PQ, HLG = 16, 18
#: ITU-T H.273, table 3.
_CURVES = {
    1: _camera,
    4: _power(2.2),
    5: _power(2.8),
    6: _camera,
    7: _smpte240,
    8: _power(1.0),
    13: _srgb,
    14: _camera,
    15: _camera,
    PQ: _pq,
    17: lambda values: 52.37 / 48 * values**2.6,  # SMPTE ST 428-1
    HLG: _hlg,
}
_UNSAID = 2
_HDR = "its colours are HDR ({}): 203 cd/m² became white, brighter parts were clipped; map the tones yourself where that matters"


# --- what a file may say ----------------------------------------------------------------------------------


def from_code_points(primaries, transfer, full_range=True, bits=8):
    """Return the `Encoding` of code points of ITU-T H.273 (PNG's cICP, AVIF's nclx), and a note.

    Curves and primaries that are left unsaid are sRGB's. BT.709's curve with BT.709's primaries is taken as sRGB, as browsers do.

    Returns
    -------
    encoding : Encoding or None
        None where the samples are sRGB already, or the code points are not known.
    note : str or None
        What was not converted.
    """
    primaries = 1 if primaries == _UNSAID else primaries
    transfer = 13 if transfer == _UNSAID else transfer
    if primaries not in PRIMARIES or transfer not in _CURVES:
        return None, f"its colour code points ({primaries}, {transfer}) are not supported and were ignored"
    matrix = _matrix(PRIMARIES[primaries])
    if matrix is None and transfer in (1, 6, 13) and full_range:
        return None, None
    transfer = 13 if matrix is None and transfer in (1, 6) else transfer
    curve = _CURVES[transfer]
    if not full_range:
        black, white = (limit * 2.0 ** (bits - 8) / (2**bits - 1) for limit in (16, 235))
        decode = lambda values: curve(np.clip((values - black) / (white - black), 0, 1))  # noqa: E731
    else:
        decode = curve
    luminance = _to_xyz(PRIMARIES[primaries])[1] if transfer == HLG else None
    note = {PQ: _HDR.format("PQ"), HLG: _HDR.format("HLG")}.get(transfer)
    return Encoding((decode,), matrix, luminance, note), None


def from_gamma(gamma, chromaticities=None):
    """Return the `Encoding` of PNG's gAMA and cHRM; None where it is sRGB's, for a gamma within 5 % of 1 / 2.2, as libpng has it.

    Parameters
    ----------
    gamma : float or None
        Sample = light ** gamma; None: not said.
    chromaticities : tuple of 8 floats, optional
        x and y of white, red, green and blue.
    """
    matrix = None
    if chromaticities:
        white, red, green, blue = zip(chromaticities[::2], chromaticities[1::2], strict=True)
        matrix = _matrix((red, green, blue, white))
    usual = gamma is None or abs(gamma * 2.2 - 1) <= 0.05
    if usual and matrix is None:
        return None
    return Encoding((_srgb if gamma is None else _power(1 / gamma),), matrix)


def adobe_rgb():
    """Return the `Encoding` of Adobe RGB (1998): 563/256 and wider primaries."""
    return Encoding((_power(563 / 256),), _matrix(ADOBE_RGB))


def from_profile(profile):
    """Return the `Encoding` of an ICC profile that is curves and a matrix (or one curve for gray); None for a profile of tables.

    References
    ----------
    .. [1] ICC.1:2022, Image technology colour management, sections 7, 9 and 10
    """
    try:
        count = int.from_bytes(profile[128:132])
        tags = {
            profile[p : p + 4]: struct.unpack(">II", profile[p + 4 : p + 12])
            for p in range(132, 132 + 12 * count, 12)
        }
        if profile[20:24] != b"XYZ " or {b"A2B0", b"A2B1"} & tags.keys():
            return None
        tag = lambda name: profile[tags[name][0] : sum(tags[name])]  # noqa: E731
        if profile[16:20] == b"GRAY":
            return Encoding((_curve(tag(b"kTRC")),))
        if profile[16:20] != b"RGB ":
            return None
        columns = [
            np.array(struct.unpack(">3i", tag(name)[8:20])) / 65536 for name in (b"rXYZ", b"gXYZ", b"bXYZ")
        ]
        curves = {name: tag(name) for name in (b"rTRC", b"gTRC", b"bTRC")}
        same = len(set(curves.values())) == 1
        chosen = tuple(_curve(curve) for curve in list(curves.values())[: 1 if same else 3])
    except (KeyError, ValueError, struct.error, IndexError, OverflowError):
        return None  # Little CMS will say what is wrong with it
    return Encoding(chosen, FROM_XYZ_D50 @ np.array(columns).T)


def _curve(tag):
    """Return the function of a curve of an ICC profile, from samples of 0..1 to light."""
    kind, body = tag[:4], tag[8:]
    if kind == b"curv":
        count = int.from_bytes(body[:4])
        if count == 0:
            return _power(1.0)
        if count == 1:
            return _power(int.from_bytes(body[4:6]) / 256)
        points = np.frombuffer(body[4 : 4 + 2 * count], ">u2") / 65535
        if len(points) < count:
            raise ValueError("a curve is cut short")
        return lambda values: np.interp(values, np.linspace(0, 1, count), points)
    if kind != b"para":
        raise ValueError(f"a curve of type {kind!r}")
    form = int.from_bytes(body[:2])
    n = (1, 3, 4, 5, 7)[form]
    found = [value / 65536 for value in struct.unpack(f">{n}i", body[4 : 4 + 4 * n])]
    g, a, b, c, d, e, f = (*found, *[0.0] * (7 - n))
    if form == 0:
        return _power(g)
    if form in (1, 2):
        offset = c if form == 2 else 0.0
        return lambda values: np.where(values >= -b / a, np.maximum(a * values + b, 0) ** g + offset, offset)
    return lambda values: np.where(
        values >= d, np.maximum(a * values + b, 0) ** g + (e if form == 4 else 0), c * values + f
    )


# --- CIELAB -----------------------------------------------------------------------------------------------


def lab_to_srgb(lab):
    """Return sRGB values of 0..1, ``(..., 3)`` float32, of CIELAB under D50 (that of ICC and of TIFF)."""
    from ..color import linear_to_srgb

    fy = (lab[..., 0] + 16) / 116
    f = np.stack([fy + lab[..., 1] / 500, fy, fy - lab[..., 2] / 200], axis=-1)
    xyz = np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29)) * _xyz(D50)
    return linear_to_srgb(np.clip(xyz @ FROM_XYZ_D50.T, 0, 1)).astype(np.float32)
