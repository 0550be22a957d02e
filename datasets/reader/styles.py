"""Which cell styles of a workbook show numbers padded with zeros: postal codes and customer numbers stored as numbers.

The part with the styles flows in; the width for every style that pads flows out. The cell holds 123 and shows 00123; whoever made
the sheet wants the zeros, and a CSV export of it has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.parsers import expat

from datasets.reader.markup import Attributes, new_parser, walk

PADDED = re.compile(r"0{2,30}")
"""A format of nothing but zeros."""


def find_padded(chunks: Iterable[bytes]) -> dict[str, int]:
    """Return the number of digits for each cell style that pads with zeros, by the style's number. Raises FileRefused."""
    parser = new_parser()
    styles = _Styles(parser)
    handlers = {"numFmt": styles.add_format, "cellXfs": styles.begin, "xf": styles.add_style}
    parser.EndElementHandler = styles.end
    walk(chunks, handlers, parser)
    return styles.padded


class _Styles:
    """What has been seen so far."""

    def __init__(self, parser: expat.XMLParserType) -> None:
        self.parser = parser
        self.widths: dict[str, int] = {}
        self.padded: dict[str, int] = {}
        self.n_styles = -1
        """Number of styles so far; -1 outside of their list."""

    def add_format(self, attributes: Attributes) -> None:
        code = attributes.get("formatCode", "").partition(";")[0].replace("\\", "").replace('"', "")
        if PADDED.fullmatch(code):
            self.widths[attributes.get("numFmtId", "")] = len(code)

    def begin(self, _: Attributes) -> None:
        self.n_styles = 0

    def end(self, tag: str) -> None:
        if tag.rpartition(":")[2] == "cellXfs":
            self.n_styles = -1

    def add_style(self, attributes: Attributes) -> None:
        if self.n_styles < 0:
            return
        width = self.widths.get(attributes.get("numFmtId", ""))
        if width is not None:
            self.padded[str(self.n_styles)] = width
        self.n_styles += 1
