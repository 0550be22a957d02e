"""What people may do with runs: train, cancel, run again, delete, cut elsewhere, name a segment.

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
from clustering.models import Run, SegmentName
from clustering.questions import check_question
from clustering.stamps import stamp_of
from clustering.tasks import train_run
from datasets.models import Dataset
from segmentiq.access import deleted, must_exist
from segmentiq.files import remove_folder, run_folder
from segmentiq.jobs.lifecycle import Status
from segmentiq.ml.cut import cut_k
from segmentiq.ml.errors import Refusal
from segmentiq.ml.spec import SegmentationSpec

MOST_IN_NAME, MOST_IN_NOTE = 80, 2000


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


def cut(run: Run, k: int) -> None:
    """Make another number of segments the run's answer. Raises Refusal when the run is not done or k is out of its range."""
    _must_be_done(run)
    if k == 1:
        raise Refusal("A cut has at least 2 segments.", code="out_of_range", field="k")
    branches = cut_k(artifacts.load_top(run), k)
    silhouette = next((score.silhouette for score in artifacts.load_scores(run) if score.k == k), None)
    run.cut(k=k, sizes=[branch.size for branch in branches], silhouette=silhouette)


def name_segment(run: Run, branch: int, name: str, note: str = "") -> SegmentName:
    """Call a branch by a name of one's own; it stays on the branch whatever k is shown. Raises Refusal."""
    _must_be_done(run)
    if not 0 <= branch < len(artifacts.load_top(run).branches):
        raise Refusal(f"The run's tree has no branch {branch}.", code="unknown_branch", field="branch")
    for field, value, most in (("name", name, MOST_IN_NAME), ("note", note, MOST_IN_NOTE)):
        if len(value) > most:
            raise Refusal(f"A segment's {field} has at most {most:,} characters.", code="invalid_value", field=field)
    cleaned = {"name": _one_line(name), "note": note.replace("\x00", "")}
    try:
        return SegmentName.objects.update_or_create(run=run, branch=branch, defaults=cleaned)[0]
    except IntegrityError as error:
        raise Refusal("The run was deleted meanwhile.", code="conflict") from error


def _one_line(text: str) -> str:
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def _must_be_done(run: Run) -> None:
    if run.status != Status.DONE:
        raise Refusal("The run has no result yet.", code="not_ready", hint="Wait until it is done.")
