"""Bytes, 64 and 8 at a time: what the splitting of a large file spends its time on, written for the processor's registers.

Flows in: an array of bytes with room behind its end, and a place. Flows out: a word of 64 bits. LLVM makes of the comparison what
the processor has (AVX-512, AVX2, NEON), so nothing here is tied to one. It stands with the engine because compiled code is kept
for a state of the engine's sources: whoever compiles this into another function gets a new one when this changes.

References: numba's extension interface (`numba.extending.intrinsic`); LLVM Language Reference, vector types.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic as extend

LANES, WORD = 64, 8
"""Bytes that are compared at once, and those of a word: so much room must be behind the end of an array."""

_BYTE, _WORD = ir.IntType(8), ir.IntType(64)
_VECTOR = ir.VectorType(_BYTE, LANES)

intrinsic: Callable[[Any], Any] = extend
Generated = tuple[Any, Callable[..., Any]]
_declare: Callable[..., Any] = cgutils.get_or_insert_function


def _place(context: Any, builder: Any, kind: Any, array: Any, at: Any, wanted: Any) -> Any:
    """Return the address of a byte as that of something wider."""
    data = context.make_array(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [at]), wanted.as_pointer())


@intrinsic
def marks_at(_: Any, data: Any, at: Any, delimiter: Any) -> Generated:
    """Return the bits of the 64 bytes from `at` on that are the delimiter, a quotation mark or the end of a line."""
    signature = types.uint64(data, types.intp, types.uint8)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        held = builder.load(_place(context, builder, signature.args[0], args[0], args[1], _VECTOR), align=1)
        found = builder.icmp_unsigned("==", held, _everywhere(builder, args[2]))
        for mark in b'"\n\r':
            found = builder.or_(found, builder.icmp_unsigned("==", held, ir.Constant(_VECTOR, [mark] * LANES)))
        return builder.bitcast(found, _WORD)

    return signature, generate


@intrinsic
def equal_at(_: Any, data: Any, at: Any, byte: Any) -> Generated:
    """Return the bits of the 64 bytes from `at` on that are this byte."""
    signature = types.uint64(data, types.intp, types.uint8)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        held = builder.load(_place(context, builder, signature.args[0], args[0], args[1], _VECTOR), align=1)
        return builder.bitcast(builder.icmp_unsigned("==", held, _everywhere(builder, args[2])), _WORD)

    return signature, generate


def _everywhere(builder: Any, byte: Any) -> Any:
    """Return 64 times the same byte."""
    nothing, lanes = ir.Constant(_VECTOR, ir.Undefined), ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    return builder.shuffle_vector(builder.insert_element(nothing, byte, ir.Constant(ir.IntType(32), 0)), nothing, lanes)


@intrinsic
def n_set(_: Any, bits: Any) -> Generated:
    """Return how many bits are set."""
    signature = types.int64(types.uint64)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        count = _declare(builder.module, ir.FunctionType(_WORD, [_WORD]), "llvm.ctpop.i64")
        return builder.call(count, [args[0]])

    return signature, generate


@intrinsic
def lowest(_: Any, bits: Any) -> Generated:
    """Return the place of the lowest bit that is set."""
    signature = types.int64(types.uint64)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        count = _declare(builder.module, ir.FunctionType(_WORD, [_WORD, ir.IntType(1)]), "llvm.cttz.i64")
        return builder.call(count, [args[0], ir.IntType(1)(1)])

    return signature, generate


@intrinsic
def word_at(_: Any, data: Any, at: Any) -> Generated:
    """Return the eight bytes from `at` on as one number."""
    signature = types.uint64(data, types.intp)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.load(_place(context, builder, signature.args[0], args[0], args[1], _WORD), align=1)

    return signature, generate


@intrinsic
def put_word(_: Any, data: Any, at: Any, word: Any) -> Generated:
    """Write a number as the eight bytes from `at` on."""
    signature = types.void(data, types.intp, types.uint64)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        builder.store(args[2], _place(context, builder, signature.args[0], args[0], args[1], _WORD), align=1)
        return context.get_dummy_value()

    return signature, generate
