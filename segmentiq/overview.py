"""The installation at a glance, for the first page of the admin: what waits, who works, and how full it is.

The rows of everybody flow in, words with the address of the list they count flow out. Sizes come from the database, where every
file's row keeps them, so that a full disk costs the page no more than an empty one: ten questions, whatever is there.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Count, Q, Sum
from django.urls import reverse
from django.utils import timezone

from clustering.models import Artifact, Run
from clustering.pages import STAGES
from datasets.models import Dataset
from segmentiq.curating import is_silent
from segmentiq.files import free_bytes
from segmentiq.jobs import beats
from segmentiq.jobs.lifecycle import Job, Status
from segmentiq.models import WorkerBeat
from segmentiq.words import ago, count, filesize, plural, share

MOST_SHOWN = 5
NEARLY_FULL = 0.9
LISTS = {Dataset: "admin:datasets_dataset_changelist", Run: "admin:clustering_run_changelist"}
DAY = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """What does not work, and what helps."""

    words: str
    remedy: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """How many rows there are, with the address of their list."""

    words: str
    address: str
    is_bad: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueLine:
    """One kind of work: how much of it waits, is done at this moment, and failed within a day."""

    name: str
    waiting: Tally
    running: Tally
    failed: Tally


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkLine:
    """One job: whose, what is done with it, and since when."""

    name: str
    address: str
    words: str
    is_silent: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkerLine:
    name: str
    state: str
    words: str
    heard: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonLine:
    """What one person's files take; the quota counts what an upload is checked against, not the results."""

    name: str
    address: str
    datasets: str
    results: str
    quota: str
    width: str
    is_nearly_full: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Storage:
    """What the files take together; `free` is said of the disk that uploads go to."""

    facts: tuple[tuple[str, str], ...]
    free: str
    persons: tuple[PersonLine, ...]
    others: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    troubles: tuple[Trouble, ...]
    queue: tuple[QueueLine, ...]
    work: tuple[WorkLine, ...]
    oldest: WorkLine | None
    workers: tuple[WorkerLine, ...]
    storage: Storage


def look_around() -> Overview:
    """Look at everybody's rows, the workers and the disk."""
    workers = _workers()
    queue = (_queue_line("Datasets", Dataset, Dataset.objects), _queue_line("Runs", Run, Run.objects))
    free = free_bytes(settings.UPLOAD_DIR)
    troubles = (_no_worker(workers), _no_room(free))
    return Overview(
        troubles=tuple(trouble for trouble in troubles if trouble),
        queue=queue,
        work=_work(),
        oldest=_oldest(),
        workers=workers,
        storage=_storage(free),
    )


# --- workers -----------------------------------------------------------------------------------------------------------------


def _workers() -> tuple[WorkerLine, ...]:
    fresh = set(beats.fresh().values_list("worker", flat=True))
    return tuple(_worker_line(beat, beat.worker in fresh) for beat in WorkerBeat.objects.order_by("worker"))


def _worker_line(beat: WorkerBeat, is_fresh: bool) -> WorkerLine:
    """Say whether a worker can work; the classes of the states are those of jobs."""
    state, words = ("done", "Ready") if beat.is_ready else ("running", "Preparing")
    if not is_fresh:
        state, words = "failed", "Silent"
    is_ahead = beat.beat_at > timezone.now() + beats.TOLERATED_CLOCK_LEAD
    heard = "its clock runs ahead of this one" if is_ahead else f"last heard of {ago(beat.beat_at)}"
    return WorkerLine(name=beat.worker, state=state, words=words, heard=heard)


def _no_worker(workers: tuple[WorkerLine, ...]) -> Trouble | None:
    if any(worker.state != "failed" for worker in workers):
        return None
    return Trouble(
        words="No worker is alive, so no file is read and no run computed; what is asked for waits and is not lost.",
        remedy="Start one: manage.py run_worker, or docker compose up --detach worker.",
    )


# --- the queue ---------------------------------------------------------------------------------------------------------------


def _queue_line(name: str, model: type[Job], rows: Any) -> QueueLine:
    n = rows.aggregate(
        waiting=Count("pk", filter=Q(status=Status.QUEUED)),
        running=Count("pk", filter=Q(status=Status.RUNNING)),
        failed=Count("pk", filter=Q(status=Status.FAILED, finished_at__gte=timezone.now() - DAY)),
    )
    address = reverse(LISTS[model])
    return QueueLine(
        name=name,
        waiting=Tally(words=count(n["waiting"]), address=f"{address}?state=queued"),
        running=Tally(words=count(n["running"]), address=f"{address}?state=running"),
        failed=Tally(words=count(n["failed"]), address=f"{address}?state=failed&ended=day", is_bad=n["failed"] > 0),
    )


