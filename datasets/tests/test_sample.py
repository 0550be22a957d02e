"""The sample: the same bytes every time, read without a warning, and its planted segments are there to be found."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter, defaultdict

import numpy as np
from sklearn.cluster import AgglomerativeClustering
from sklearn.metrics import adjusted_rand_score, silhouette_score

from datasets.reader.tests.reading import kinds, read, warned
from datasets.sample import CUSTOMERS, ORDERS, SEGMENTS, SNAPSHOT, make_sample, planted_segments
from segmentiq.ml.features import build_features
from segmentiq.ml.spec import SegmentationSpec

FILES = make_sample()


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_a_seed_always_gives_the_same_bytes() -> None:
    assert make_sample() == FILES
    assert make_sample(seed=1) != FILES
    assert hashlib.sha256(FILES[0]).hexdigest() == "451eb03b5434348f25adb479f2dacb15fdd4c2561f675db1c4a8d7952f77b7e0"


def test_the_files_have_the_columns_they_promise() -> None:
    customers, orders = map(rows, FILES)
    assert len(customers) == len({row["customer_id"] for row in customers}) == 2_000
    assert tuple(customers[0]) == CUSTOMERS
    assert tuple(orders[0]) == ORDERS
    assert {len(row["customer_id"]) for row in customers} == {6}
    assert 0 < sum(row["age"] == "" for row in customers) < 200


def test_the_customers_are_what_their_orders_add_up_to() -> None:
    customers, orders = map(rows, FILES)
    spent: dict[str, float] = defaultdict(float)
    numbers: dict[str, set[str]] = defaultdict(set)
    for line in orders:
        numbers[line["customer_id"]].add(line["order_id"])
        spent[line["customer_id"]] += max(int(line["quantity"]), 0) * float(line["unit_price"])
    for row in customers:
        assert abs(spent[row["customer_id"]] - float(row["annual_spend"])) < 0.005
        assert len(numbers[row["customer_id"]]) == int(row["orders"])
    assert max(line["date"] for line in orders) <= SNAPSHOT.isoformat()


def test_the_reader_takes_every_column_for_what_it_is() -> None:
    result = read(FILES[0])
    assert warned(result) == []
    assert Counter(kinds(result).values()) == {"number": 6, "category": 3, "id": 1, "date": 1}
    assert result.table.frame["customer_id"].str.startswith("0").all()


def test_the_default_specification_finds_the_five_planted_segments() -> None:
    values = build_features(read(FILES[0]).table, SegmentationSpec()).values
    labels = {k: AgglomerativeClustering(k).fit_predict(values) for k in range(2, 9)}
    scores = {k: silhouette_score(values, found) for k, found in labels.items()}
    assert max(scores, key=lambda k: scores[k]) == 5
    assert adjusted_rand_score(planted_segments(), labels[5]) > 0.95
    assert np.bincount(planted_segments()).tolist() == [segment.size for segment in SEGMENTS]
