"""What was asked, as one frozen, hashable value.

The HTML form, the API serializer, the command line and ``Run.spec`` all build a `SegmentationSpec` with `from_mapping`; nothing
else checks these fields, so every door refuses with the same sentence. Its `digest`, with the file's hash, is the
reproducibility stamp and the idempotency key of a run.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, Self, cast, get_args

from segmentiq.ml.errors import SpecRefused
from segmentiq.ml.values import MAX_SEGMENTS

Scaling = Literal["standard", "robust", "minmax", "none"]
Missing = Literal["impute", "drop"]
Linkage = Literal["ward", "average", "complete", "single", "weighted"]
Metric = Literal["euclidean", "manhattan", "cosine", "gower"]
Approximate = Literal["never", "allow"]

METRICS: Mapping[Linkage, tuple[Metric, ...]] = {
    "ward": ("euclidean",),
    "average": get_args(Metric),
    "complete": get_args(Metric),
    "single": get_args(Metric),
    "weighted": get_args(Metric),
}
"""The one table of which metric goes with which linkage. SciPy accepts Ward on a city-block matrix silently; we refuse."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SegmentationSpec:
    """One specification; the defaults segment any table sensibly.

    Attributes
    ----------
    columns : tuple of str or None
        Columns to cluster on; None means every column whose role is *feature*.
    scaling : {"standard", "robust", "minmax", "none"}
        How numbers are made comparable; standard is (x - mean) / sd with ddof 0.
    log : "none", "auto" or tuple of str
        Columns that go through log1p first; auto takes skewed non-negative ones.
    missing : {"impute", "drop"}
        Fill missing cells (median, or a level "Missing"), or set such rows aside.
    pca : None, int or float
        None is off; an int keeps that many components; a float in (0, 1) that share of the variance.
    linkage, metric : str
        How branches are joined; `METRICS` says what goes together.
    n_clusters : "auto" or int
        2 to 50, or the advice decides.
    distance_threshold : float or None
        Cut at this height instead of at a number of segments.
    weights : tuple of (str, float)
        Extra weight of a column, 1 when not named.
    approximate : {"never", "allow"}
        Whether an approximate tree may answer when the exact one does not fit.
    stability : bool
        Whether subsamples are drawn to see which segments are found again.
    seed : int
        Seed of every sample that is drawn.
    """

    columns: tuple[str, ...] | None = None
    scaling: Scaling = "standard"
    log: Literal["none", "auto"] | tuple[str, ...] = "none"
    missing: Missing = "impute"
    pca: int | float | None = None
    linkage: Linkage = "ward"
    metric: Metric = "euclidean"
    n_clusters: Literal["auto"] | int = "auto"
    distance_threshold: float | None = None
    weights: tuple[tuple[str, float], ...] = ()
    approximate: Approximate = "never"
    stability: bool = True
    seed: int = 0

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any]) -> Self:
        """Build a specification from JSON-like data.

        Parameters
        ----------
        data : mapping
            Field name to value; a field left out takes its default.

        Returns
        -------
        SegmentationSpec

        Raises
        ------
        SpecRefused
            Unknown field, or a value outside its range; ``field`` names it.

        Examples
        --------
        >>> SegmentationSpec.from_mapping({"n_clusters": 4}).linkage
        'ward'
        """
        known = {entry.name for entry in fields(cls)}
        for name in data:
            if name not in known:
                raise SpecRefused(
                    f"There is no parameter called {str(name)[:40]!r}.",
                    code="unknown_parameter",
                    field=str(name)[:40],
                    hint=f"Known parameters: {', '.join(sorted(known))}.",
                )
        spec = cls(**{name: CHECKS[name](value) for name, value in data.items()})
        _check_together(spec)
        return spec

    def to_json(self) -> dict[str, Any]:
        """Return plain data that `from_mapping` turns into the same specification."""
        data = asdict(self)
        data["weights"] = dict(self.weights)
        return data

    def digest(self) -> str:
        """Return the SHA-256 (hex) of the specification, the same for the same choices in any order."""
        canonical = json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()


