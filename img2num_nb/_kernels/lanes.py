"""Eight float64 side by side, for loops that the compiler does not turn into vector instructions by itself.

``a + b``, ``a - b`` and ``a * b`` work lane by lane, with the bits of the same arithmetic on single numbers on every CPU: nothing is
reordered or fused. On a CPU with shorter vectors a `Lanes` is two or four of them.
"""

import operator

from llvmlite import ir
from numba import types
from numba.extending import intrinsic, models, overload, register_model

WIDTH = 8
_VECTOR = ir.VectorType(ir.DoubleType(), WIDTH)
_INT = ir.IntType(32)


class _Lanes(types.Type):
    def __init__(self):
        super().__init__("Lanes")


_lanes = _Lanes()


@register_model(_Lanes)
class _Model(models.PrimitiveModel):
    def __init__(self, manager, frontend_type):
        super().__init__(manager, frontend_type, _VECTOR)


def _shuffle(builder, vector, lanes):
    mask = ir.Constant(ir.VectorType(_INT, len(lanes)), lanes)
    return builder.shuffle_vector(vector, ir.Constant(vector.type, ir.Undefined), mask)


def _splat(builder, number):
    one = builder.insert_element(ir.Constant(_VECTOR, ir.Undefined), number, _INT(0))
    return _shuffle(builder, one, [0] * WIDTH)


def _halves(builder, vector, join):
    """Join the halves of a vector until one number is left."""
    n = WIDTH
    while n > 1:
        n //= 2
        low, high = (
            _shuffle(builder, vector, list(range(n))),
            _shuffle(builder, vector, list(range(n, 2 * n))),
        )
        vector = join(low, high)
    return builder.extract_element(vector, _INT(0))


def _bits(builder, mask):
    """Return a mask as int64: bit i is lane i."""
    return builder.zext(builder.bitcast(mask, ir.IntType(WIDTH)), ir.IntType(64))


def _check(array):
    if array != types.Array(types.float64, 1, "C"):
        raise TypeError(f"lanes are read from and written to contiguous float64 (n,), got {array}")


def _address(context, builder, array_type, array, at):
    data = context.make_array(array_type)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [at]), _VECTOR.as_pointer())


@intrinsic
def load(typingctx, array, at):
    """Return eight neighbours of a one-dimensional contiguous array, from place `at` on."""
    _check(array)

    def codegen(context, builder, signature, args):
        return builder.load(_address(context, builder, signature.args[0], *args), align=8)

    return _lanes(array, types.intp), codegen


@intrinsic
def store(typingctx, array, at, lanes):
    """Write eight neighbours of a one-dimensional contiguous array, from place `at` on."""
    _check(array)

    def codegen(context, builder, signature, args):
        builder.store(args[2], _address(context, builder, signature.args[0], *args[:2]), align=8)
        return context.get_dummy_value()

    return types.void(array, types.intp, _lanes), codegen


@intrinsic
def splat(typingctx, number):
    """Return eight times the same number."""
    return _lanes(types.float64), lambda context, builder, signature, args: _splat(builder, args[0])


def _choice(relation):
    @intrinsic
    def choose(typingctx, a, b, this, that):
        def codegen(context, builder, signature, args):
            return builder.select(builder.fcmp_ordered(relation, *args[:2]), *args[2:])

        return _lanes(_lanes, _lanes, _lanes, _lanes), codegen

    return choose


#: ``(a, b, this, that)``: lane by lane, `this` where a < b (where a == b), else `that`.
where_less, where_equal = _choice("<"), _choice("==")


@intrinsic
def not_above(typingctx, a, b):
    """Return an int64 whose bit i says whether a <= b in lane i."""

    def codegen(context, builder, signature, args):
        return _bits(builder, builder.fcmp_ordered("<=", *args))

    return types.int64(_lanes, _lanes), codegen


@intrinsic
def squared_distance(typingctx, x, y, z, u, v, w):
    """Return (x - u)**2 + (y - v)**2 + (z - w)**2, summed in this order."""

    def codegen(context, builder, signature, args):
        ways = [builder.fsub(a, b) for a, b in zip(args[:3], args[3:], strict=True)]
        a, b, c = (builder.fmul(way, way) for way in ways)
        return builder.fadd(builder.fadd(a, b), c)

    return _lanes(*[_lanes] * 6), codegen


@intrinsic
def add_weighted(typingctx, array, at, weight, x, y, z):
    """Add weight * x, weight * y, weight * z and weight to four times eight neighbours of an array, from place `at` on."""
    _check(array)

    def codegen(context, builder, signature, args):
        array, at, weight, *factors = args
        terms = [*(builder.fmul(weight, factor) for factor in factors), weight]
        for i, term in enumerate(terms):
            place = builder.add(at, ir.Constant(at.type, i * WIDTH))
            address = _address(context, builder, signature.args[0], array, place)
            builder.store(builder.fadd(builder.load(address, align=8), term), address, align=8)
        return context.get_dummy_value()

    return types.void(array, types.intp, *[_lanes] * 4), codegen


@intrinsic
def total(typingctx, a):
    """Return the sum of the lanes: of each half with the other, and so on."""

    def codegen(context, builder, signature, args):
        return _halves(builder, args[0], builder.fadd)

    return types.float64(_lanes), codegen


@intrinsic
def least(typingctx, a):
    """Return the least of the lanes."""

    def codegen(context, builder, signature, args):
        return _halves(builder, args[0], lambda x, y: builder.select(builder.fcmp_ordered("<", x, y), x, y))

    return types.float64(_lanes), codegen


@intrinsic
def pick(typingctx, a, lane):
    """Return the number in a lane, 0 to 7."""
    return types.float64(
        _lanes, types.int64
    ), lambda context, builder, signature, args: builder.extract_element(*args)


@intrinsic
def lowest_bit(typingctx, value):
    """Return the place of the lowest set bit of a whole number that is not 0."""

    def codegen(context, builder, signature, args):
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 1))

    return value(value), codegen


def _elementwise(instruction):
    @intrinsic
    def operation(typingctx, a, b):
        return _lanes(_lanes, _lanes), lambda context, builder, signature, args: getattr(
            builder, instruction
        )(*args)

    def either(a, b):
        if a == b == _lanes:
            return lambda a, b: operation(a, b)

    return either


for _function, _instruction in (operator.add, "fadd"), (operator.sub, "fsub"), (operator.mul, "fmul"):
    overload(_function)(_elementwise(_instruction))
