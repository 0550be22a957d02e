"""A finished run in, the technical report out: how it was made, what it took, and what must be said beside the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clustering.models import Run
from clustering.wording import inertia_words
from segmentiq.ml.facts import noun, relabelled
from segmentiq.ml.values import Advice
from segmentiq.words import count, duration, figure, filesize, plural, unbroken

FEW = 2
"""Columns of which none can be spared."""


def approximation_of(run: Run) -> tuple[str, ...]:
    """Return what must be said beside the answer of a tree that is not exact: what was gathered, and what it cost."""
    return tuple((run.report.get("approximation") or {}).get("sentences", ()))


def notes_of(run: Run) -> tuple[str, ...]:
    """Return what the engine noticed and what it warned of, but not what stands beside the answer already."""
    said, labels = set(approximation_of(run)), run.dataset.labels
    told = (*run.report.get("notes", ()), *(note for note in run.report.get("warnings", ()) if note not in said))
    return tuple(relabelled(note, labels) for note in told)


@dataclass(frozen=True, kw_only=True, slots=True)
class Remedy:
    """What may help, the words of its button, and what the form of a new run changes for it."""

    words: str
    button: str
    change: str = ""


FEWER = "Fewer columns may show more: leave out what nobody will act on, and one of any two that say nearly the same."
OTHERS = "Other columns may show more."
RFM = " The RFM groups in the table divide these customers in any case."


def remedy_of(run: Run, advice: Advice) -> Remedy | None:
    """Say what may help where nothing stable was found: skewed columns that were taken as they are, else a choice of columns."""
    if advice.verdict != "none":
        return None
    skewed = next((warning["message"] for warning in run.dataset.warnings if warning["code"] == "skewed"), "")
    if skewed and run.spec["log"] == "none":
        return Remedy(words=relabelled(skewed, run.dataset.labels), button="Segment their logarithms", change="&log=auto")
    n_columns = len(run.spec["columns"] or run.dataset.columns.filter(role="feature"))
    words = (FEWER if n_columns > FEW else OTHERS) + (RFM if run.dataset.is_derived else "")
    return Remedy(words=words, button="Choose other columns")


def ledger_of(run: Run) -> str:
    """Say how many rows came in and where they went, those too that the reading set aside; nothing where all were clustered."""
    n_rows, read = run.n_rows or 0, 0 if run.dataset.is_derived else sum(entry["rows"] for entry in run.dataset.ledger)
    came_in = max(n_rows, read)
    if came_in == run.n_clustered:
        return ""
    rows = plural(came_in, "customer") if run.dataset.is_derived else f"{plural(came_in, 'row')} in the file"
    return f"{rows} = {count(run.n_clustered)} clustered + {count(came_in - (run.n_clustered or 0))} set aside."


def particulars_of(run: Run) -> tuple[tuple[str, str], ...]:
    """List the technical facts, by name."""
    spec, report, labels = run.spec, run.report, run.dataset.labels
    seconds = report.get("seconds", {})
    engine = report.get("engine")
    facts = [
        ("Columns", ", ".join(noun(name, labels) for name in spec["columns"] or ()) or "every column that is a feature"),
        ("Weight of the columns", unbroken(inertia_words(report.get("inertia", {}), labels))),
        ("Linkage and distance", f"{spec['linkage']}, {spec['metric']}"),
        ("Scaling", str(spec["scaling"])),
        ("Logarithm", spec["log"] if isinstance(spec["log"], str) else ", ".join(spec["log"])),
        ("Missing cells", {"impute": "filled in", "drop": "rows set aside"}[spec["missing"]]),
        ("Principal components", "off" if spec["pca"] is None else str(spec["pca"])),
        ("Engine", f"{engine.get('kernel', '')}, {'exact' if engine.get('exact', True) else 'approximate'}" if engine else ""),
        ("Time", duration(sum(seconds.values())) if seconds else "–"),
        ("Slowest stages", ", ".join(f"{s} {figure(t)} s" for s, t in sorted(seconds.items(), key=lambda e: -e[1])[:3]) or "–"),
        ("Forecast and truth", forecast_and_truth(report)),
        ("Cophenetic correlation", figure(report["cophenetic"]) if report.get("cophenetic") is not None else ""),
        ("Seed", str(spec["seed"])),
        ("Stamp", run.stamp),
    ]
    return tuple((name, words) for name, words in facts if words)


def forecast_and_truth(report: Mapping[str, Any]) -> str:
    """Say what was forecast, and what it took; nothing about a run of before there were forecasts."""
    told, took = report.get("forecast"), report.get("took")
    return f"{_cost(told)}, were forecast; it took {_cost(took)}." if told and took else ""


def _cost(of: Mapping[str, Any]) -> str:
    memory = "" if of["tree"]["bytes"] is None else f" and {filesize(of['tree']['bytes'])}"
    return f"{duration(of['seconds'])}, of which the tree {duration(of['tree']['seconds'])}{memory}"
