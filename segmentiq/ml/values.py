"""The nouns: every value that flows from one stage to the next, and nothing that does anything.

Stages (`features`, `linkage`, `describe`, ...) import these and never each other; only `pipeline` knows the order. Values are
frozen and their arrays are read-only, so that a stage cannot change what another one sees.

The values the result page needs (`TopTree`, `KScore`, `Advice`, `Profile`) hold plain Python numbers and turn into JSON and
back without numpy: the web process reads them without the scientific stack.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Self

from segmentiq.ml.profile_values import Label, LevelFact, NumberFact, Profile, Rule

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from segmentiq.ml.approximation import Approximation
    from segmentiq.ml.cohesion import Distances

__all__ = [
    "MAX_SEGMENTS", "Advice", "Branch", "Column", "CustomerMap", "FeatureMatrix", "FeatureSpace", "KScore", "Kind", "Label",
    "LevelFact", "LinkageTree", "NumberFact", "OnProgress", "Profile", "Role", "Rule", "Segmentation", "Stage", "Table",
    "TopTree", "Variable", "Verdict",
]  # fmt: skip

Kind = Literal["number", "category", "date", "boolean", "id", "text", "constant"]
Role = Literal["feature", "descriptor", "id", "ignored"]
Stage = Literal["features", "tree", "scores", "stability", "profiles", "map", "drawing"]
Verdict = Literal["strong", "moderate", "weak", "none"]
OnProgress = Callable[[str, float], None]
"""Called with the stage's name and the share of the whole job that is done, 0 to 1."""

