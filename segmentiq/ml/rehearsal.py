"""The whole walk on few customers, for nobody: what it uses is loaded and compiled, and how long its stages take here is known.

Nothing flows in; one factor per stage flows out, seconds measured over seconds forecast, which `calibration` keeps.
"""

from __future__ import annotations

from segmentiq.ml.effort import STAGES
from segmentiq.ml.linkage.probes import Stopwatch, sample_rows
from segmentiq.ml.pipeline import segment
from segmentiq.ml.spec import SegmentationSpec
from segmentiq.ml.values import Column, Segmentation, Table

ROWS, FEATURES = 1_000, 5


def rehearse() -> Segmentation:
    """Segment a thousand customers in eight overlapping groups."""
    import pandas as pd

    rows = sample_rows(ROWS, FEATURES)[0]
    names = [f"x{number}" for number in range(FEATURES)]
    columns = tuple(Column(name=name, kind="number", role="feature") for name in names)
    return segment(Table(frame=pd.DataFrame(rows, columns=names), columns=columns), SegmentationSpec())


def measure_stages() -> dict[str, float]:
    """Rehearse and return, per stage beside the tree, how many times as long as modelled it takes here."""
    watch = Stopwatch()
    seconds = rehearse().seconds
    held = watch.seconds() / sum(seconds.values())
    return {name: held * seconds[name] / STAGES[name](ROWS, FEATURES) for name in STAGES if name in seconds}
