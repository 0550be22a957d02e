"""The files of a run: the one place that knows their names and formats.

    OUTPUT_DIR/<run>/<first 8 of the lease>/top.json, evaluation.json, profiles.json, map.json, features.json,
                                            tree.npz, labels.npz, cohesion.npz, space.npy, dendrogram.png, dendrogram.svg

Flows in: a `Segmentation` (in the worker). Flows out: files with unsaved rows that prove them, and later, in the web process, the
values they hold. The folder is named by the lease, so a worker that lost its lease writes beside the others and never over them.
No format can carry code: JSON, and npz and npy that are read with ``allow_pickle=False``. What writes them is in `writers`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from django.conf import settings
from django.db.models import prefetch_related_objects

from clustering.models import Artifact, Run
from clustering.writers import SPACE, WRITERS, fits_space
from segmentiq.access import must_exist
from segmentiq.files import entries_of, folders_by_key, opened, remove_settled, replacing, run_folder, sha256_of
from segmentiq.jobs.lifecycle import Status
from segmentiq.ml.errors import Refusal
from segmentiq.ml.values import KScore, Profile, TopTree

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from segmentiq.ml.cohesion import Distances
    from segmentiq.ml.values import Segmentation


class Labels(NamedTuple):
    """Where the customers are: `order` holds the clustered row at every leaf position, `rows` its home row in the table."""

    order: NDArray[np.int64]
    rows: NDArray[np.int64]


# --- writing, in the worker --------------------------------------------------------------------------------------------------


def save_all(run: Run, segmentation: Segmentation) -> list[Artifact]:
    """Write every file of the run into the folder of its lease and return their rows, not yet saved."""
    return [_save(run, name, segmentation) for name in WRITERS if name != SPACE or fits_space(segmentation)]


def _save(run: Run, name: str, segmentation: Segmentation) -> Artifact:
    path = lease_folder(run) / name
    with replacing(path) as part:
        WRITERS[name](segmentation, part)
    relative = path.relative_to(settings.OUTPUT_DIR).as_posix()
    return Artifact(run=run, name=name, path=relative, sha256=sha256_of(path), size=path.stat().st_size)


def lease_folder(run: Run) -> Path:
    return run_folder(run.pk) / run.lease[:8]


# --- reading, in the web process ---------------------------------------------------------------------------------------------


def has_file(run: Run, name: str) -> bool:
    """Tell whether the run has such a file; one that was made before there was such a kind of file has not."""
    prefetch_related_objects([run], "artifacts")
    return any(artifact.name == name for artifact in run.artifacts.all())


def find_row(run: Run, name: str) -> Artifact:
    """Return the row of a run's file, all of them fetched with one query. Raises Refusal when the run has no such file."""
    prefetch_related_objects([run], "artifacts")
    for artifact in run.artifacts.all():
        if artifact.name == name:
            return artifact
    raise Refusal("The run has no such file.", code="no_artifact", hint="A run has its files once it is done.")


def open_file(run: Run, name: str) -> BinaryIO:
    """Open a run's file. Raises Refusal when there is none, or when it is not the one its row tells of."""
    artifact = find_row(run, name)
    stream = opened(Path(settings.OUTPUT_DIR) / artifact.path, artifact.size, artifact.sha256)
    if stream is None:
        must_exist(run)
        raise damaged()
    return stream


def damaged() -> Refusal:
    return Refusal("A stored result of this run is missing or damaged.", code="artifact_damaged", hint="Run it again.")


def is_intact(run: Run) -> bool:
    """Tell whether every file of a run is there with its size and hash."""
    return all(_matches(artifact) for artifact in run.artifacts.all())


def _matches(artifact: Artifact) -> bool:
    stream = opened(Path(settings.OUTPUT_DIR) / artifact.path, artifact.size, artifact.sha256)
    if stream is not None:
        stream.close()
    return stream is not None


def _content(run: Run, name: str) -> bytes:
    with open_file(run, name) as stream:
        return stream.read()


def load_top(run: Run) -> TopTree:
    """Load the top of the tree: what pages and drawings are made from."""
    return TopTree.from_json(json.loads(_content(run, "top.json")))


