"""XML parts of a workbook, walked element by element: nothing is built, nothing is expanded, nothing is fetched.

Chunks of bytes flow in; the start of every element flows out to a function. A document type is refused where it is declared,
which is before the first entity could be used: a billion laughs costs nothing, and no address is ever followed. Names come
without their prefix, as the library that reads the cells sees them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from xml.parsers import expat

from datasets.reader.zips import corrupt, unsafe

UNSAFE = (b"<!doctype", b"<!entity")
MOST_NAMES = 1_000
"""Different element names that are remembered; a workbook has a few dozen."""

Attributes = dict[str, str]
Handler = Callable[[Attributes], None]


def new_parser() -> expat.XMLParserType:
    """Return a parser that refuses document types."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    return parser


def _refuse(*_: Any) -> None:
    raise unsafe("it declares XML entities")


def walk(chunks: Iterable[bytes], handlers: Mapping[str, Handler], parser: expat.XMLParserType | None = None) -> None:
    """Call the handler of every element. Raises FileRefused."""
    parser = parser or new_parser()
    parser.StartElementHandler = find_handlers(handlers)
    feed(parser, chunks)


def find_handlers(handlers: Mapping[str, Handler]) -> Callable[[str, Attributes], None]:
    """Return a function that calls the handler of an element by its name."""
    known: dict[str, Handler | None] = {}

    def start(tag: str, attributes: Attributes) -> None:
        try:
            handle = known[tag]
        except KeyError:
            handle = handlers.get(tag.rpartition(":")[2])
            if len(known) < MOST_NAMES:
                known[tag] = handle
        if handle is not None:
            handle(attributes)

    return start


def feed(parser: expat.XMLParserType, chunks: Iterable[bytes]) -> None:
    """Parse a part. Raises FileRefused."""
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError, OverflowError) as error:
        raise corrupt("a part of it is no XML that can be read") from error


def look_through(chunks: Iterable[bytes]) -> None:
    """Raise FileRefused when XML that is not walked declares a document type or entities, or is not in UTF-8."""
    tail = b""
    for chunk in chunks:
        lowered = (tail + chunk).lower()
        if any(mark in lowered for mark in UNSAFE):
            raise unsafe("it declares XML entities")
        if b"\0" in chunk:
            raise corrupt("a part of it is no XML that can be read")
        tail = chunk[-16:]
