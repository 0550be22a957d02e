"""`manage.py segment`: the whole job from a file to a folder, with the figures of other implementations, and no database."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from clustering.management.commands.segment import EXAMPLE, Command, names_in, spec_of
from segmentiq.testing.tables import THREE_GROUPS

MALL = '"Age","Annual Income (k$)","Spending Score (1-100)"'
SPENDING = "Fresh,Milk,Grocery,Frozen,Detergents_Paper,Delicassen"
MARKETING = (
    "Income,Recency,MntWines,MntFruits,MntMeatProducts,MntFishProducts,MntSweetProducts,MntGoldProds,"
    "NumDealsPurchases,NumWebPurchases,NumCatalogPurchases,NumStorePurchases,NumWebVisitsMonth"
)


def segment(file: Path, out: Path, **options: Any) -> tuple[dict[str, Any], str]:
    """Run the command and return its report and what it printed."""
    printed = StringIO()
    call_command("segment", str(file), out=str(out), stdout=printed, verbosity=0, **{"stability": "off", **options})
    return json.loads((out / "report.json").read_text(encoding="utf-8")), printed.getvalue()


@pytest.fixture
def customers(tmp_path: Path) -> Path:
    path = tmp_path / "customers.csv"
    path.write_text(THREE_GROUPS, encoding="utf-8")
    return path


def test_one_command_leaves_five_files_and_a_summary(customers: Path, tmp_path: Path) -> None:
    report, printed = segment(customers, tmp_path / "out", k="3")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"assignments.csv", "segments.json", "report.json", "dendrogram.png", "dendrogram.svg"}
    assert (report["k"], report["sizes"], report["n_rows"], report["n_set_aside"]) == (3, [20, 16, 12], 48, 0)
    assert {"n_clustered", "heights", "scores", "advice", "engine", "seconds"} <= set(report)
    assert {"k", "silhouette", "calinski_harabasz", "davies_bouldin"} <= set(report["scores"][0])
    assert "20" in printed
    assert "41.7%" in printed


def test_the_forecast_is_told_before_and_the_truth_afterwards(
    customers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("segment", str(customers), out=str(tmp_path / "out"), stability="off", stdout=StringIO())
    assert "Note: The tree takes" in capsys.readouterr().err
    report = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert report["forecast"]["seconds"] > 0
    assert report["took"]["seconds"] > 0


def test_what_does_not_fit_is_refused_before_it_is_computed(customers: Path, tmp_path: Path, settings: Any) -> None:
    settings.RUN_TIME_LIMIT_S = 0.001
    with pytest.raises(CommandError, match="the limit of one run"):
        segment(customers, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_assignments_are_the_original_columns_and_the_segment(customers: Path, tmp_path: Path) -> None:
    segment(customers, tmp_path / "out", k="3")
    with (tmp_path / "out" / "assignments.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert rows[0]["customer_id"] == "00001"
    assert [float(row["age"]) for row in rows] == [float(line.split(",")[2]) for line in THREE_GROUPS.splitlines()[1:]]
    assert [list(row.values())[:-1] for row in rows] == [line.split(",") for line in THREE_GROUPS.splitlines()[1:]]
    assert {row["region"]: row["segment"] for row in rows} == {"west": "1", "south": "2", "north": "3"}


@pytest.mark.parametrize(
    ("name", "delimiter"),
    [
        ("mall_customers.csv", ","),
        ("wholesale_customers.csv", ","),
        ("marketing_campaign_semicolon_bom.csv", ";"),
        ("telco_customer_churn.csv", ","),
    ],
)
def test_no_cell_of_a_real_table_is_changed(shared_data: Path, tmp_path: Path, name: str, delimiter: str) -> None:
    from clustering.folder import _rows
    from datasets.reader import read_table

    with (shared_data / name).open(encoding="utf-8-sig", newline="") as stream:
        expected = list(csv.reader(stream, delimiter=delimiter))
    assert list(_rows(read_table(shared_data / name, name))) == expected


def test_rows_set_aside_have_no_segment(tmp_path: Path) -> None:
    file = tmp_path / "gaps.csv"
    file.write_text("a,b\n" + "".join(f"{i % 2 * 9 + i / 10},{'' if i == 4 else i % 2 * 7 + i / 8}\n" for i in range(20)))
    report, printed = segment(file, tmp_path / "out", k="2", missing="drop")
    with (tmp_path / "out" / "assignments.csv").open(encoding="utf-8", newline="") as stream:
        numbers = [row["segment"] for row in csv.DictReader(stream)]
    assert (report["n_rows"], report["n_clustered"], report["n_set_aside"]) == (20, 19, 1)
    assert [index for index, number in enumerate(numbers) if number == ""] == [4]
    assert "1 row was set aside" in printed


def test_segments_are_told_largest_first(customers: Path, tmp_path: Path) -> None:
    segment(customers, tmp_path / "out", k="3")
    segments = json.loads((tmp_path / "out" / "segments.json").read_text(encoding="utf-8"))
    assert [(entry["segment"], entry["size"]) for entry in segments] == [(1, 20), (2, 16), (3, 12)]
    assert all(entry["facts"] and entry["rule"]["precision"] == 1.0 for entry in segments)


def test_a_height_can_be_asked_for_instead_of_a_number(customers: Path, tmp_path: Path) -> None:
    first, _ = segment(customers, tmp_path / "first")
    between = (first["heights"][1] + first["heights"][2]) / 2
    assert segment(customers, tmp_path / "second", threshold=str(between))[0]["k"] == 3


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"k": "1"}, "2 to 50"),
        ({"k": "abc"}, "n_clusters"),
        ({"k": "48"}, "n_clusters|segments"),
        ({"columns": "agge"}, "agge"),
        ({"linkage": "ward", "metric": "cosine"}, "euclidean"),
        ({"pca": "1.5"}, "pca"),
        ({"stability": "maybe"}, "stability"),
        ({"weights": "age"}, "weights"),
        ({"scaling": "z"}, "scaling must be one of"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(customers: Path, tmp_path: Path, options: dict[str, str], words: str) -> None:
    with pytest.raises(CommandError, match=words) as failed:
        segment(customers, tmp_path / "out", **options)
    assert failed.value.returncode == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("content", "words"), [(None, "No such file"), (b"", "empty|no data"), (b"\x89PNG\r\n\x1a\n0", "picture|image|not")]
)
def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path: Path, content: bytes | None, words: str) -> None:
    file = tmp_path / "customers.csv"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CommandError, match=words):
        segment(file, tmp_path / "out")


def test_the_option_is_named_with_what_is_wrong_with_it(customers: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"^--k: .* 2 to 50"):
        segment(customers, tmp_path / "out", k="abc")
    with pytest.raises(CommandError, match=r"^--threshold: "):
        segment(customers, tmp_path / "out", threshold="-1")


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_folder_that_cannot_be_is_told_before_anything_is_read(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match=r"file.*Choose another path"):
        segment(tmp_path / "missing.csv", tmp_path / place)


def test_what_the_reader_noticed_is_told_before_the_long_part(
    customers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    customers.write_text(THREE_GROUPS.replace("\n", ",same\n").replace("spending,same", "spending,constant", 1))
    call_command("segment", str(customers), out=str(tmp_path / "out"), stdout=StringIO(), stability="off")
    told = capsys.readouterr().err
    assert told.index("Note: constant") < told.index("tree")


def test_the_limit_of_features_is_the_setting(customers: Path, tmp_path: Path, settings: Any) -> None:
    settings.MAX_FEATURES = 2
    with pytest.raises(CommandError, match="the limit is 2"):
        segment(customers, tmp_path / "out")


def test_names_with_commas_are_quoted_as_in_a_csv_file() -> None:
    assert names_in('age, "Income, k$","a ""b"""') == ["age", "Income, k$", 'a "b"']


