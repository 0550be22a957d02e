"""`manage.py segment FILE`: the whole job in a terminal. No server, no queue, no database: only a file in and a folder out."""

from __future__ import annotations

import csv
import errno
import json
import os
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from clustering.pages import forecast_words
from clustering.questions import forecast_here, most_features
from datasets.deriving import complete
from datasets.orders import Recipe, propose
from segmentiq.ml.errors import Refusal
from segmentiq.ml.selection import choose_columns
from segmentiq.ml.spec import SegmentationSpec

if TYPE_CHECKING:
    from datasets.orders import Proposal
    from datasets.reader import ReadResult
    from segmentiq.ml.effort import RunForecast
    from segmentiq.ml.values import OnProgress, Segmentation

EXAMPLE = (
    'Examples: ./manage.py segment customers.csv --k auto --columns "age,income" --log auto --out segments; '
    "./manage.py segment customers.csv --duplicates drop; ./manage.py segment orders.csv --orders --log auto --out segments"
)
OPTIONS = (
    ("--k", "auto", "auto|N", "number of segments, 2 to 50, or auto for the advised one"),
    ("--columns", None, "a,b", "columns to cluster on; a name with a comma goes in double quotes (default: every feature)"),
    ("--scaling", None, "S", "standard, robust, minmax or none"),
    ("--linkage", None, "L", "ward, average, complete, single or weighted"),
    ("--metric", None, "M", "euclidean, manhattan, cosine or gower"),
    ("--log", None, "none|auto|a,b", "columns that go through log(1 + x) first"),
    ("--missing", None, "impute|drop", "fill missing cells, or set such rows aside"),
    ("--duplicates", "keep", "keep|drop", "set aside rows that repeat another one in every column"),
    ("--pca", None, "none|N|SHARE", "keep N components, or a share of the variance such as 0.9"),
    ("--threshold", None, "HEIGHT", "cut the tree at this height instead of at a number of segments"),
    ("--weights", None, "a=2,b=1", "extra weight of columns"),
    ("--approximate", None, "never|allow", "whether an approximate tree may answer when the exact one does not fit"),
    ("--stability", "on", "on|off", "find out on subsamples which segments are found again"),
    ("--seed", None, "N", "seed of every sample that is drawn"),
)
OF_CUSTOMERS_ONLY = ("repeated_customers", "high_cardinality", "constant_column")
"""Warnings about what is clustered on, which no column of orders is."""
BAR = 30
FLAGS = {"n_clusters": "--k", "distance_threshold": "--threshold"}
"""Fields of the specification whose option has another name."""


