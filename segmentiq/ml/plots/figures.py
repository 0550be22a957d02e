"""What every figure shares: colours, safe labels, and files that are the same bytes for the same figure."""

from __future__ import annotations

import re
from pathlib import Path
from typing import IO, Any

import matplotlib as mpl
from matplotlib.figure import Figure

LABEL_LENGTH = 40
COLOURS = ("#0072b2", "#b87800", "#008a64", "#b55f8f", "#2b8fc7", "#c95800", "#918600", "#3a3a3a")
"""Okabe and Ito's palette in our fixed order, darkened where a thin line on white needs it; segment 1 is the first."""
GREY, INK = "#a3a19a", "#1a1b1e"
NOT_XML = re.compile("[\x00-\x1f\ud800-\udfff\ufffe\uffff]")
PLAIN: dict[str, Any] = {"parse_math": False, "color": INK}
"""Labels are the customer's words: a dollar sign in them is a dollar sign, not a formula."""
SAVING: Any = {"svg.hashsalt": "segmentiq", "svg.fonttype": "none"}
METADATA: dict[str, dict[str, None]] = {"png": {"Software": None}, "svg": {"Date": None, "Creator": None}}


def colour_of(segment: int) -> str:
    """Return the colour of a segment, counted from 1; above 8 they repeat, which is why segments carry numbers too."""
    return COLOURS[(segment - 1) % len(COLOURS)]


def cut_label(text: str) -> str:
    """Make a label safe to draw: at most 40 characters, none that XML cannot hold."""
    clean = NOT_XML.sub("\ufffd", text)
    return clean if len(clean) <= LABEL_LENGTH else clean[: LABEL_LENGTH - 1] + "…"


def save_figure(figure: Figure, path: str | Path | IO[bytes], format: str) -> None:
    """Write a figure as "png" or "svg", without dates or random ids."""
    with mpl.rc_context(SAVING):
        figure.savefig(path, format=format, dpi=150, metadata=METADATA[format])
