"""Outlines as paths for drawing: vertices and codes, as matplotlib has them."""

from itertools import pairwise

import numpy as np

MOVE, LINE, CURVE, CLOSE = (
    1,
    2,
    3,
    79,
)  # CURVE, twice: the control point and the end of a quadratic Bezier curve


def arc_paths(outlines):
    """Return the path of each arc: vertices, ``(n, 2)`` float64 in pixels, and codes, ``(n,)`` uint8."""
    begins, ends = outlines.curves
    rounded = outlines.rounding > 0
    # of the three vertices of a node: one if it is a corner; its first falls away where the curve before ends at it
    keep = np.stack([np.ones_like(rounded), rounded, rounded], axis=1)
    keep[1:, 0] &= ~((begins[1:] == ends[:-1]).all(axis=1) & rounded[1:] & rounded[:-1])
    firsts = outlines.offsets[:-1]
    vertices = np.stack([begins, outlines.nodes, ends], axis=1)
    codes = np.tile(np.array([LINE, CURVE, CURVE], np.uint8), (len(rounded), 1))
    # a closed arc begins where its seam's curve ends, and ends with that curve; an open one begins and ends at corners
    seams = outlines.closed & rounded[firsts]
    vertices[firsts, 0] = np.where(seams[:, None], ends[firsts], outlines.nodes[firsts])
    keep[firsts] = [True, False, False]
    codes[firsts, 0] = MOVE
    keep, vertices, codes = keep.reshape(-1), vertices.reshape(-1, 2), codes.reshape(-1)
    cuts = np.concatenate([[0], np.cumsum(keep)])[3 * outlines.offsets]
    vertices, codes = vertices[keep], codes[keep]
    return [(vertices[a:b], codes[a:b]) for a, b in pairwise(cuts)]


def backwards(path):
    """Return a path from its end to its start."""
    vertices, codes = path
    turned = np.roll(codes[::-1], 1)  # a vertex's code says how one comes to it
    turned[0] = MOVE
    return vertices[::-1], turned


def joined(paths):
    """Return several paths as one."""
    vertices, codes = zip(*paths, strict=True)
    return np.concatenate(vertices), np.concatenate(codes)


def region_path(paths, rings):
    """Return the path of a region: its rings of half-arcs (see `Outlines.rings`), closed, to be filled by the even-odd rule."""
    out = []
    for ring in rings:
        for i, half in enumerate(ring):
            vertices, codes = backwards(paths[half >> 1]) if half & 1 else paths[half >> 1]
            out.append((vertices, codes) if i == 0 else (vertices[1:], codes[1:]))
        out.append((out[-1][0][-1:], np.array([CLOSE], np.uint8)))
    return joined(out)


def polygon(*points, closed=True):
    """Return the path through points (x, y)."""
    codes = [MOVE] + [LINE] * (len(points) - 1) + [CLOSE] * closed
    return np.array([*points, *points[:closed]], np.float64), np.array(codes, np.uint8)


def rectangle(left, top, width, height):
    """Return the path around a rectangle."""
    right, bottom = left + width, top + height
    return polygon((left, top), (right, top), (right, bottom), (left, bottom))
