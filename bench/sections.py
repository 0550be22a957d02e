"""What is compared, section by section. A new comparison is one line here; a new contender, one function in `contenders`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bench.contenders import LINKERS, OURS, SCORERS, SCORES
from bench.jobs import JOB, SCRIPT, WITH_STABILITY, WITHOUT_STABILITY
from bench.measurements import Case
from bench.reading import INTAKE, READERS

ALL = tuple(LINKERS)
VECTORS = (OURS, "fastcluster.linkage_vector")
STORED = (OURS, "fastcluster.linkage", "scipy", "scikit-learn")


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    title: str
    cases: tuple[Case, ...]


def ward(table: str, rows: int, contenders: tuple[str, ...]) -> Case:
    return Case(work="ward", table=table, rows=rows, contenders=contenders)


SECTIONS: Mapping[str, Section] = {
    "ward": Section(
        title="Ward trees",
        cases=(
            ward("mixture-10", 20_000, ALL),
            ward("mixture-10", 100_000, ALL),
            ward("mixture-30", 100_000, ALL),
            ward("spenders", 1_000_000, (*VECTORS, "scipy")),
            ward("mixture-5", 1_000_000, (*VECTORS, "scipy")),
            ward("mixture-10", 1_000_000, (*VECTORS, "scipy")),
        ),
    ),
    "growth": Section(
        title="Ward trees: growth from 100,000 to 1,000,000 rows",
        cases=tuple(ward(table, rows, (OURS,)) for table in ("spenders", "mixture-5") for rows in (100_000, 1_000_000)),
    ),
    "kinds": Section(
        title="Ward trees on other kinds of tables",
        cases=(
            ward("spenders", 20_000, VECTORS),
            ward("customers", 20_000, VECTORS),
            ward("mixture-30", 20_000, VECTORS),
            ward("customers", 100_000, (OURS,)),
        ),
    ),
    "real": Section(
        title="Ward trees of real tables, encoded by the engine",
        cases=tuple(
            ward(table, 0, (*VECTORS, "scipy")) for table in ("mall", "wholesale", "marketing", "churn", "telco", "retail")
        ),
    ),
    "linkages": Section(
        title="Other linkages",
        cases=(
            Case(work="average", table="mixture-10", rows=10_000, contenders=STORED),
            Case(work="complete", table="mixture-10", rows=10_000, contenders=STORED),
            Case(work="single", table="mixture-10", rows=20_000, contenders=ALL),
        ),
    ),
    "silhouettes": Section(
        title="Silhouettes: ours of every k = 2..15, theirs of one k",
        cases=(Case(work=SCORES, table="mixture-16", rows=20_000, contenders=tuple(SCORERS)),),
    ),
    "jobs": Section(
        title="Whole jobs: a CSV file of ten columns in; segments, drawing and labels out",
        cases=(
            Case(work=JOB, table="customers", rows=20_000, contenders=(WITHOUT_STABILITY, WITH_STABILITY, SCRIPT)),
            Case(work=JOB, table="customers", rows=200_000, contenders=(WITH_STABILITY, SCRIPT)),
        ),
    ),
    "reading": Section(
        title="Reading: a CSV file of twelve mixed columns in; ours checked, typed, described and stored, theirs only parsed",
        cases=(Case(work=INTAKE, table="mixed", rows=1_000_000, contenders=tuple(READERS)),),
    ),
}