def _check_together(spec: SegmentationSpec) -> None:
    if spec.metric not in METRICS[spec.linkage]:
        raise SpecRefused(
            f"Linkage {spec.linkage} needs the euclidean metric; {spec.metric} was asked for.",
            code="incompatible_metric",
            field="metric",
            hint=f'Use metric "euclidean", or keep {spec.metric} with linkage "average".',
        )
    if spec.metric == "gower" and spec.pca is not None:
        raise SpecRefused(
            "Principal components have no Gower distance.",
            code="invalid_pca",
            field="pca",
            hint='Use metric "euclidean", or leave pca out.',
        )
    if spec.distance_threshold is not None and spec.n_clusters != "auto":
        raise SpecRefused(
            "Give n_clusters or distance_threshold, not both.",
            code="invalid_distance_threshold",
            field="distance_threshold",
            hint='Leave n_clusters at "auto" to cut at a height.',
        )


def _one_of(name: str, allowed: tuple[str, ...]) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if isinstance(value, str) and value in allowed:
            return value
        raise SpecRefused(
            f"{name} must be one of {', '.join(allowed)}.", code=f"invalid_{name}", field=name, hint=f"Default: {allowed[0]}."
        )

    return check


def _names(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(entry, str) for entry in value):
        raise SpecRefused(f"{name} must be a list of column names.", code=f"invalid_{name}", field=name)
    if len(set(value)) != len(value):
        raise SpecRefused(f"{name} names a column twice.", code=f"invalid_{name}", field=name)
    return tuple(value)


def _columns(value: Any) -> tuple[str, ...] | None:
    if value is None:
        return None
    names = _names("columns", value)
    if not names:
        raise SpecRefused(
            "No column was chosen.",
            code="no_features",
            field="columns",
            hint="Name at least one, or leave it out for all features.",
        )
    return names


def _log(value: Any) -> Any:
    return value if isinstance(value, str) and value in ("none", "auto") else _names("log", value)


def _pca(value: Any) -> int | float | None:
    if value is None or value == "none":
        return None
    whole = isinstance(value, int) and not isinstance(value, bool) and value >= 1
    if whole or (isinstance(value, float) and 0 < value < 1):
        return cast("int | float", value)
    raise SpecRefused(
        "pca must be none, a whole number of components (1 or more), or a share of the variance between 0 and 1.",
        code="invalid_pca",
        field="pca",
        hint="For example 2, or 0.9 for 90 % of the variance.",
    )


def _n_clusters(value: Any) -> Any:
    if value == "auto":
        return value
    if isinstance(value, bool) or not isinstance(value, int) or value < 1 or value > 10**6:
        raise SpecRefused(
            f'n_clusters must be "auto" or a whole number from 2 to {MAX_SEGMENTS}.',
            code="invalid_n_clusters",
            field="n_clusters",
        )
    if not 2 <= value <= MAX_SEGMENTS:
        raise SpecRefused(
            f"n_clusters is out of range: it goes from 2 to {MAX_SEGMENTS}, and less than the number of customers.",
            code="out_of_range",
            field="n_clusters",
        )
    return value


def _threshold(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not (math.isfinite(value) and value > 0):
        raise SpecRefused(
            "distance_threshold must be a number above 0.", code="invalid_distance_threshold", field="distance_threshold"
        )
    return float(value)


def _weights(value: Any) -> tuple[tuple[str, float], ...]:
    if not isinstance(value, Mapping) or not all(_is_weight(weight) for weight in value.values()):
        raise SpecRefused(
            "weights must map column names to numbers above 0, at most 100.", code="invalid_weights", field="weights"
        )
    return tuple(sorted((str(name), float(weight)) for name, weight in value.items()))


def _is_weight(value: Any) -> bool:
    return not isinstance(value, bool) and isinstance(value, int | float) and 0 < value <= 100


def _stability(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise SpecRefused("stability must be true or false.", code="invalid_stability", field="stability")


def _seed(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**32:
        raise SpecRefused("seed must be a whole number from 0 to 4294967295.", code="invalid_seed", field="seed")
    return value


CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "columns": _columns,
    "scaling": _one_of("scaling", get_args(Scaling)),
    "log": _log,
    "missing": _one_of("missing", get_args(Missing)),
    "pca": _pca,
    "linkage": _one_of("linkage", get_args(Linkage)),
    "metric": _one_of("metric", get_args(Metric)),
    "n_clusters": _n_clusters,
    "distance_threshold": _threshold,
    "weights": _weights,
    "approximate": _one_of("approximate", get_args(Approximate)),
    "stability": _stability,
    "seed": _seed,
}
