"""What people may do with runs: train, cancel, run again, delete, keep another cut, name and colour a segment.

Flows in: a request that was already checked for access. Flows out: rows changed in one transaction with the work queued in it.
The computing happens in the worker (`execution`); this module stays light enough for the web process.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction

from clustering import artifacts
from clustering.cutting import Cut, answer_of
from clustering.models import HUES, KeptCut, Run, SegmentName
from clustering.questions import check_question
from clustering.segments import cohesion_in
from clustering.stamps import stamp_of
from clustering.tasks import train_run
from datasets.models import Dataset
from segmentiq.access import deleted, must_exist
from segmentiq.files import remove_folder, run_folder
from segmentiq.jobs.lifecycle import Status
from segmentiq.ml.errors import Refusal
from segmentiq.ml.spec import SegmentationSpec
from segmentiq.ml.values import TopTree

MOST_IN_NAME, MOST_IN_NOTE = 80, 2000
MOST_KEPT = 50
"""Answers of a run that are remembered, to go back along."""


def train(*, dataset: Dataset, spec: SegmentationSpec, requested_by: Any) -> Run:
    """Queue a run, or return the one that is or will be the answer to the same question. Raises Refusal."""
    columns = list(dataset.columns.order_by("position"))
    report = {"forecast": check_question(dataset, columns, spec).to_json()}
    stamp = stamp_of(dataset, [column.to_value() for column in columns], spec)
    run = Run(dataset=dataset, requested_by=requested_by, spec=spec.to_json(), stamp=stamp, report=report)
    return _answering(run) or _publish(run) or _answering(run) or _gone(dataset)


def _answering(run: Run) -> Run | None:
    return run.dataset.runs.answering().filter(stamp=run.stamp).first()


def _publish(run: Run) -> Run | None:
    """Save the row and queue its work; None when somebody else asked the same meanwhile, or the dataset went away."""
    try:
        with transaction.atomic():
            _check_queue(run.requested_by)
            run.save(force_insert=True)
            train_run.enqueue(str(run.pk))
    except IntegrityError:
        return None
    return run


def _check_queue(person: Any) -> None:
    """Refuse when too much waits; the person's row is locked, so that many requests at once cannot pass the limit."""
    get_user_model()._default_manager.select_for_update(no_key=True).get(pk=person.pk)
    if Run.objects.filter(requested_by=person, status=Status.QUEUED).count() >= settings.MAX_QUEUED_PER_USER:
        raise Refusal(
            f"You have {settings.MAX_QUEUED_PER_USER:,} runs waiting, which is the limit.",
            code="too_many_queued",
            hint="Wait for one to finish, or cancel one.",
        )


def _gone(dataset: Dataset) -> Run:
    must_exist(dataset)
    raise Refusal("The dataset changed or was deleted meanwhile.", code="conflict", hint="Look at it again.")


def cancel(run: Run) -> None:
    """Stop a run that waits or computes. Raises Refusal when it has ended already."""
    if not run.cancel():
        raise Refusal("The run has already ended, so it cannot be cancelled.", code="not_active")


def delete_run(run: Run) -> None:
    """Forget a run; its files go after the transaction, and work under way stops by losing its lease.

    The row is locked first: a worker that publishes at this moment has done so before, or will find nothing to publish to. Raises
    Refusal for all but one of those who delete it at once.
    """
    with transaction.atomic():
        if Run.objects.select_for_update().filter(pk=run.pk).first() is None:
            raise deleted()
        Run.objects.filter(pk=run.pk).delete()
        transaction.on_commit(partial(remove_folder, run_folder(run.pk)), robust=True)


def rerun(run: Run, *, requested_by: Any = None) -> Run:
    """Ask the same again: a run that failed or was cancelled is queued anew, one whose files are damaged is replaced.

    A run that is waiting, working or done with every file intact stays the answer and is returned. Raises Refusal.
    """
    person = requested_by or run.requested_by or run.dataset.owner
    try:
        with transaction.atomic():
            if run.status == Status.DONE and not artifacts.is_intact(run):
                delete_run(run)
            return train(dataset=run.dataset, spec=SegmentationSpec.from_mapping(run.spec), requested_by=person)
    except IntegrityError:
        return _gone(run.dataset)


