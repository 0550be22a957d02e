"""Requests in, the form of a new run out: what it proposes, what it would take, why not, and the one change that helps."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clustering.asking import REMEDIES, WORDS
from clustering.forms import RunForm
from clustering.models import Run
from segmentiq.testing.tables import GROUPS

pytestmark = [pytest.mark.django_db, pytest.mark.once]

Make = Callable[..., Any]
AVERAGE = {"linkage": "average"}


@pytest.fixture
def visit(client: Client, owner: Any) -> Client:
    client.force_login(owner)
    return client


def words_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def address(dataset: Any) -> str:
    return reverse("run_new", args=[dataset.pk])


def filled(dataset: Any, **change: Any) -> dict[str, Any]:
    """Return the form as a browser would send it, with some choices made otherwise."""
    features = list(dataset.columns.filter(role="feature").values_list("name", flat=True))
    said = {"columns": features, "how_many": "auto", "n_clusters": "5", "linkage": "ward", "metric": "euclidean"}
    said |= {"scaling": "standard", "log": "none", "missing": "impute", "pca": "", "seed": "0", "stability": "on"}
    return {name: value for name, value in (said | change).items() if value is not None}


def forecast(visit: Client, dataset: Any, **change: Any) -> dict[str, Any]:
    answer = visit.post(reverse("run_forecast", args=[dataset.pk]), filled(dataset, **change))
    assert answer.status_code == 200
    return answer.json()  # type: ignore[no-any-return]


def enlarge(dataset: Any, n_rows: int) -> Any:
    dataset.n_rows = n_rows
    dataset.save()
    return dataset


def test_a_new_run_starts_with_one_button(visit: Client, make_dataset: Make) -> None:
    dataset = make_dataset()
    answer = visit.post(address(dataset), filled(dataset))
    run = Run.objects.get()
    assert answer["Location"] == reverse("run", args=[run.pk])
    assert run.spec["columns"] is None


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"columns": []}, "No column is chosen."),
        ({"how_many": "fixed", "n_clusters": "1"}, "whole number from 2 to 50"),
        ({"how_many": "fixed", "n_clusters": "48"}, "less than the number of customers"),
        ({"how_many": "fixed", "n_clusters": "abc"}, "whole number from 2 to 50"),
        ({"how_many": "fixed", "n_clusters": "3.5"}, "whole number from 2 to 50"),
        ({"how_many": "fixed", "n_clusters": "1e9"}, "whole number from 2 to 50"),
        ({"metric": "cosine"}, "Ward works with Euclidean distance only; Cosine is chosen."),
        ({"pca": "1.5"}, "Principal components take a whole number of them, or a share"),
        ({"pca": "40"}, "Principal components ask for 40 components, but these columns give at most"),
        ({"linkage": "average", "metric": "gower", "pca": "2"}, "Principal components have no Gower distance."),
        ({"seed": "-1"}, "The seed is a whole number"),
        ({"columns": ["not there"]}, "not there"),
        ({"linkage": "magic"}, "Select a valid choice."),
        ({"how_many": None}, "This field is required."),
    ],
)
def test_a_wrong_choice_is_told_on_the_form(visit: Client, make_dataset: Make, change: dict[str, Any], sentence: str) -> None:
    dataset = make_dataset()
    answer = visit.post(address(dataset), filled(dataset, **change))
    assert answer.status_code == 400
    assert sentence in words_of(answer)
    assert 'role="alert"' in answer.content.decode()
    assert not Run.objects.exists()


def test_what_refuses_a_run_beyond_the_choices_is_told_too(visit: Client, make_dataset: Make, settings: Any) -> None:
    dataset, settings.MAX_QUEUED_PER_USER = make_dataset(), 0
    answer = visit.post(address(dataset), filled(dataset))
    assert answer.status_code == 400
    assert "You have 0 runs waiting, which is the limit." in words_of(answer)


def test_the_forecast_is_a_sentence(visit: Client, make_dataset: Make) -> None:
    told = forecast(visit, make_dataset())
    assert "of memory, the whole run about" in told["sentence"]
    assert (told["is_refused"], told["remedies"]) == (False, [])


def test_a_form_that_is_not_ours_is_forecast_nothing(visit: Client, make_dataset: Make) -> None:
    answer = visit.post(reverse("run_forecast", args=[make_dataset().pk]))
    assert answer.json() == {"sentence": "", "is_refused": False, "remedies": []}


def test_hundreds_of_columns_are_forecast(visit: Client, make_dataset: Make) -> None:
    head = [f"a_column_with_a_long_name_{number}" for number in range(300)]
    rows = [",".join(str((row * 7 + column * row) % 97) for column in range(300)) for row in range(12)]
    dataset = make_dataset("\n".join([",".join(head), *rows]) + "\n")
    assert "of memory" in forecast(visit, dataset)["sentence"]


@pytest.mark.parametrize(
    ("change", "limits", "sentence", "first"),
    [
        (AVERAGE, {"WORKER_MEMORY_MB": 500}, "Average linkage on 40,000 customers needs", "Allow an approximate tree (about "),
        (AVERAGE, {"RUN_TIME_LIMIT_S": 20}, "by average linkage would take about", "Take the method Ward (about "),
        ({"metric": "cosine"}, {}, "Ward works with Euclidean distance only", "Measure by Euclidean distance (about "),
        ({"how_many": "fixed", "n_clusters": "99"}, {}, "from 2 to 50", "Let the data decide how many (about "),
        ({"pca": "7.5"}, {}, "Principal components take", "Leave out the components (about "),
    ],
    ids=["memory", "time", "metric", "number", "components"],
)
def test_a_refused_forecast_offers_a_change_that_passes(
    visit: Client, make_dataset: Make, settings: Any, change: dict[str, Any], limits: dict[str, int], sentence: str, first: str
) -> None:
    dataset = enlarge(make_dataset(), 40_000)
    for name, value in limits.items():
        setattr(settings, name, value)
    told = forecast(visit, dataset, **change)
    assert told["is_refused"]
    assert sentence in told["sentence"]
    assert told["remedies"][0]["words"].startswith(first)
    for remedy in told["remedies"]:
        made = dict(part.split("=") for part in remedy["change"].split("&"))
        helped = forecast(visit, dataset, **change | {name: value or None for name, value in made.items()})
        assert not helped["is_refused"]


def test_no_word_of_the_api_is_said_on_the_page(visit: Client, make_dataset: Make, settings: Any) -> None:
    dataset, settings.WORKER_MEMORY_MB = enlarge(make_dataset(), 40_000), 500
    said = [forecast(visit, dataset, **change) for change in (AVERAGE, {"pca": "0"}, {"metric": "gower"}, {"n_clusters": "x"})]
    words = [words for told in said for words in (told["sentence"], *(remedy["words"] for remedy in told["remedies"]))]
    assert len(words) > len(said)
    assert not re.search(r'"allow"|n_clusters|pca\b|metric "|Linkage "', "\n".join(words))


def test_a_remedy_is_one_click_away_without_a_script(visit: Client, make_dataset: Make) -> None:
    dataset = make_dataset()
    page = visit.post(address(dataset), filled(dataset, metric="gower", pca="", columns=["age"]))
    change = re.search(r'name="change" value="(metric=[^"]+)"', page.content.decode())
    assert change
    shown = visit.post(address(dataset), filled(dataset, metric="gower", columns=["age"], change=change.group(1)))
    assert shown.status_code == 200
    assert '<option value="euclidean" selected>' in shown.content.decode()
    assert shown.content.decode().count('name="columns" value="age" checked') == 1
    assert shown.content.decode().count(" checked> <span>Let the data decide") == 1
    assert "the whole run about" in words_of(shown)
    assert not Run.objects.exists()


def test_what_a_change_may_say_are_choices_of_the_form(visit: Client, make_dataset: Make) -> None:
    dataset = make_dataset()
    shown = visit.post(address(dataset), filled(dataset, change="columns=evil&owner=1&linkage=single&stability="))
    assert shown.status_code == 200
    assert "evil" not in shown.content.decode()
    assert re.search(r'value="single" checked', shown.content.decode())


def test_every_remedy_has_words_and_names_choices_of_the_form() -> None:
    for changes in REMEDIES.values():
        for change in changes:
            assert set(change) <= set(RunForm.base_fields)
            assert "linkage" in change or next(iter(change)) in WORDS


def test_what_would_take_too_long_is_refused_in_the_form(visit: Client, make_dataset: Make, settings: Any) -> None:
    dataset, settings.RUN_TIME_LIMIT_S = enlarge(make_dataset(), 2_000_000), 5
    assert "the limit of one run is 5 s" in words_of(visit.get(address(dataset)))


def test_the_address_may_carry_choices(visit: Client, make_dataset: Make) -> None:
    page = visit.get(address(make_dataset()), {"linkage": "complete", "seed": "7", "columns": ["age"]}).content.decode()
    assert 'value="complete" checked' in page
    assert 'name="seed" value="7"' in page
    assert 'value="age" checked' in page
    assert 'value="spending" checked' not in page
    assert re.search(r'<details class="fold" open>\s*<summary>Everything else', page)


def test_many_columns_come_with_the_chosen_ones_first(visit: Client, make_dataset: Make) -> None:
    head = [f"c{number:02d}" for number in range(30)]
    rows = [",".join(str((row * 7 + column) % 13) for column in range(30)) for row in range(len(GROUPS) * 10)]
    page = visit.get(address(make_dataset("\n".join([",".join(head), *rows]) + "\n")), {"columns": ["c29", "c07"]})
    named = re.findall(r'name="columns" value="([^"]+)"', page.content.decode())
    assert named[:3] == ["c07", "c29", "c00"]
    assert "2 of 30 columns chosen" in page.content.decode()


def test_a_first_look_is_told_that_nothing_is_final(visit: Client, make_dataset: Make, make_run: Make) -> None:
    dataset = make_dataset()
    assert "Leave everything as it is for a first look" in words_of(visit.get(address(dataset)))
    make_run(dataset, n_clusters=2)
    assert "for a first look" not in words_of(visit.get(address(dataset)))


def test_a_stranger_is_asked_and_told_nothing(client: Client, stranger: Any, make_dataset: Make) -> None:
    dataset = make_dataset()
    client.force_login(stranger)
    assert client.get(address(dataset)).status_code == 404
    assert client.post(reverse("run_forecast", args=[dataset.pk]), filled(dataset)).status_code == 404


def test_the_form_starts_from_the_choices_of_a_run(visit: Client, make_dataset: Make, make_run: Make) -> None:
    dataset = make_dataset()
    spec = {"linkage": "average", "metric": "manhattan", "n_clusters": 4, "columns": ["age"], "pca": None, "approximate": "allow"}
    run = make_run(dataset, **spec)
    page = visit.get(address(dataset), {"like": str(run.pk)}).content.decode()
    for chosen in ('value="average" checked', 'value="manhattan" selected', 'name="n_clusters" value="4"', 'value="age" checked'):
        assert chosen in page
    assert re.search(r'name="approximate"[^>]* checked', page)
    assert not re.search(r'name="stability"[^>]* checked', page)
    assert 'value="fixed" checked' in page
    sent = {"how_many": "fixed", "n_clusters": "4", "columns": ["age"], "approximate": "on", "stability": None}
    visit.post(address(dataset), filled(dataset, linkage="average", metric="manhattan", **sent))
    assert list(Run.objects.all()) == [run]


@pytest.mark.parametrize("like", ["", "x", "\x00", "00000000-0000-0000-0000-000000000000"])
def test_a_run_that_is_not_there_leaves_the_defaults(visit: Client, make_dataset: Make, like: str) -> None:
    assert 'value="ward" checked' in visit.get(address(make_dataset()), {"like": like}).content.decode()