def load_evaluation(run: Run) -> dict[str, Any]:
    """Load what is known of every k (`writers.evaluation_of`); a run of before knows no money and no segment's silhouette."""
    data = {"money": None, "silhouettes": {}, **json.loads(_content(run, "evaluation.json"))}
    return {**data, "silhouettes": {int(k): means for k, means in data["silhouettes"].items()}}


def load_scores(run: Run) -> tuple[KScore, ...]:
    """Load how good every k is."""
    return scores_in(load_evaluation(run))


def scores_in(evaluation: dict[str, Any]) -> tuple[KScore, ...]:
    """Read how good every k is out of a loaded evaluation."""
    return tuple(_score(data) for data in evaluation["scores"])


def _score(data: dict[str, Any]) -> KScore:
    return KScore(**{**data, "interval": tuple(data["interval"]) if data["interval"] else None})


def load_profiles(run: Run) -> tuple[Profile, ...]:
    """Load what every branch is like."""
    return tuple(Profile.from_json(data) for data in json.loads(_content(run, "profiles.json")))


def load_map(run: Run) -> dict[str, Any]:
    """Load the two-dimensional map: points, their leaf positions, the axes' shares of the variance, and whether it is
    `proportional`: if not, small branches are shown by more customers than are theirs by size."""
    return {"proportional": True, **json.loads(_content(run, "map.json"))}


def load_labels(run: Run) -> Labels:
    """Load the leaf order and the home rows."""
    import numpy as np

    with open_file(run, "labels.npz") as stream, np.load(stream, allow_pickle=False) as arrays:
        return Labels(order=arrays["order"], rows=arrays["rows"])


def load_cohesion(run: Run) -> Distances | None:
    """Load what `segmentiq.ml.cohesion.cohesion_of` makes the silhouettes of any cut of; None where nobody was measured."""
    import numpy as np

    from segmentiq.ml.cohesion import Distances

    if not has_file(run, "cohesion.npz"):
        return None
    with open_file(run, "cohesion.npz") as stream, np.load(stream, allow_pickle=False) as arrays:
        return Distances(positions=arrays["positions"], sums=arrays["sums"]) if len(arrays["positions"]) else None


def load_space(run: Run) -> NDArray[np.float32] | None:
    """Map the clustered matrix (n, d) in leaf order into memory; None where it was too large to keep, or was not kept yet.

    Its length is checked but not its hash: a look-up reads a few pages of it, and hashing would read all.
    """
    import numpy as np

    if not has_file(run, SPACE):
        return None
    artifact = find_row(run, SPACE)
    path = Path(settings.OUTPUT_DIR) / artifact.path
    stream = opened(path, artifact.size)
    if stream is None:
        must_exist(run)
        raise damaged()
    with stream:
        try:
            return np.load(path, mmap_mode="r", allow_pickle=False)  # type: ignore[no-any-return]
        except (OSError, ValueError) as error:
            raise damaged() from error


# --- the sweep ---------------------------------------------------------------------------------------------------------------


def sweep(grace_s: float) -> list[Path]:
    """Delete folders of no run, and of leases that published nothing and are held by nobody; return what was deleted.

    Folders are listed before leases are read, and leases before artifacts: a run that is published in between is seen.
    """
    folders = folders_by_key(Path(settings.OUTPUT_DIR))
    inside = {key: entries_of(folder) for key, folder in folders.items()}
    held: dict[Any, Run] = Run.objects.only("status", "lease").in_bulk(list(folders))
    published = {Path(settings.OUTPUT_DIR) / path for path in _published(list(held))}
    orphans = [folder for key, folder in folders.items() if key not in held]
    for key in held.keys() & inside.keys():
        orphans += _strays(held[key], inside[key], published)
    return [path for path in orphans if remove_settled(path, grace_s)]


def _published(keys: list[Any]) -> list[str]:
    return list(Artifact.objects.filter(run__in=keys).values_list("path", flat=True))


def _strays(run: Run, entries: list[Path], published: set[Path]) -> list[Path]:
    keep = {path.parent for path in published if path.parent.parent == run_folder(run.pk)}
    if run.status == Status.RUNNING:
        keep.add(lease_folder(run))
    loose = [file for folder in entries if folder in keep and run.status == Status.DONE for file in entries_of(folder)]
    return [entry for entry in entries if entry not in keep] + [file for file in loose if file not in published]
