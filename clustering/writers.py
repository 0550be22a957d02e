"""A `Segmentation` in, the bytes of each of its files out: what the worker leaves behind, one writer per file.

Kept apart from `artifacts`, which knows where files lie and how they are read: this is the worker's half, and the command line's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segmentiq.ml.values import Segmentation

N_HEIGHTS = 10
SPACE = "space.npy"
SPACE_BYTES = 256 * 1024**2
"""A clustered matrix that would take more is not kept."""
SPACE_ROWS = 65_536


def evaluation_of(segmentation: Segmentation) -> dict[str, Any]:
    """Return the scores of every k, the advice, the top heights of the tree, highest first, the name of the money column, and
    the mean silhouette of each segment of every k, largest segment first."""
    heights = segmentation.tree.merges[::-1][:N_HEIGHTS, 2].tolist()
    return {
        "scores": [asdict(score) for score in segmentation.scores],
        "advice": segmentation.advice.to_json(),
        "cophenetic": segmentation.cophenetic,
        "heights": heights,
        "money": segmentation.money,
        "silhouettes": {k: [round(mean, 4) for mean in means] for k, means in segmentation.segment_silhouettes.items()},
    }


def _map_of(segmentation: Segmentation) -> dict[str, Any]:
    spots = segmentation.map
    return {
        "points": spots.points.round(6).tolist(),
        "positions": spots.positions.tolist(),
        "shares": list(spots.shares),
        "proportional": spots.proportional,
    }


def _features_of(segmentation: Segmentation) -> dict[str, Any]:
    features = segmentation.features
    return {
        "space": features.space.to_json(),
        "names": list(features.names),
        "inertia": dict(features.inertia),
        "notes": list(features.notes),
    }


def _json_writer(value_of: Callable[[Segmentation], Any]) -> Callable[[Segmentation, Path], None]:
    def write(segmentation: Segmentation, path: Path) -> None:
        path.write_text(json.dumps(value_of(segmentation), default=_plain, allow_nan=False), encoding="utf-8")

    return write


def _plain(value: Any) -> Any:
    """Turn a numpy scalar, which JSON does not know, into Python's own."""
    return value.item()


def _write_tree(segmentation: Segmentation, path: Path) -> None:
    _write_arrays(path, merges=segmentation.tree.merges)


def _write_labels(segmentation: Segmentation, path: Path) -> None:
    _write_arrays(path, order=segmentation.order, rows=segmentation.features.rows)


def _write_cohesion(segmentation: Segmentation, path: Path) -> None:
    """Write the leaf positions that were measured and the sums of their distances to the finest branches."""
    import numpy as np

    stored = segmentation.distances
    positions = np.empty(0, dtype=np.int64) if stored is None else stored.positions
    _write_arrays(path, positions=positions, sums=np.empty((0, 0), dtype=np.float32) if stored is None else stored.sums)


def fits_space(segmentation: Segmentation) -> bool:
    """Tell whether the clustered matrix is small enough to be kept."""
    return segmentation.features.values.size * 4 <= SPACE_BYTES


def _write_space(segmentation: Segmentation, path: Path) -> None:
    """Write the clustered matrix in leaf order, a part at a time: no second one is held in memory."""
    import numpy as np

    values, order = segmentation.features.values, segmentation.order
    kept = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=values.shape)
    for start in range(0, len(order), SPACE_ROWS):
        kept[start : start + SPACE_ROWS] = values[order[start : start + SPACE_ROWS]]
    kept.flush()


def _write_arrays(path: Path, **arrays: NDArray[Any]) -> None:
    import numpy as np

    with path.open("wb") as stream:
        np.savez(stream, **arrays)  # type: ignore[arg-type]


def _figure_writer(kind: str) -> Callable[[Segmentation, Path], None]:
    def write(segmentation: Segmentation, path: Path) -> None:
        from segmentiq.ml.plots.dendrogram import dendrogram_figure, save_figure

        save_figure(dendrogram_figure(segmentation.top, segmentation.k), path, kind)

    return write


WRITERS: Mapping[str, Callable[[Segmentation, Path], None]] = {
    "top.json": _json_writer(lambda segmentation: segmentation.top.to_json()),
    "evaluation.json": _json_writer(evaluation_of),
    "profiles.json": _json_writer(lambda segmentation: [profile.to_json() for profile in segmentation.profiles]),
    "map.json": _json_writer(_map_of),
    "features.json": _json_writer(_features_of),
    "tree.npz": _write_tree,
    "labels.npz": _write_labels,
    "cohesion.npz": _write_cohesion,
    SPACE: _write_space,
    "dendrogram.png": _figure_writer("png"),
    "dendrogram.svg": _figure_writer("svg"),
}
"""Every file of a run and what writes it: a new artifact is one line here."""