def top_of(run: Run) -> TopTree:
    """Load the top of a finished run's tree. Raises Refusal when the run is not done."""
    _must_be_done(run)
    return artifacts.load_top(run)


def check_cut(cut: Cut) -> None:
    """Raise Refusal when a cut separates nothing."""
    if cut.k < 2:
        raise Refusal("A cut has at least 2 segments.", code="out_of_range", field="k", hint="Cut further down the tree.")


def keep_cut(run: Run, cut: Cut, by: Any) -> None:
    """Make a cut the run's answer and remember who chose it; what is the answer already stays as it is. Raises Refusal."""
    top = top_of(run)
    check_cut(cut)
    silhouette = silhouette_of(run, cut)
    with transaction.atomic():
        _lock(run)
        if cut == answer_of(run, top):
            return
        run.keep(cut, silhouette)
        KeptCut.objects.create(run=run, branches=list(cut.ids), k=cut.k, kept_by=by)
        old = run.kept_cuts.newest().values_list("pk", flat=True)[MOST_KEPT:]
        run.kept_cuts.filter(pk__in=list(old)).delete()


def undo_cut(run: Run) -> None:
    """Make the answer before this one the run's answer again. Raises Refusal when there is none."""
    top = top_of(run)
    with transaction.atomic():
        _lock(run)
        kept = list(run.kept_cuts.newest()[:2])
        if len(kept) < 2:
            raise Refusal("This run has no earlier answer to go back to.", code="nothing_to_undo", hint="Keep another cut first.")
        before = answer_of(kept[1], top)
        run.keep(before, silhouette_of(run, before))
        kept[0].delete()


def _lock(run: Run) -> None:
    """Read the answer anew, and keep it from everybody else until the transaction ends. Raises Refusal when the run is gone."""
    try:
        run.refresh_from_db(fields=["k", "branches"], from_queryset=Run.objects.select_for_update())
    except Run.DoesNotExist as error:
        raise deleted() from error


def name_segment(run: Run, branch: int, name: str | None = None, note: str | None = None, hue: int | None = None) -> SegmentName:
    """Say how a branch is called, what to note about it and how it is coloured; what is not said stays. Raises Refusal."""
    if not 0 <= branch < len(top_of(run).branches):
        raise Refusal(f"The run's tree has no branch {branch}.", code="unknown_branch", field="branch")
    for field, value, most in (("name", name, MOST_IN_NAME), ("note", note, MOST_IN_NOTE)):
        if value is not None and len(value) > most:
            raise Refusal(f"A segment's {field} has at most {most:,} characters.", code="invalid_value", field=field)
    if hue is not None and not 0 <= hue <= HUES:
        raise Refusal(f"A segment's colour is a number from 1 to {HUES}, or 0.", code="invalid_value", field="hue")
    said = {
        "name": None if name is None else _one_line(name),
        "note": None if note is None else note.replace("\x00", ""),
        "hue": hue,
    }
    changes = {field: value for field, value in said.items() if value is not None}
    try:
        return SegmentName.objects.update_or_create(run=run, branch=branch, defaults=changes)[0]
    except IntegrityError as error:
        raise Refusal("The run was deleted meanwhile.", code="conflict") from error


def _one_line(text: str) -> str:
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def silhouette_of(run: Run, cut: Cut) -> float | None:
    """Return how well a cut separates the customers; None for one picked by hand in a run that kept nothing to tell it from."""
    if cut.is_picked:
        cohesion = cohesion_in(run, artifacts.load_top(run), cut)
        return cohesion.silhouette if cohesion else None
    return next((score.silhouette for score in artifacts.load_scores(run) if score.k == cut.k), None)


def _must_be_done(run: Run) -> None:
    if run.status != Status.DONE:
        raise Refusal("The run has no result yet.", code="not_ready", hint="Wait until it is done.")
