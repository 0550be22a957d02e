"""64 places at once: what the search for neighbours spends its time on, written for vector registers.

Flows in: blocks of points, single or grouped queries. Flows out: 64 bits, one per place, set where a distance *may* be within a
limit. Only a screen: coordinates are float32 and the caller leaves a margin, then decides in float64.

A compiler keeps 64 running sums in memory and loads and stores them for every dimension; as one LLVM vector they stay in
registers, which is three to five times as fast, and the answer falls out as a bit mask. LLVM splits the vector into what
the processor has (AVX-512, AVX2, NEON), so nothing here is tied to one.

References: numba's extension interface (`numba.extending.intrinsic`); LLVM Language Reference, vector types.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic as extend

LANES = 64
"""Places in a block: as many as a word has bits."""

_FLOAT = ir.FloatType()
_WORD = ir.IntType(64)
_VECTOR = ir.VectorType(_FLOAT, LANES)
_ZEROS = ir.Constant(_VECTOR, [0.0] * LANES)

intrinsic: Callable[[Any], Any] = extend
Builder = Any
Value = Any
Generated = tuple[Any, Callable[..., Value]]


_reserve: Callable[..., Any] = cgutils.alloca_once
_unpack: Callable[..., Any] = cgutils.unpack_tuple
_declare: Callable[..., Any] = cgutils.get_or_insert_function


def _spread(builder: Builder, number: Value) -> Value:
    """Return a vector that holds this number in every lane."""
    nothing = ir.Constant(_VECTOR, ir.Undefined)
    first = builder.insert_element(nothing, number, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(first, nothing, ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES))


def _load(builder: Builder, data: Value, at: Value) -> Value:
    """Return the 64 numbers from this place on."""
    return builder.load(builder.bitcast(builder.gep(data, [at]), _VECTOR.as_pointer()), align=4)


def _number(builder: Builder, data: Value, at: Value) -> Value:
    return builder.load(builder.gep(data, [at]))


def _add_product(builder: Builder, left: Value, right: Value, term: Value) -> Value:
    kind = ir.FunctionType(_VECTOR, [_VECTOR] * 3)
    fused = _declare(builder.module, kind, f"llvm.fmuladd.v{LANES}f32")
    return builder.call(fused, [left, right, term])


def _add_squares(builder: Builder, n_dimensions: Value, start: Value, difference: Callable[[Value], Value]) -> Value:
    """Return start + the sum over dimensions of the squared differences."""
    total = _reserve(builder, _VECTOR)
    builder.store(start, total)
    with cgutils.for_range(builder, n_dimensions) as loop:
        gap = difference(loop.index)
        builder.store(_add_product(builder, gap, gap, builder.load(total)), total)
    return builder.load(total)


def _bits(builder: Builder, left: Value, limit: Value) -> Value:
    return builder.bitcast(builder.fcmp_ordered("<=", left, limit), _WORD)


def _larger(builder: Builder, left: Value, right: Value) -> Value:
    return builder.select(builder.fcmp_ordered(">", left, right), left, right)


def _squares_to_points(context: Any, builder: Builder, signature: Any, args: Any, start: Callable[[Value], Value]) -> Value:
    """Return start(inverse weights) + the squared distances from one query to the points of one block."""
    points, block, inverse, rows, query = args[:5]
    data = context.make_array(signature.args[0])(context, builder, points)
    weights = context.make_array(signature.args[2])(context, builder, inverse)
    queries = context.make_array(signature.args[3])(context, builder, rows)
    n_dimensions = _unpack(builder, data.shape)[1]
    first, row = builder.mul(builder.mul(block, n_dimensions), _WORD(LANES)), builder.mul(query, n_dimensions)

    def difference(dimension: Value) -> Value:
        there = _load(builder, data.data, builder.add(first, builder.mul(dimension, _WORD(LANES))))
        return builder.fsub(there, _spread(builder, _number(builder, queries.data, builder.add(row, dimension))))

    begin = start(_load(builder, weights.data, builder.mul(block, _WORD(LANES))))
    return _add_squares(builder, n_dimensions, begin, difference)


@intrinsic
def near_points(_: Any, points: Any, block: Any, inverse: Any, rows: Any, query: Any, cost: Any, limit: Any) -> Generated:
    """Return the bits of a block's points p with |p - q|^2 - cost / weight(p) <= limit.

    `points` (blocks, d, 64), `inverse` (blocks, 64) one over the weights, `rows` (queries, d), all float32. Ward's cost of
    joining q and p stays within `cost` exactly when |p - q|^2 <= cost / weight(p) + cost / weight(q): the limit is the latter.
    """
    signature = types.uint64(points, types.intp, inverse, rows, types.intp, types.float32, types.float32)

    def generate(context: Any, builder: Builder, signature: Any, args: Any) -> Value:
        less = _spread(builder, builder.fsub(_FLOAT(-0.0), args[5]))
        squares = _squares_to_points(context, builder, signature, args, lambda weights: builder.fmul(weights, less))
        return _bits(builder, squares, _spread(builder, args[6]))

    return signature, generate


@intrinsic
def near_by_products(
    _: Any, points: Any, block: Any, halves: Any, inverse: Any, rows: Any, query: Any, cost: Any, limit: Any
) -> Generated:
    """Return the bits of a block's points p with |p|^2 - 2 pq - cost / weight(p) <= limit: see `near_points`.

    `halves` (blocks, 64) holds |p|^2 / 2, infinity where the place is empty. The limit has |q|^2 less. One product per coordinate
    instead of a difference and a square is half of the work, and loses the digits in which near points differ.
    """
    signature = types.uint64(points, types.intp, halves, inverse, rows, types.intp, types.float32, types.float32)

    def generate(context: Any, builder: Builder, signature: Any, args: Any) -> Value:
        arrays = {at: context.make_array(signature.args[at])(context, builder, args[at]) for at in (0, 2, 3, 4)}
        n_dimensions, lanes = _unpack(builder, arrays[0].shape)[1], _WORD(LANES)
        first, row = builder.mul(builder.mul(args[1], n_dimensions), lanes), builder.mul(args[5], n_dimensions)
        at = builder.mul(args[1], lanes)
        half_cost = _spread(builder, builder.fmul(args[6], _FLOAT(0.5)))
        weighted = builder.fmul(_load(builder, arrays[3].data, at), half_cost)
        sums = [_reserve(builder, _VECTOR) for _ in range(2)]
        builder.store(builder.fsub(weighted, _load(builder, arrays[2].data, at)), sums[0])
        builder.store(_ZEROS, sums[1])

        def add(total: Value, dimension: Value) -> None:
            there = _load(builder, arrays[0].data, builder.add(first, builder.mul(dimension, lanes)))
            here = _spread(builder, _number(builder, arrays[3 + 1].data, builder.add(row, dimension)))
            builder.store(_add_product(builder, there, here, builder.load(total)), total)

        # Two sums, because one would wait for itself: a product takes four cycles, and eight can be under way.
        with cgutils.for_range(builder, builder.udiv(n_dimensions, _WORD(2))) as loop:
            even = builder.mul(loop.index, _WORD(2))
            add(sums[0], even)
            add(sums[1], builder.add(even, _WORD(1)))
        with builder.if_then(builder.trunc(n_dimensions, ir.IntType(1))):
            add(sums[0], builder.sub(n_dimensions, _WORD(1)))
        total = builder.fadd(builder.load(sums[0]), builder.load(sums[1]))
        return _bits(builder, _spread(builder, builder.fmul(args[7], _FLOAT(-0.5))), total)

    return signature, generate


@intrinsic
def cheapest_point(_: Any, points: Any, block: Any, inverse: Any, rows: Any, query: Any, own: Any, itself: Any) -> Generated:
    """Return the bits of a block's points that are (as far as float32 can tell) the cheapest to join with the query.

    `own` is one over the query's weight; `itself` the lane that must not answer, or -1.
    """
    signature = types.uint64(points, types.intp, inverse, rows, types.intp, types.float32, types.intp)

    def generate(context: Any, builder: Builder, signature: Any, args: Any) -> Value:
        weights = context.make_array(signature.args[2])(context, builder, args[2])
        both = builder.fadd(_load(builder, weights.data, builder.mul(args[1], _WORD(LANES))), _spread(builder, args[5]))
        squares = _squares_to_points(context, builder, signature, args, lambda weights: _ZEROS)
        costs = builder.fdiv(squares, both)
        numbers = ir.Constant(ir.VectorType(_WORD, LANES), list(range(LANES)))
        lane = builder.insert_element(ir.Constant(numbers.type, ir.Undefined), args[6], ir.Constant(ir.IntType(32), 0))
        lane = builder.shuffle_vector(lane, lane, ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES))
        costs = builder.select(builder.icmp_signed("==", numbers, lane), _spread(builder, _FLOAT(float("inf"))), costs)
        least = _declare(builder.module, ir.FunctionType(_FLOAT, [_VECTOR]), f"llvm.vector.reduce.fmin.v{LANES}f32")
        return _bits(builder, costs, _spread(builder, builder.call(least, [costs])))

    return signature, generate


@intrinsic
def near_queries(_: Any, low: Any, high: Any, node: Any, columns: Any, costs: Any, inverse: Any, limits: Any) -> Generated:
    """Return the bits of the queries q whose squared gap to a node's box is within costs(q) * inverse + limits(q).

    `low`, `high` (nodes, d) are the boxes, `columns` (d, 64) the queries, `costs` and `limits` (64,), all float32;
    `inverse` is one over the smallest weight inside the box.
    """
    signature = types.uint64(low, high, types.intp, columns, costs, types.float32, limits)

    def generate(context: Any, builder: Builder, signature: Any, args: Any) -> Value:
        arrays = {at: context.make_array(signature.args[at])(context, builder, args[at]) for at in (0, 1, 3, 4, 6)}
        n_dimensions = _unpack(builder, arrays[3].shape)[0]
        row = builder.mul(args[2], n_dimensions)

        def difference(dimension: Value) -> Value:
            place, at = _load(builder, arrays[3].data, builder.mul(dimension, _WORD(LANES))), builder.add(row, dimension)
            below = builder.fsub(_spread(builder, _number(builder, arrays[0].data, at)), place)
            above = builder.fsub(place, _spread(builder, _number(builder, arrays[1].data, at)))
            return _larger(builder, _larger(builder, below, above), _ZEROS)

        gaps = _add_squares(builder, n_dimensions, _ZEROS, difference)
        costs, limits = _load(builder, arrays[4].data, _WORD(0)), _load(builder, arrays[6].data, _WORD(0))
        return _bits(builder, gaps, _add_product(builder, costs, _spread(builder, args[5]), limits))

    return signature, generate


@intrinsic
def lowest_bit(_: Any, mask: Any) -> Generated:
    """Return the number of the lowest bit that is set; at least one must be."""

    def generate(context: Any, builder: Builder, signature: Any, args: Any) -> Value:
        kind = ir.FunctionType(_WORD, [_WORD, ir.IntType(1)])
        count = _declare(builder.module, kind, "llvm.cttz.i64")
        return builder.call(count, [args[0], ir.Constant(ir.IntType(1), 1)])

    return types.intp(types.uint64), generate