def _work() -> tuple[WorkLine, ...]:
    """List what is worked on, the longest first; a worker does one job at a time, so there is seldom more than shown."""
    jobs: list[Dataset | Run] = [*_rows(Dataset, Status.RUNNING), *_rows(Run, Status.RUNNING)]
    jobs.sort(key=lambda job: job.started_at or job.created_at)
    return tuple(_work_line(job, _doing(job)) for job in jobs[:MOST_SHOWN])


def _oldest() -> WorkLine | None:
    waiting: list[Dataset | Run] = [*_rows(Dataset, Status.QUEUED, 1), *_rows(Run, Status.QUEUED, 1)]
    if not waiting:
        return None
    oldest = min(waiting, key=lambda job: job.created_at)
    return _work_line(oldest, f"waiting longest, asked for {ago(oldest.created_at)}")


def _rows(model: type[Dataset] | type[Run], status: Status, most: int = MOST_SHOWN) -> Any:
    rows = model.objects.select_related("owner" if model is Dataset else "dataset__owner")
    return rows.filter(status=status).order_by("created_at", "pk")[:most]


def _work_line(job: Dataset | Run, words: str) -> WorkLine:
    dataset = job if isinstance(job, Dataset) else job.dataset
    kind = "dataset" if isinstance(job, Dataset) else "run"
    return WorkLine(
        name=dataset.name,
        address=reverse(f"admin:{job._meta.app_label}_{job._meta.model_name}_change", args=[job.pk]),
        words=f"{kind} of {dataset.owner.get_username()}, {words}",
        is_silent=is_silent(job),
    )


def _doing(job: Dataset | Run) -> str:
    began = f"begun {ago(job.started_at)}"
    if is_silent(job):
        return f"{began}; its worker is gone, and the next worker takes it over"
    doing = STAGES.get(job.stage, "Working") if isinstance(job, Run) else "Being read"
    return f"{doing[0].lower()}{doing[1:]}, {share(job.progress)}, {began}"


# --- storage -----------------------------------------------------------------------------------------------------------------


def _storage(free: int) -> Storage:
    datasets: list[dict[str, Any]] = list(
        Dataset.objects.weighed()
        .values("owner_id", f"owner__{get_user_model().USERNAME_FIELD}")
        .annotate(uploads=Sum("upload_bytes"), tables=Sum("table_bytes"), counted=Sum("size"), number=Count("pk"))
        .order_by("owner_id")
    )
    owned = Artifact.objects.values_list("run__dataset__owner").annotate(Sum("size")).order_by("run__dataset__owner")
    results: Counter[int] = Counter(dict(owned))
    uploads, tables = (sum(line[name] for line in datasets) for name in ("uploads", "tables"))
    datasets.sort(key=lambda line: (-line["uploads"] - line["tables"] - results[line["owner_id"]], line["owner_id"]))
    return Storage(
        facts=(
            ("Uploaded files", filesize(uploads)),
            ("Tables read from them", filesize(tables)),
            ("Results of runs", filesize(results.total())),
            ("Together", filesize(uploads + tables + results.total())),
        ),
        free=f"{filesize(free)} free; new files are refused below {filesize(settings.MIN_FREE_DISK_BYTES)}.",
        persons=tuple(_person_line(line, results[line["owner_id"]]) for line in datasets[:MOST_SHOWN]),
        others=f"and {plural(len(datasets) - MOST_SHOWN, 'other person', 'others')}" if len(datasets) > MOST_SHOWN else "",
    )


def _person_line(line: dict[str, Any], results: int) -> PersonLine:
    part = line["counted"] / settings.MAX_BYTES_PER_USER
    return PersonLine(
        name=line[f"owner__{get_user_model().USERNAME_FIELD}"],
        address=f"{reverse(LISTS[Dataset])}?owner__id__exact={line['owner_id']}",
        datasets=filesize(line["uploads"] + line["tables"]),
        results=filesize(results),
        quota=f"{share(part)} of {filesize(settings.MAX_BYTES_PER_USER)}",
        width=f"{min(100 * part, 100):.1f}%",
        is_nearly_full=part >= NEARLY_FULL,
    )


def _no_room(free: int) -> Trouble | None:
    least = settings.MIN_FREE_DISK_BYTES
    if free >= least:
        return None
    return Trouble(
        words=f"The disk of the uploads has {filesize(free)} free, below the {filesize(least)} to keep: new files are refused.",
        remedy="Delete datasets or runs that nobody needs, or make the disk larger. MIN_FREE_DISK_MB is what is kept free.",
    )