class Command(BaseCommand):
    help = "Segment the customers (or, with --orders, the customers of the orders) of a CSV, Excel or Parquet file into a folder."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.epilog = EXAMPLE
        parser.add_argument("file", metavar="FILE", type=Path, help="the table: one row per customer")
        for flag, default, shown, meaning in OPTIONS:
            parser.add_argument(flag, default=default, metavar=shown, help=meaning)
        parser.add_argument("--orders", action="store_true", help="the rows are order lines: turn them into customers first")
        parser.add_argument("--recipe", metavar="FILE", type=Path, help="how to turn them, as JSON (default: as proposed)")
        parser.add_argument("--out", default="out", metavar="DIR", type=Path, help="folder for the files (default: out)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._segment(options, spec_of(options), recipe_of(options), reading_of(options))
        except Refusal as refusal:
            raise CommandError(sentence_of(refusal)) from None
        except OSError as error:
            raise CommandError(f"{error.filename or options['file']}: {error.strerror}. Choose another path.") from None
        except MemoryError:
            raise CommandError("The job needed more memory than this machine has: use fewer rows or columns.") from None

    def _segment(
        self, options: dict[str, Any], spec: SegmentationSpec, recipe: dict[str, Any] | None, reading: dict[str, Any]
    ) -> None:
        """Read, compute, save, tell. The heavy libraries are loaded here, so that a wrong option is refused at once."""
        from segmentiq.jobs.engine import engine_environment

        os.environ.update(engine_environment())  # before numpy and numba are loaded: they look once
        from clustering.folder import save_folder, segments_of
        from datasets.ingestion import examined
        from datasets.limits import read_limits
        from datasets.reader import read_table
        from segmentiq.jobs.limits import run_limits
        from segmentiq.jobs.preparing import prepare_engine
        from segmentiq.ml.pipeline import segment

        file, folder = Path(options["file"]), Path(options["out"])
        check_folder(folder)
        progress = Progress(quiet=options["verbosity"] == 0)
        try:
            prepare_engine(lambda: progress.part(0.0, 0.0)("preparing", 0.0))
            read = read_table(file, file.name, overrides=reading, limits=read_limits(), on_progress=progress.part(0.0, 0.2))
            if recipe is not None:
                read = turned(read, recipe, progress.part(0.2, 0.3))
                progress.close()
                self.stdout.write(ledger_of(read))
            elif proposal_for(read) is not None:
                progress.note(["These look like orders; --orders turns them into customers first."])
            read = examined(read)
            expected = forecast_of(read, spec)
            progress.note([*(warning["message"] for warning in read.warnings), forecast_words(expected)])
            segmentation = segment(
                read.table,
                spec,
                on_progress=progress.part(0.3, 0.95),
                **run_limits(),
                max_features=settings.MAX_FEATURES,
            )
            progress.part(0.95, 1.0)("files", 0.0)
            save_folder(folder, read, spec, segmentation, forecast=expected.to_json())
        finally:
            progress.close()
        self.stdout.write(summary(segmentation, segments_of(segmentation)))
        self.stdout.write(f"\nFiles in {folder}: assignments.csv, segments.json, report.json, dendrogram.png, dendrogram.svg")


class Progress:
    """A bar on standard error where a person looks at it; one line per stage where it goes to a file."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet, self._bar, self._stage = quiet, sys.stderr.isatty(), ""

    def part(self, start: float, stop: float) -> Any:
        """Return `on_progress` for the part of the whole between two shares."""
        return lambda stage, share: self._show(stage, start + (stop - start) * share)

    def _show(self, stage: str, share: float) -> None:
        if self._quiet:
            return
        if self._bar:
            full = round(BAR * share)
            sys.stderr.write(f"\r[{'#' * full}{'.' * (BAR - full)}] {share:4.0%} {stage:<12}")
        elif stage != self._stage:
            sys.stderr.write(f"{share:4.0%} {stage}\n")
        sys.stderr.flush()
        self._stage = stage

    def note(self, sentences: Iterable[str]) -> None:
        """Tell what was noticed about the file before the long part begins."""
        self.close()
        if not self._quiet:
            sys.stderr.writelines(f"Note: {sentence}\n" for sentence in sentences)

    def close(self) -> None:
        if self._bar and not self._quiet:
            sys.stderr.write("\r" + " " * (BAR + 24) + "\r")


def recipe_of(options: dict[str, Any]) -> dict[str, Any] | None:
    """Return what was said about orders; None where the rows are customers. Raises Refusal for a file that is no recipe."""
    path: Path | None = options["recipe"]
    if path is None:
        return {} if options["orders"] else None
    try:
        recipe = json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError:
        recipe = None
    if not isinstance(recipe, dict):
        raise Refusal(f"{path} holds no JSON object.", code="invalid_recipe", hint="Write it as docs/api.md shows it.")
    return recipe


def reading_of(options: dict[str, Any]) -> dict[str, Any]:
    """Return the reading choices. Raises Refusal for one that is not known."""
    said = options["duplicates"]
    if said not in ("keep", "drop"):
        raise Refusal("Rows that repeat another one are kept or dropped: keep or drop.", code="invalid_value", field="duplicates")
    return {"duplicates": said} if said == "drop" else {}


def proposal_for(read: ReadResult) -> Proposal | None:
    """Return how the rows could become customers, if they look like orders."""
    n_distinct = {name: statistics["n_distinct"] for name, statistics in read.statistics.items()}
    return propose(read.table.columns, len(read.table.frame), n_distinct)


def turned(read: ReadResult, said: dict[str, Any], on_progress: OnProgress) -> ReadResult:
    """Turn order lines that were read into customers; how the file was read stays told. Raises Refusal."""
    from datasets.ingestion import turn_orders

    recipe = Recipe.from_mapping(complete(proposal_for(read), said), read.table.columns)
    customers = turn_orders(read.table, recipe, on_progress)
    used = {None, *recipe.columns.values()}
    noticed = [entry for entry in read.warnings if entry["column"] in used and entry["code"] not in OF_CUSTOMERS_ONLY]
    aside = [entry for entry in read.ledger if not entry["is_kept"]]
    return replace(
        customers,
        decisions=[*read.decisions, *customers.decisions],
        warnings=[*noticed, *customers.warnings],
        ledger=[*aside, *customers.ledger],
    )


def ledger_of(read: ReadResult) -> str:
    """Return what became of every line, the customers last."""
    entries = sorted((entry for entry in read.ledger if entry["rows"]), key=lambda entry: entry["is_kept"])
    lines = [f"{entry['rows']:>11,}  {entry['reason']}" for entry in entries]
    total = sum(entry["rows"] for entry in read.ledger)
    return "\n".join([f"{total:,} lines came in, {len(read.table.frame):,} customers came out:", *lines, ""])


def forecast_of(read: ReadResult, spec: SegmentationSpec) -> RunForecast:
    """Forecast the run of a table that was read. Raises Refusal where it does not fit this machine's limits."""
    chosen = choose_columns(read.table.columns, spec)
    n_features = sum(most_features(column.kind, read.statistics[column.name]["n_distinct"]) for column in chosen)
    return forecast_here(len(read.table.frame), n_features, spec)


def check_folder(folder: Path) -> None:
    """Raise OSError when the folder cannot be made or written to, before an hour of computing shows it."""
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    there = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
    if not (there.is_dir() and os.access(there, os.W_OK | os.X_OK)):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(there))


