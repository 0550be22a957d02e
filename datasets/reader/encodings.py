"""Which encoding a text file is in, decided over all of its bytes.

A byte stream flows in, an `Encoding` with its reason flows out. The order is: byte order mark, zero bytes (UTF-16 without a
mark), strict UTF-8 to the very end (the first accent may be megabytes away), and only then cp1252, which is said aloud, because
short western text in another code page cannot be told from it. Runs of high bytes are no western text: then a person must choose.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from segmentiq.ml.errors import FileRefused

CHUNK = 1024 * 1024
ENCODINGS = (
    "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "ascii", "cp1252", "latin-1", "iso-8859-1",
    "iso-8859-2", "iso-8859-15", "cp437", "cp850", "cp1250", "cp1251", "cp1253", "cp1254", "mac-roman", "koi8-r",
    "shift_jis", "cp932", "euc-jp", "euc-kr", "gb18030", "big5",
)  # fmt: skip
"""What a person may choose; codecs that run programs or unpack archives are not in it."""
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
HIGH_RUN = re.compile(rb"[\x80-\xff]{2,}")
HIGH = re.compile(rb"[\x80-\xff]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Encoding:
    """A codec's name, why it was taken, and whether it is a guess."""

    name: str
    reason: str
    is_guess: bool = False


def find_encoding(stream: BinaryIO, *, limit: int | None = None, override: str | None = None) -> Encoding:
    """Return the encoding of the stream's first `limit` bytes (all when None). Raises FileRefused."""
    if override is not None:
        return _chosen(stream, override, limit)
    stream.seek(0)
    head = stream.read(4096)
    for mark, name in MARKS:
        if head.startswith(mark):
            return _proven(stream, Encoding(name=name, reason="The file starts with its byte order mark."), limit)
    wide = _wide(head)
    if wide:
        reason = "Every other byte is zero, as in UTF-16 without a byte order mark."
        return _proven(stream, Encoding(name=wide, reason=reason), limit)
    if _decodes(stream, "utf-8", limit):
        return Encoding(name="utf-8", reason="All of the file is valid UTF-8.")
    return _western(stream, limit)


def _chosen(stream: BinaryIO, name: str, limit: int | None) -> Encoding:
    if name.lower().replace("_", "-") not in {known.replace("_", "-") for known in ENCODINGS}:
        hint = f"Known encodings: {', '.join(ENCODINGS)}."
        raise FileRefused("The encoding that was chosen is not known.", code="invalid_override", field="encoding", hint=hint)
    wanted = "utf-8-sig" if name.lower() == "utf-8" else name.lower()
    return _proven(stream, Encoding(name=wanted, reason="Chosen by a person."), limit)


def _proven(stream: BinaryIO, encoding: Encoding, limit: int | None) -> Encoding:
    if _decodes(stream, encoding.name, limit):
        return encoding
    raise _unknown(f"The file is not valid {encoding.name}.")


def _western(stream: BinaryIO, limit: int | None) -> Encoding:
    """Return cp1252 when the high bytes stand alone, as accents and symbols between western letters do."""
    high = runs = 0
    for chunk in _chunks(stream, limit):
        if b"\0" in chunk:
            raise _binary(None)
        high += len(HIGH.findall(chunk))
        runs += sum(len(run) for run in HIGH_RUN.findall(chunk))
    if 2 * runs > high or not _decodes(stream, "cp1252", limit):
        raise _unknown("The file's encoding could not be told: it is neither UTF-8, UTF-16 nor western European text.")
    return Encoding(name="cp1252", reason="Not valid UTF-8; read as western European text (cp1252).", is_guess=True)


def _unknown(message: str) -> FileRefused:
    return FileRefused(
        message,
        code="encoding_unknown",
        field="encoding",
        hint="Choose the encoding, or save the file as UTF-8 and upload it again.",
    )


def _wide(head: bytes) -> str | None:
    """Return the UTF-16 that the zero bytes speak of."""
    zeros = head.count(0)
    if zeros * 10 < len(head) * 3:
        return None
    odd = head[1::2].count(0)
    if odd * 10 >= zeros * 9:
        return "utf-16-le"
    return "utf-16-be" if odd * 10 <= zeros else None


def _decodes(stream: BinaryIO, name: str, limit: int | None) -> bool:
    """Tell whether the bytes decode. Raises FileRefused when they do, to text with a NUL character."""
    decoder = codecs.getincrementaldecoder(name)()
    n_lines = 1
    try:
        for chunk in _chunks(stream, limit):
            text = decoder.decode(chunk)
            if "\0" in text:
                raise _binary(n_lines + text[: text.index("\0")].count("\n"))
            n_lines += text.count("\n")
        if limit is None:
            decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _binary(line: int | None) -> FileRefused:
    where = "The file" if line is None else f"Line {line:,}"
    return FileRefused(
        f"{where} holds a zero byte, which text cannot hold.",
        code="binary_content",
        field="file",
        hint="Export the table again as text, in UTF-8.",
    )


def _chunks(stream: BinaryIO, limit: int | None) -> Iterator[bytes]:
    stream.seek(0)
    left = limit
    while chunk := stream.read(CHUNK if left is None else min(CHUNK, left)):
        if left is not None:
            left -= len(chunk)
        yield chunk
