"""Eight float64 side by side: each operation is NumPy's on eight numbers, bit for bit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from img2num_nb._kernels import lanes
from img2num_nb._kernels.run import kernel

eights = arrays(np.float64, 8, elements=st.floats(-1e12, 1e12))


@kernel
def add(a, b, out):
    lanes.store(out, 0, lanes.load(a, 0) + lanes.load(b, 0))


@kernel
def subtract(a, b, out):
    lanes.store(out, 0, lanes.load(a, 0) - lanes.load(b, 0))


@kernel
def multiply(a, b, out):
    lanes.store(out, 0, lanes.load(a, 0) * lanes.load(b, 0))


@kernel
def less(a, b, out):
    x, y = lanes.load(a, 0), lanes.load(b, 0)
    lanes.store(out, 0, lanes.where_less(x, y, x, lanes.splat(7.0)))


@kernel
def equal(a, b, out):
    x, y = lanes.load(a, 0), lanes.load(b, 0)
    lanes.store(out, 0, lanes.where_equal(x, y, lanes.splat(1.0), lanes.splat(0.0)))


@kernel
def mul_add(a, b, out):
    x, y = lanes.load(a, 0), lanes.load(b, 0)
    lanes.store(out, 0, x * x + y * y)


@kernel
def reduced(a, b):
    x, y = lanes.load(a, 0), lanes.load(b, 0)
    return lanes.total(x), lanes.least(x), lanes.not_above(x, y), lanes.pick(x, 5)


@kernel
def lowest(value):
    return lanes.lowest_bit(value)


@pytest.mark.parametrize(
    "ours, theirs",
    [
        (add, np.add),
        (subtract, np.subtract),
        (multiply, np.multiply),
        (mul_add, lambda a, b: a * a + b * b),  # two roundings: a fused multiply-add would have one
        (less, lambda a, b: np.where(a < b, a, 7)),
        (equal, lambda a, b: (a == b) * 1.0),
    ],
)
@given(a=eights, b=eights)
def test_lane_by_lane_it_is_numpys_arithmetic(ours, theirs, a, b):
    b[3] = a[3]
    out = np.empty(8)
    ours(a, b, out)
    assert np.array_equal(out, theirs(a, b))


@given(arrays(np.float64, 8, elements=st.integers(-(2**49), 2**49)), eights)
def test_sum_minimum_mask_and_lane_are_those_of_the_eight_numbers(a, b):
    total, least, mask, fifth = reduced(a, b)
    assert (total, least, fifth) == (a.sum(), a.min(), a[5])
    assert mask == sum(1 << i for i in range(8) if a[i] <= b[i])


def test_eight_neighbours_are_read_and_written_at_any_place():
    numbers, out = np.arange(20.0), np.zeros(20)

    @kernel
    def copy(numbers, out, at):
        lanes.store(out, at + 1, lanes.load(numbers, at))

    copy(numbers, out, 5)
    assert np.flatnonzero(out).tolist() == list(range(6, 14))
    assert out[6:14].tolist() == numbers[5:13].tolist()


@given(st.integers(0, 62), st.integers(0, 2**40))
def test_the_lowest_bit_is_found(place, above):
    value = (1 << place) | (above << place + 1)
    assert lowest(value & (2**63 - 1)) == place


@kernel
def distance(a, b, out):
    x, y = lanes.load(a, 0), lanes.load(b, 0)
    lanes.store(out, 0, lanes.squared_distance(x, y, x, y, x, y))


@given(eights, eights)
def test_a_squared_distance_sums_its_squares_in_order(a, b):
    out = np.empty(8)
    distance(a, b, out)
    x, y, z = (a - b) ** 2, (b - a) ** 2, (a - b) ** 2
    assert np.array_equal(out, x + y + z)


@kernel
def weigh(out, a, b):
    x, y = lanes.load(a, 0), lanes.load(b, 0)
    lanes.add_weighted(out, 1, x, x, y, x)


@given(eights, eights)
def test_four_sums_take_a_weight_and_its_multiples(a, b):
    out = np.arange(34.0)
    weigh(out, a, b)
    added = np.concatenate([[0], a * a, a * b, a * a, a, [0]])
    assert np.array_equal(out, np.arange(34.0) + added)
