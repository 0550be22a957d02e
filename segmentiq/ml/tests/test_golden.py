"""Published and independently computed figures of known tables, through the whole walk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris, load_wine
from sklearn.metrics import adjusted_rand_score

from segmentiq.ml.cut import cut_k
from segmentiq.ml.pipeline import segment
from segmentiq.ml.spec import SegmentationSpec
from segmentiq.ml.tests.tables import numbers_of
from segmentiq.ml.values import KScore, Segmentation

MARKETING = [
    "Income", "Recency", "MntWines", "MntFruits", "MntMeatProducts", "MntFishProducts", "MntSweetProducts", "MntGoldProds",
    "NumDealsPurchases", "NumWebPurchases", "NumCatalogPurchases", "NumStorePurchases", "NumWebVisitsMonth",
]  # fmt: skip


def run(frame: pd.DataFrame, **choices: Any) -> Segmentation:
    return segment(numbers_of(frame), SegmentationSpec.from_mapping(choices))


def score(result: Segmentation, k: int) -> KScore:
    return next(entry for entry in result.scores if entry.k == k)


def sizes(result: Segmentation, k: int) -> list[int]:
    return [branch.size for branch in cut_k(result.top, k)]


def labels(result: Segmentation, k: int) -> list[int]:
    found = np.zeros(len(result.order), dtype=int)
    for number, branch in enumerate(cut_k(result.top, k)):
        found[result.order[branch.start : branch.stop]] = number
    return found.tolist()


@pytest.fixture
def mall(shared_data: Path) -> pd.DataFrame:
    return pd.read_csv(shared_data / "mall_customers.csv")


@pytest.fixture
def wholesale(shared_data: Path) -> pd.DataFrame:
    return pd.read_csv(shared_data / "wholesale_customers.csv", encoding="utf-8-sig")


@pytest.mark.parametrize(
    ("linkage", "silhouette"), [("average", 0.4096), ("complete", 0.4000), ("ward", 0.3900), ("single", 0.0030)]
)
def test_mall_standardised(mall: pd.DataFrame, linkage: str, silhouette: float) -> None:
    result = run(mall.iloc[:, 2:], linkage=linkage, n_clusters=5, stability=False)
    assert round(score(result, 5).silhouette, 4) == silhouette
    if linkage == "ward":
        assert sizes(result, 5) == [66, 45, 39, 28, 22]


def test_mall_raw(mall: pd.DataFrame) -> None:
    result = run(mall.iloc[:, 3:], scaling="none")
    five = score(result, 5)
    assert sizes(result, 5) == [85, 39, 32, 23, 21]
    assert round(five.silhouette, 4) == 0.5530
    assert round(five.calinski_harabasz, 2) == 243.07
    assert round(five.davies_bouldin, 4) == 0.5782
    assert result.cophenetic is not None
    assert round(result.cophenetic, 4) == 0.7179
    assert result.tree.merges[::-1][:3, 2].round(2).tolist() == [405.66, 394.86, 262.56]
    assert result.advice.k == 5


@pytest.mark.parametrize("linkage", ["single", "complete"])
def test_wholesale_split_of_one_outlier_scores_high_and_is_not_recommended(wholesale: pd.DataFrame, linkage: str) -> None:
    result = run(wholesale.iloc[:, 2:], linkage=linkage)
    assert sizes(result, 2) == [439, 1]
    assert round(score(result, 2).silhouette, 4) == 0.8638
    assert result.advice.k != 2 or result.advice.verdict == "none"


def test_wholesale_raw_in_two_components(wholesale: pd.DataFrame) -> None:
    result = run(wholesale.iloc[:, 2:], scaling="none", pca=2, n_clusters=3, stability=False)
    three = score(result, 3)
    assert sizes(result, 3) == [366, 61, 13]
    assert round(three.silhouette, 4) == 0.5253
    assert round(three.calinski_harabasz, 2) == 245.35
    assert round(three.davies_bouldin, 4) == 0.7324


def test_wholesale_logged(wholesale: pd.DataFrame) -> None:
    result = run(wholesale.iloc[:, 2:], log=list(wholesale.columns[2:]), n_clusters=2, stability=False)
    assert sizes(result, 2) == [262, 178]
    assert round(adjusted_rand_score(wholesale["Channel"], labels(result, 2)), 4) == 0.5392


def test_wholesale_standardised(wholesale: pd.DataFrame) -> None:
    result = run(wholesale.iloc[:, 2:], n_clusters=3, stability=False)
    assert sizes(result, 3) == [281, 153, 6]
    assert round(score(result, 3).silhouette, 4) == 0.2646
    assert result.cophenetic is not None
    assert round(result.cophenetic, 4) == 0.4146
    average = run(wholesale.iloc[:, 2:], linkage="average", stability=False)
    assert average.cophenetic is not None
    assert round(average.cophenetic, 4) == 0.9338


def test_marketing_complete_rows(shared_data: Path) -> None:
    frame = pd.read_csv(shared_data / "marketing_campaign_semicolon_bom.csv", sep=";", encoding="utf-8-sig")
    result = run(frame[MARKETING], missing="drop", n_clusters=3, stability=False)
    assert len(result.features.rows) == 2216
    assert sizes(result, 3) == [1022, 708, 486]
    assert round(score(result, 3).silhouette, 4) == 0.2619


def test_iris() -> None:
    data = load_iris(as_frame=True)
    result = run(data.data, scaling="none", n_clusters=3, stability=False)
    assert sizes(result, 3) == [64, 50, 36]
    assert round(adjusted_rand_score(data.target, labels(result, 3)), 4) == 0.7312
    assert round(score(result, 3).silhouette, 4) == 0.5543
    assert result.cophenetic is not None
    assert round(result.cophenetic, 4) == 0.8728


def test_wine() -> None:
    data = load_wine(as_frame=True)
    result = run(data.data, n_clusters=3, stability=False)
    assert sizes(result, 3) == [64, 58, 56]
    assert round(adjusted_rand_score(data.target, labels(result, 3)), 4) == 0.7899
    assert round(score(result, 3).silhouette, 4) == 0.2774