def test_options_become_the_specification() -> None:
    parser = Command().create_parser("manage.py", "segment")
    words = "f.csv --k 4 --columns a,b --weights a=2,b=1 --log a --pca 0.9 --missing drop --seed 7 --stability off"
    given = words.split(" ")
    spec = spec_of(vars(parser.parse_args(given)))
    assert (spec.n_clusters, spec.columns, spec.weights) == (4, ("a", "b"), (("a", 2.0), ("b", 1.0)))
    assert (spec.log, spec.pca, spec.missing, spec.seed, spec.stability) == (("a",), 0.9, "drop", 7, False)


def test_the_help_shows_an_example() -> None:
    assert " ".join(EXAMPLE.split()) in " ".join(Command().create_parser("manage.py", "segment").format_help().split())


# --- figures of scipy and scikit-learn on real tables ---------------------------------------------------------------------------


def score_of(report: dict[str, Any], k: int) -> dict[str, float]:
    return next(score for score in report["scores"] if score["k"] == k)


@pytest.mark.parametrize(
    ("linkage", "silhouette"), [("average", 0.4096), ("complete", 0.4000), ("ward", 0.3900), ("single", 0.0030)]
)
def test_mall_with_three_columns(shared_data: Path, tmp_path: Path, linkage: str, silhouette: float) -> None:
    report, _ = segment(shared_data / "mall_customers.csv", tmp_path, columns=MALL, k="5", linkage=linkage)
    assert report["silhouette"] == pytest.approx(silhouette, abs=5e-5)
    if linkage == "ward":
        assert report["sizes"] == [66, 45, 39, 28, 22]


