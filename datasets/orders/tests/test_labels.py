"""Every column that orders are turned into has words for people, whatever it is called in the file."""

from __future__ import annotations

from datasets.orders.labels import LABELS, labels_of
from datasets.orders.turning import MEANINGS


def test_every_column_has_a_label_and_every_number_words_for_much_and_little() -> None:
    assert LABELS.keys() == MEANINGS.keys()
    assert all((kind == "number") == bool(LABELS[name].much and LABELS[name].little) for name, (kind, _, _) in MEANINGS.items())
    said = [label.much for label in LABELS.values() if label.much] + [label.little for label in LABELS.values() if label.little]
    assert len(set(said)) == len(said)


def test_an_identifier_that_is_called_like_a_column_has_no_label() -> None:
    labels = labels_of({"columns": {"customer": "Frequency", "date": "day", "price": "paid"}})
    assert labels["frequency_of_orders"] is LABELS["frequency"]
    assert "frequency" not in labels
    assert labels["monetary"].noun == "money spent"