MAX_SEGMENTS = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column of a table: what it holds (`kind`), what it is for (`role`), and why we think so (`reason`).
    `label` is what people call it, where the name was given by us and not by them."""

    name: str
    kind: Kind
    role: Role
    reason: str = ""
    label: Label | None = None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Table:
    """Typed rows: `frame` has one pandas column per `Column`, in order, and a RangeIndex that numbers the file's rows.

    Dtypes by kind: number -> Float64-compatible numpy float64 or int64; boolean -> pandas "boolean"; date -> datetime64;
    category, id, text, constant -> string with missing as NA. Missing is always NA/NaN/NaT, never a token.
    """

    frame: pd.DataFrame
    columns: tuple[Column, ...]

    def __post_init__(self) -> None:
        if list(self.frame.columns) != [column.name for column in self.columns]:
            raise ValueError("a table's frame and its columns must name the same columns in the same order")


@dataclass(frozen=True, kw_only=True, slots=True)
class Variable:
    """How one column becomes features; together they are all a `FeatureSpace` needs to encode a new row.

    For a number or date: value -> (log1p if `log`) -> (x - `center`) / `scale` * `weight`, missing -> `fill`.
    For a category: one feature per entry of `levels` (the last may be the collected "Other"), 1/0 times `weight`.
    For a date, `origin` is the snapshot (ISO date) that days are counted back from.
    """

    column: str
    kind: Kind
    log: bool = False
    fill: float | str | None = None
    center: float = 0.0
    scale: float = 1.0
    weight: float = 1.0
    levels: tuple[str, ...] = ()
    origin: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FeatureSpace:
    """The fitted encoding, JSON-able: the same space encodes the training rows and, later, new ones."""

    variables: tuple[Variable, ...]
    pca_mean: tuple[float, ...] = ()
    pca_components: tuple[tuple[float, ...], ...] = ()
    """Rows are components, shape (n_components, n_features); empty when PCA is off."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        variables = tuple(Variable(**{**v, "levels": tuple(v["levels"])}) for v in data["variables"])
        return cls(
            variables=variables, pca_mean=tuple(data["pca_mean"]), pca_components=tuple(map(tuple, data["pca_components"]))
        )


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class FeatureMatrix:
    """What is clustered: `values` (n, d) float64, `names` of the d features, `rows` (n,) home rows in the table.

    Rows set aside (`missing="drop"`) are those of the table that are not in `rows`; `notes` say in sentences what was done
    (imputed, dropped, collected into "Other", excluded), `inertia` is each variable's share of the total sum of squares.
    """

    values: NDArray[np.float64]
    names: tuple[str, ...]
    rows: NDArray[np.int64]
    n_table_rows: int
    space: FeatureSpace
    notes: tuple[str, ...] = ()
    inertia: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.values.setflags(write=False)
        self.rows.setflags(write=False)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class LinkageTree:
    """The whole tree in SciPy's format: `merges` (n-1, 4), how it was made, and the micro-clusters (n,) of one not exact.
    `remarks` are what the kernel noticed on the way, for the report."""

    merges: NDArray[np.float64]
    kernel: str
    groups: NDArray[np.int64] | None = None
    remarks: Mapping[str, float] = field(default_factory=dict)

    @property
    def exact(self) -> bool:
        return self.groups is None

    def __post_init__(self) -> None:
        self.merges.setflags(write=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Branch:
    """A branch of the top tree: the contiguous slice `start:stop` of the customers in leaf order.

    Ids are stable under any cut: 0 is the root; the t-th highest merge (t = 1, 2, ...) splits a branch into the branches
    2t-1 (left) and 2t (right). A branch therefore exists for every cut with `born` < k <= `split`.
    `found` is the mean share (Jaccard) of it that is found again in subsamples, None when not asked for.
    """

    id: int
    parent: int | None
    left: int | None
    right: int | None
    start: int
    stop: int
    height: float
    born: int
    split: int | None
    """Numbers of the splits (t) that made it (0 for the root) and that divides it (None for a finest branch)."""
    found: float | None = None

    @property
    def size(self) -> int:
        return self.stop - self.start


@dataclass(frozen=True, kw_only=True, slots=True)
class TopTree:
    """The top of the tree: at most 2 * 50 - 1 branches, enough for every cut up to `max_k` segments."""

    n: int
    branches: tuple[Branch, ...]
    linkage: str
    metric: str

    @property
    def max_k(self) -> int:
        return (len(self.branches) + 1) // 2

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(**{**data, "branches": tuple(Branch(**branch) for branch in data["branches"])})


@dataclass(frozen=True, kw_only=True, slots=True)
class KScore:
    """How good the cut into k segments is; `silhouette` in the clustered space and metric, with 95 % where it was estimated.
    `stability` is how much of the weakest segment is found again in subsamples, `found_again` how much on average."""

    k: int
    silhouette: float
    calinski_harabasz: float
    davies_bouldin: float
    smallest: int
    stability: float | None = None
    found_again: float | None = None
    interval: tuple[float, float] | None = None
    r_squared: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Advice:
    """Which k, how sure, and why it won and others lost, in words. `k` is always set, to the least bad if need be."""

    k: int
    verdict: Verdict
    sentence: str
    reasons: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(**{**data, "reasons": tuple(data["reasons"])})


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class CustomerMap:
    """Two principal coordinates: `points` (m, 2) of sampled customers at leaf `positions` (m,), and the axes' variance shares.
    `proportional` tells whether every finest branch is shown as often as it is large; if not, small ones are shown more."""

    points: NDArray[np.float64]
    positions: NDArray[np.int64]
    shares: tuple[float, float]
    proportional: bool = True


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Segmentation:
    """Everything one run found out. `k` is the answer, as asked for or as advised; every branch of the top tree has a profile.
    `order` (n,) is the leaf order: the clustered row (index into `features.rows`) at every leaf position."""

    features: FeatureMatrix
    tree: LinkageTree
    top: TopTree
    order: NDArray[np.int64]
    scores: tuple[KScore, ...]
    advice: Advice
    k: int
    profiles: tuple[Profile, ...]
    map: CustomerMap
    cophenetic: float | None = None
    approximation: Approximation | None = None
    distances: Distances | None = None
    segment_silhouettes: Mapping[int, tuple[float, ...]] = field(default_factory=dict)
    """The mean silhouette of each segment, largest first, for every number of segments."""
    money: str | None = None
    """The column that tells what customers are worth, if there is one."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    linking: tuple[float, int | None] = (0.0, None)
    """Wall-clock seconds per stage; seconds, and bytes beyond what was held before, of growing the tree, None if not told."""
    warnings: tuple[str, ...] = ()