def test_mall_with_income_and_score(shared_data: Path, tmp_path: Path) -> None:
    columns = "Annual Income (k$),Spending Score (1-100)"
    report, _ = segment(shared_data / "mall_customers.csv", tmp_path, columns=columns, scaling="none", k="5")
    score = score_of(report, 5)
    assert report["sizes"] == [85, 39, 32, 23, 21]
    assert score["silhouette"] == pytest.approx(0.5530, abs=5e-5)
    assert score["calinski_harabasz"] == pytest.approx(243.07, abs=5e-3)
    assert score["davies_bouldin"] == pytest.approx(0.5782, abs=5e-5)
    assert report["cophenetic"] == pytest.approx(0.7179, abs=5e-5)
    assert report["heights"][:3] == pytest.approx([405.66, 394.86, 262.56], abs=5e-3)


@pytest.mark.parametrize("linkage", ["single", "complete"])
def test_wholesale_outlier_is_not_advised(shared_data: Path, tmp_path: Path, linkage: str) -> None:
    file = shared_data / "wholesale_customers.csv"
    report, _ = segment(file, tmp_path, columns=SPENDING, linkage=linkage, k="2")
    assert report["silhouette"] == pytest.approx(0.8638, abs=5e-5)
    assert report["sizes"] == [439, 1]
    assert report["advice"]["k"] != 2 or report["advice"]["verdict"] == "none"


@pytest.mark.parametrize(
    ("options", "k", "sizes", "figures"),
    [
        (
            {"scaling": "none", "pca": "2"},
            3,
            [366, 61, 13],
            {"silhouette": 0.5253, "calinski_harabasz": 245.35, "davies_bouldin": 0.7324},
        ),
        ({"log": SPENDING}, 2, [262, 178], {}),
        ({}, 3, [281, 153, 6], {"silhouette": 0.2646}),
    ],
)
def test_wholesale_with_ward(
    shared_data: Path, tmp_path: Path, options: dict[str, str], k: int, sizes: list[int], figures: dict[str, float]
) -> None:
    report, _ = segment(shared_data / "wholesale_customers.csv", tmp_path, columns=SPENDING, k=str(k), **options)
    score = score_of(report, k)
    assert report["sizes"] == sizes
    for name, value in figures.items():
        assert score[name] == pytest.approx(value, abs=5e-3 if value > 2 else 5e-5)


@pytest.mark.parametrize(("linkage", "cophenetic"), [("ward", 0.4146), ("average", 0.9338)])
def test_wholesale_cophenetic_correlation(shared_data: Path, tmp_path: Path, linkage: str, cophenetic: float) -> None:
    file = shared_data / "wholesale_customers.csv"
    report, _ = segment(file, tmp_path, columns=SPENDING, linkage=linkage, k="3")
    assert report["cophenetic"] == pytest.approx(cophenetic, abs=5e-5)


def test_wholesale_agrees_with_the_channel(shared_data: Path, tmp_path: Path) -> None:
    from sklearn.metrics import adjusted_rand_score

    segment(shared_data / "wholesale_customers.csv", tmp_path, columns=SPENDING, log=SPENDING, k="2")
    with (tmp_path / "assignments.csv").open(encoding="utf-8", newline="") as stream:
        pairs = [(row["Channel"], row["segment"]) for row in csv.DictReader(stream)]
    assert adjusted_rand_score(*zip(*pairs, strict=True)) == pytest.approx(0.5392, abs=5e-5)


def test_marketing_without_incomplete_rows(shared_data: Path, tmp_path: Path) -> None:
    file = shared_data / "marketing_campaign_semicolon_bom.csv"
    report, _ = segment(file, tmp_path, columns=MARKETING, missing="drop", k="3")
    assert (report["n_rows"], report["n_clustered"], report["n_set_aside"]) == (2240, 2216, 24)
    assert report["sizes"] == [1022, 708, 486]
    assert report["silhouette"] == pytest.approx(0.2619, abs=5e-5)


@pytest.mark.parametrize(
    ("name", "scaling", "sizes", "rand", "silhouette"),
    [("iris", "none", [64, 50, 36], 0.7312, 0.5543), ("wine", "standard", [64, 58, 56], 0.7899, 0.2774)],
)
def test_scikit_learns_tables(tmp_path: Path, name: str, scaling: str, sizes: list[int], rand: float, silhouette: float) -> None:
    from sklearn import datasets
    from sklearn.metrics import adjusted_rand_score

    bunch = getattr(datasets, f"load_{name}")(as_frame=True)
    bunch.data.to_csv(tmp_path / "table.csv", index=False)
    columns = ",".join(f'"{column}"' for column in bunch.data.columns)
    report, _ = segment(tmp_path / "table.csv", tmp_path / "out", columns=columns, scaling=scaling, k="3")
    assert report["sizes"] == sizes
    assert report["silhouette"] == pytest.approx(silhouette, abs=5e-5)
    if name == "iris":
        assert report["cophenetic"] == pytest.approx(0.8728, abs=5e-5)
    with (tmp_path / "out" / "assignments.csv").open(encoding="utf-8", newline="") as stream:
        found = [row["segment"] for row in csv.DictReader(stream)]
    assert adjusted_rand_score(bunch.target, found) == pytest.approx(rand, abs=5e-5)
