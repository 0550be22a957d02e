"""Artifacts in, the geometry of curve and heat map out."""

from __future__ import annotations

from clustering.charts import _fitted, draw_curve, draw_heat
from clustering.layout import lay_out
from clustering.tests.trees import small_tree
from segmentiq.ml.values import Advice, KScore, Label, NumberFact, Profile

ADVICE = Advice(k=3, verdict="strong", sentence="")


def score(k: int, silhouette: float, stability: float | None = None) -> KScore:
    return KScore(k=k, silhouette=silhouette, calinski_harabasz=1, davies_bouldin=1, smallest=1, stability=stability)


def profile(branch: int, effect: float) -> Profile:
    fact = NumberFact(column="income", mean=1, median=1, q1=1, q3=1, overall=1, effect=effect)
    return Profile(branch=branch, size=1, name="", facts=(), numbers=(fact,), levels=())


def test_the_curve_marks_the_advice_and_the_cut_at_hand() -> None:
    figure = draw_curve([score(2, 0.3, 0.9), score(3, 0.5, 0.8), score(4, 0.1)], 4, ADVICE)
    assert figure is not None
    assert [point.k for point in figure.points if point.advised] == [3]
    assert [point.k for point in figure.points if point.current] == [4]
    assert figure.title == "3 segments lie farthest apart and are advised"
    assert figure.again.count("L") == 1


def test_the_curve_advises_nothing_where_nothing_holds() -> None:
    figure = draw_curve([score(2, 0.1, 0.3), score(3, 0.2, 0.2)], 3, Advice(k=3, verdict="none", sentence=""))
    assert figure is not None
    assert figure.title == "3 segments lie farthest apart, none stable"


def test_the_curve_and_the_heading_agree_on_what_is_uncertain() -> None:
    advice = Advice(k=2, verdict="weak", sentence="")
    figure = draw_curve([score(2, 0.2, 0.68), score(3, 0.1, 0.5)], 2, advice)
    assert figure is not None
    assert figure.title == "2 segments lie farthest apart, none stable"


def test_no_scores_no_curve() -> None:
    assert draw_curve([], 2, ADVICE) is None


def test_the_heat_map_is_darker_above_the_average() -> None:
    tree = small_tree()
    profiles = {3: profile(3, -5), 4: profile(4, 0), 2: profile(2, float("nan"))}
    figure = draw_heat(profiles, tree, lay_out(tree), ["income"])
    assert figure is not None
    assert [cell.darkness for cell in figure.rows[0].cells] == ["0.04", "0.47", "0.47"]


def test_a_heat_row_is_called_as_people_call_its_column() -> None:
    tree, labels = small_tree(), {"income": Label(noun="money of a year", short="money")}
    figure = draw_heat({3: profile(3, 1)}, tree, lay_out(tree), ["income"], labels)
    assert figure is not None
    assert (figure.rows[0].name, figure.rows[0].full_name) == ("money", "money of a year")


def test_a_long_name_keeps_its_start() -> None:
    assert _fitted("income") == "income"
    assert _fitted("NumCatalogPurchases").startswith("NumCatalog")
    assert len(_fitted("W" * 40)) < len(_fitted("n" * 40)) < len(_fitted("i" * 40)) < 30
    assert _fitted("i" * 40).endswith("i…")


def test_no_numbers_no_heat_map() -> None:
    assert draw_heat({}, small_tree(), lay_out(small_tree()), []) is None
