"""Which encoding a text file is in, decided over all of its bytes.

A byte stream flows in, an `Encoding` with its reason flows out. The order is: byte order mark, zero bytes (UTF-16 and UTF-32
without a mark), strict UTF-8 to the very end (the first accent may be megabytes away), UTF-8 with a few broken bytes, and only
then the old code pages, of which the likeliest is taken and said aloud. Where none makes sense a person must choose: letters are
never garbled without a word.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from datasets.reader.codepages import FAMILIES, rank
from segmentiq.ml.errors import FileRefused

CHUNK = 1024 * 1024
ENCODINGS = (
    "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "ascii", "cp1252", "latin-1",
    "iso-8859-1", "iso-8859-2", "iso-8859-5", "iso-8859-7", "iso-8859-9", "iso-8859-15", "cp437", "cp850", "cp852", "cp866",
    "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "mac-roman", "mac-cyrillic", "koi8-r",
    "cp737", "cp775", "cp855", "cp857", "cp862", "cp874", "iso-8859-4", "iso-8859-6", "iso-8859-8", "iso-8859-10", "iso-8859-13",
    "iso-8859-16", "mac-latin2", "mac-greek", "mac-turkish", "iso2022_jp", "koi8-u", "shift_jis",
    "cp932", "euc-jp", "euc-kr", "cp949", "gb18030", "big5", "cp950",
)  # fmt: skip
"""What a person may choose; codecs that run programs or unpack archives are not in it."""
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
JAPANESE_ESCAPE = re.compile(rb"\x1b\$[@B].+?\x1b\([BJ]")
WORD = re.compile(rb"[^\s,;|\"\x00-\x1f\x80-\xff]*[\x80-\xff][^\s,;\"]*")
LONGEST_WORD = 400
MOST_WORDS = 600
"""Different words that an old code page is told from."""
FEW_BROKEN = 3
"""How many sound characters there must be for every broken byte before a file counts as damaged UTF-8."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Encoding:
    """A codec's name, why it was taken, whether it is a guess, and how many bytes it cannot read."""

    name: str
    reason: str
    is_guess: bool = False
    n_broken: int = 0
    first_broken: int = 0
    """The line of the first one."""

    @property
    def family(self) -> str:
        """Return which languages are written with it, in words."""
        return FAMILIES.get(self.name, "Unicode")

    @property
    def errors(self) -> str:
        """Return how a decoder is to treat what it cannot read."""
        return "replace" if self.n_broken else "strict"


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
        reason = f"Zero bytes stand where {wide[:6].upper()} has them, though a byte order mark is missing."
        return _proven(stream, Encoding(name=wide, reason=reason), limit)
    if JAPANESE_ESCAPE.search(head) and head.isascii() and _decodes(stream, "iso2022_jp", limit):
        reason = "Escapes of Japanese mail stand around its letters (iso2022_jp)."
        return Encoding(name="iso2022_jp", reason=reason, is_guess=True)
    if _decodes(stream, "utf-8", limit):
        return Encoding(name="utf-8", reason="All of the file is valid UTF-8.")
    return _damaged(stream, limit) or _old(stream, limit)


def read_head(stream: BinaryIO, encoding: Encoding, n_bytes: int) -> str:
    """Return the text of the first bytes; a character cut in two at the end is left out."""
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(encoding.name)(encoding.errors)
    return decoder.decode(stream.read(n_bytes))


def known_encoding(name: str) -> str | None:
    """Return the encoding of that name as we write it, however it was written; None where we know none."""
    plain = name.lower().replace("_", "-")
    return next((known for known in ENCODINGS if known.replace("_", "-") == plain), None)


def _chosen(stream: BinaryIO, name: str, limit: int | None) -> Encoding:
    known = known_encoding(name)
    if known is None:
        hint = f"Known encodings: {', '.join(ENCODINGS)}."
        raise FileRefused("The encoding that was chosen is not known.", code="invalid_override", field="encoding", hint=hint)
    wanted = "utf-8-sig" if known == "utf-8" else known
    return _proven(stream, Encoding(name=wanted, reason="Chosen by a person."), limit)


def _proven(stream: BinaryIO, encoding: Encoding, limit: int | None) -> Encoding:
    if _decodes(stream, encoding.name, limit):
        return encoding
    damaged = _damaged(stream, limit, encoding) if encoding.name.startswith("utf-8") else None
    if damaged is not None:
        return damaged
    raise _unknown(f"The file is not valid {encoding.name}.")