def sentence_of(refusal: Refusal) -> str:
    """Return what is wrong and what to do, after the option that asked for it."""
    words = refusal.sentence
    if refusal.code == "invalid_recipe":
        return f"The recipe: {words}"
    flag = FLAGS.get(refusal.field or "", f"--{refusal.field}")
    return f"{flag}: {words}" if any(flag == option for option, *_ in OPTIONS) else words


def spec_of(options: dict[str, Any]) -> SegmentationSpec:
    """Build the specification from the options. Raises SpecRefused."""
    asked = {name: options[name] for name in ("scaling", "linkage", "metric", "missing", "approximate") if options[name]}
    if options["columns"] is not None:
        asked["columns"] = names_in(options["columns"])
    if options["log"]:
        asked["log"] = options["log"] if options["log"] in ("none", "auto") else names_in(options["log"])
    if options["weights"]:
        asked["weights"] = dict(weight_in(entry) for entry in names_in(options["weights"]))
    numbers = {
        "n_clusters": options["k"],
        "pca": options["pca"],
        "distance_threshold": options["threshold"],
        "seed": options["seed"],
    }
    asked |= {name: number_in(text) for name, text in numbers.items() if text is not None}
    asked["stability"] = {"on": True, "off": False}.get(options["stability"], options["stability"])
    return SegmentationSpec.from_mapping(asked)


def names_in(text: str) -> list[str]:
    """Return the names in a comma-separated list; one that holds a comma is quoted as in a CSV file."""
    return [name for name in next(csv.reader([text], skipinitialspace=True), []) if name]


def weight_in(entry: str) -> tuple[str, Any]:
    name, _, weight = entry.rpartition("=")
    return name or entry, number_in(weight)


def number_in(text: str) -> Any:
    """Return a whole number, a fraction, or the text as it is, for the specification to refuse or to know."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def summary(segmentation: Segmentation, segments: list[dict[str, Any]]) -> str:
    """Return the table a person reads first."""
    aside = segmentation.features.n_table_rows - segmentation.top.n
    lines = [segmentation.advice.sentence, "", f"{'segment':>7}  {'customers':>9}  {'share':>6}  what sets it apart"]
    for entry in segments:
        apart = " ".join(entry["facts"][:2]) or entry["name"]
        lines.append(f"{entry['segment']:>7}  {entry['size']:>9,}  {entry['share']:>6.1%}  {apart}")
    if aside:
        lines.append(f"{aside:,} {'row was' if aside == 1 else 'rows were'} set aside; such rows have no segment.")
    return "\n".join([*lines, *segmentation.warnings])
