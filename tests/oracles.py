"""Slow and obvious answers to compare the fast ones with, and small pictures to ask about."""

import numpy as np

import img2num_nb as nb
from img2num_nb.color import SPACES, to_grid

SPACE_NAMES = tuple(SPACES)


def photo(name="astronaut", step=4):
    """Every `step`-th pixel of a sample photograph, each way."""
    return np.ascontiguousarray(nb.sample_image(name)[::step, ::step])


def noise(height, width, levels=256, seed=0):
    """Random pixels; with few levels many colours repeat and many distances tie."""
    return np.random.default_rng(seed).integers(0, levels, (height, width, 3)).astype(np.uint8)


def nearest(points, centers):
    """Compare every point with every centre: the place of the nearest (of equals, the first) and its squared distance."""
    squares = ((points[:, None, :] - centers[None, :, :]) ** 2).sum(axis=2)
    labels = squares.argmin(axis=1)
    return labels, squares[np.arange(len(points)), labels]


def lloyd_step(points, counts, centers):
    """One step of Lloyd's algorithm in exact integers: each centre's points, averaged and rounded to whole numbers, halves up."""
    labels, _ = nearest(points, centers)
    means = []
    for j in range(len(centers)):
        weight = counts[labels == j].astype(object)
        sums = (points[labels == j].astype(np.int64).astype(object) * weight[:, None]).sum(axis=0)
        means.append([(2 * s + weight.sum()) // (2 * weight.sum()) for s in sums])
    return np.array(means, np.float64)


def error(image, palette, color_space):
    """Sum over pixels of the squared distance to the nearest palette colour, in units of the space, as an exact sum of integers."""
    pixels, counts = np.unique(image.reshape(-1, 3), axis=0, return_counts=True)
    _, squares = nearest(to_grid(pixels, color_space), to_grid(palette, color_space))
    whole = sum(int(square) * int(count) for square, count in zip(squares, counts, strict=True))
    return whole / SPACES[color_space].steps ** 2