def _damaged(stream: BinaryIO, limit: int | None, encoding: Encoding | None = None) -> Encoding | None:
    """Return UTF-8 when few bytes are not, compared with the characters that only UTF-8 writes so."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    n_broken = n_sound = first = 0
    n_lines = 1
    for chunk in _chunks(stream, limit):
        text = decoder.decode(chunk)
        n_found = text.count("\ufffd") - chunk.count(b"\xef\xbf\xbd")
        if n_found > 0 and not n_broken:
            first = n_lines + text[: text.index("\ufffd")].count("\n")
        n_broken += max(n_found, 0)
        n_sound += len(text) - len(text.encode("ascii", "ignore")) - max(n_found, 0)
        n_lines += text.count("\n")
    if not n_broken or n_sound < FEW_BROKEN * n_broken:
        return None
    name = "utf-8" if encoding is None else encoding.name
    reason = "The file is UTF-8 but for a few broken bytes." if encoding is None else encoding.reason
    return Encoding(name=name, reason=reason, n_broken=n_broken, first_broken=first)


def _old(stream: BinaryIO, limit: int | None) -> Encoding:
    """Return the likeliest of the old code pages that read all of the bytes."""
    for name in rank(_collect(stream, limit)):
        if _decodes(stream, name, limit):
            reason = f"Not valid UTF-8; the letters make sense as {FAMILIES[name]} text ({name})."
            return Encoding(name=name, reason=reason, is_guess=True)
    raise _unknown("The file's encoding could not be told: it is not UTF-8, and no old code page makes sense of all its letters.")


def _collect(stream: BinaryIO, limit: int | None) -> list[bytes]:
    """Return the first words that hold bytes above 127."""
    words: dict[bytes, None] = {}
    for chunk in _chunks(stream, limit):
        if b"\0" in chunk:
            raise _binary(None)
        if len(words) < MOST_WORDS:
            found = WORD.findall(chunk[: chunk.rfind(b"\n") + 1] or chunk)
            words |= dict.fromkeys(word for word in found if len(word) <= LONGEST_WORD)
    return list(words)[:MOST_WORDS]


def _unknown(message: str) -> FileRefused:
    return FileRefused(
        message,
        code="encoding_unknown",
        field="encoding",
        hint="Choose the encoding, or save the file as UTF-8 and upload it again.",
    )


def _wide(head: bytes) -> str | None:
    """Return the UTF-16 or UTF-32 that the zero bytes speak of: nearly all of them at the same places of every character."""
    zeros = head.count(0)
    if zeros * 50 < len(head) or zeros < 2:
        return None
    quarters = [head[place::4].count(0) for place in range(4)]
    if len(head) % 4 == 0 and zeros * 2 >= len(head):
        if 4 * quarters[3] == len(head) and 40 * quarters[2] >= 9 * len(head):
            return "utf-32-le"
        if 4 * quarters[0] == len(head) and 40 * quarters[1] >= 9 * len(head):
            return "utf-32-be"
    odd = head[1::2].count(0)
    for name, share, line_end in (("utf-16-le", odd, b"\n\0"), ("utf-16-be", zeros - odd, b"\0\n")):
        if share * 100 >= zeros * 95 and (zeros * 10 >= len(head) * 3 or line_end in head):
            return name
    return None


def _decodes(stream: BinaryIO, name: str, limit: int | None) -> bool:
    """Tell whether the bytes decode. Raises FileRefused when they do, to text with a NUL character."""
    decoder = codecs.getincrementaldecoder(name)()
    is_utf_8 = name in ("utf-8", "utf-8-sig")
    try:
        for chunk in _chunks(stream, limit):
            is_plain = is_utf_8 and chunk.isascii() and not decoder.getstate()[0]
            if b"\0" in chunk if is_plain else "\0" in decoder.decode(chunk):
                raise _binary(_find_zero(stream, name, limit))
        if limit is None:
            decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _find_zero(stream: BinaryIO, name: str, limit: int | None) -> int:
    """Return the line of the first NUL character."""
    decoder = codecs.getincrementaldecoder(name)()
    n_lines = 1
    for chunk in _chunks(stream, limit):
        text, zero, _ = decoder.decode(chunk).partition("\0")
        n_lines += text.count("\n")
        if zero:
            break
    return n_lines


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
