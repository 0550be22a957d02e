"""Orders become customers by the services: one way through the queue with uploads, a ledger that adds up, refusals in words."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from clustering.services import train
from datasets import services, storage
from datasets.deriving import complete_recipe, find_offer
from datasets.models import CHOSEN, Dataset
from segmentiq.files import sha256_of, sweep_all
from segmentiq.ml.errors import Refusal
from segmentiq.ml.spec import SegmentationSpec
from segmentiq.testing.factories import settled
from segmentiq.testing.tables import ORDERS, ORDERS_LEDGER

Make = Callable[..., Any]


@pytest.fixture
def orders(make_dataset: Make) -> Dataset:
    return make_dataset(ORDERS, name="Shop")  # type: ignore[no-any-return]


def derive(orders: Dataset, said: Mapping[str, Any] | None = None, name: str = "") -> Dataset:
    return services.derive_customers(orders, complete_recipe(orders, said or {}), name=name)


@pytest.fixture
def customers(orders: Dataset) -> Dataset:
    return settled(derive(orders))  # type: ignore[no-any-return]


def bought() -> dict[str, float]:
    """Return what every customer paid, told from the text alone."""
    paid: dict[str, float] = {}
    for line in csv.DictReader(ORDERS.splitlines()):
        amount = float(line["quantity"]) * float(line["unit_price"])
        if line["customer_id"] and not line["order_no"].startswith("C") and amount > 0:
            paid[line["customer_id"]] = paid.get(line["customer_id"], 0.0) + amount
    return paid


def test_order_lines_are_offered_to_become_customers(orders: Dataset) -> None:
    offer = find_offer(orders)
    assert offer is not None
    assert (offer.n_lines, offer.n_customers) == (64, 12)
    mapped = {
        "customer": "customer_id",
        "date": "order_date",
        "invoice": "order_no",
        "product": "product",
        "quantity": "quantity",
    }
    assert offer.proposal.recipe.columns == {**mapped, "price": "unit_price"}
    assert set(offer.proposal.reasons) == set(offer.proposal.recipe.columns)


def test_customers_are_no_orders(make_dataset: Make, customers: Dataset) -> None:
    assert find_offer(make_dataset()) is None
    assert find_offer(customers) is None


def test_orders_become_customers_of_the_same_person(orders: Dataset, customers: Dataset) -> None:
    assert (customers.state, customers.n_rows, customers.parent, customers.owner) == ("ready", 12, orders, orders.owner)
    assert (customers.name, customers.file_name) == ("Shop: customers", "customers-customers.csv")
    assert {entry["what"]: entry["rows"] for entry in customers.ledger if entry["rows"]} == ORDERS_LEDGER
    assert sum(entry["rows"] for entry in customers.ledger) == orders.n_rows
    kinds = {column.name: (column.kind, column.role) for column in customers.columns.order_by("position")}
    assert next(iter(kinds.items())) == ("customer_id", ("id", "id"))
    assert kinds["monetary"] == ("number", "feature")
    assert kinds["rfm_group"] == ("category", "descriptor")
    assert customers.preview[0][0] == "K001"
    assert customers.decisions


def test_the_customers_spent_what_their_lines_say(customers: Dataset) -> None:
    rows = storage.iter_rows(customers)
    header = next(rows)
    spent = {row[0]: float(row[header.index("monetary")]) for row in rows}
    assert spent == pytest.approx(bought())


def test_the_rows_of_customers_are_their_file(customers: Dataset) -> None:
    assert not storage.original_path(customers).exists()
    assert (customers.sha256, customers.size) == (sha256_of(storage.rows_path(customers)), customers.rows_size)


def test_the_sweep_keeps_the_files_of_customers(customers: Dataset) -> None:
    assert sweep_all(0) == []
    assert storage.load_table(customers).frame.shape[0] == 12


def test_customers_can_be_segmented_like_any_dataset(customers: Dataset) -> None:
    run = settled(train(dataset=customers, spec=SegmentationSpec(n_clusters=3, stability=False), requested_by=customers.owner))
    assert (run.status, run.n_rows) == ("done", 12)


def test_the_kind_a_person_chose_for_the_orders_counts(orders: Dataset) -> None:
    services.override_column(orders.columns.get(name="order_date"), kind="text", role="ignored")
    with pytest.raises(Refusal) as refused:
        services.derive_customers(orders, {"columns": {"customer": "customer_id", "date": "order_date", "price": "unit_price"}})
    assert (refused.value.code, refused.value.field) == ("invalid_recipe", "columns.date")
    assert find_offer(orders) is None
    assert Dataset.objects.count() == 1


def test_turning_again_changes_the_ledger_and_keeps_what_was_corrected(customers: Dataset) -> None:
    services.override_column(customers.columns.get(name="frequency"), role="descriptor")
    again = settled(services.turn_again(customers, {"rules": {"zero_prices": False}}))
    assert (again.state, again.recipe["rules"]["zero_prices"]) == ("ready", False)
    assert {entry["what"]: entry["rows"] for entry in again.ledger}["kept"] == 61
    assert (again.columns.get(name="frequency").role, again.columns.get(name="frequency").reason) == ("descriptor", CHOSEN)
    assert again.columns.get(name="monetary").reason != CHOSEN


def test_parts_that_are_not_said_again_stay(orders: Dataset) -> None:
    made = settled(derive(orders, {"snapshot": "2024-12-31"}, name="Year's end"))
    again = settled(services.turn_again(made, {"rules": {"duplicates": True}}))
    assert (again.name, again.recipe["snapshot"], again.recipe["rules"]["duplicates"]) == ("Year's end", "2024-12-31", True)


def test_reading_customers_again_turns_the_orders_again(customers: Dataset) -> None:
    before = customers.rows_fingerprint
    again = settled(services.read_again(customers, {}))
    assert (again.state, again.rows_fingerprint) == ("ready", before)
    with pytest.raises(Refusal) as refused:
        services.read_again(customers, {"delimiter": ";"})
    assert refused.value.code == "invalid_override"


def test_customers_outlive_their_orders_but_are_not_turned_again(orders: Dataset, customers: Dataset, media: Path) -> None:
    services.delete(orders)
    customers.refresh_from_db()
    assert (customers.state, customers.parent, customers.is_derived) == ("ready", None, True)
    assert len(list(storage.iter_rows(customers))) == 13
    with pytest.raises(Refusal) as refused:
        services.turn_again(customers, {})
    assert refused.value.code == "orders_gone"
    assert (customers.state, "deleted" in refused.value.sentence) == ("ready", True)


def test_orders_that_go_away_while_they_wait_to_be_turned_end_in_a_sentence(orders: Dataset) -> None:
    derived = derive(orders)
    services.delete(orders)
    assert (settled(derived).state, derived.error_code) == ("failed", "orders_gone")


def test_orders_that_are_read_again_meanwhile_end_in_a_sentence(orders: Dataset) -> None:
    derived = derive(orders)
    Dataset.objects.filter(pk=orders.pk).update(status="failed", error_message="Row 7 is torn.")
    assert (settled(derived).state, derived.error_code) == ("failed", "not_ready")


def test_customers_on_which_runs_stand_are_not_turned_again(customers: Dataset) -> None:
    train(dataset=customers, spec=SegmentationSpec(), requested_by=customers.owner)
    with pytest.raises(Refusal) as refused:
        services.turn_again(customers, {})
    assert (refused.value.code, "turn the orders a second time" in refused.value.hint) == ("conflict", True)


def test_what_is_being_turned_is_not_turned_again(orders: Dataset) -> None:
    with pytest.raises(Refusal) as refused:
        services.turn_again(derive(orders), {})
    assert refused.value.code == "still_active"


def test_orders_that_are_not_ready_are_refused(orders: Dataset) -> None:
    recipe = complete_recipe(orders, {})
    Dataset.objects.filter(pk=orders.pk).update(status="queued")
    orders.refresh_from_db()
    for ask in (lambda: services.derive_customers(orders, recipe), lambda: find_offer(orders)):
        with pytest.raises(Refusal) as refused:
            ask()
        assert refused.value.code == "not_ready"


def test_orders_deleted_meanwhile_are_refused(orders: Dataset) -> None:
    recipe = complete_recipe(orders, {})
    same = Dataset.objects.get(pk=orders.pk)
    services.delete(orders)
    with pytest.raises(Refusal) as refused:
        services.derive_customers(same, recipe)
    assert (refused.value.code, Dataset.objects.count()) == ("not_found", 0)


def test_customers_are_not_turned_into_customers(orders: Dataset, customers: Dataset, make_dataset: Make) -> None:
    for ask in (
        lambda: services.derive_customers(customers, customers.recipe),
        lambda: services.turn_again(orders, customers.recipe),
        lambda: complete_recipe(make_dataset(), {}),
    ):
        with pytest.raises(Refusal) as refused:
            ask()
        assert refused.value.code == "not_orders"


@pytest.mark.parametrize(
    ("setting", "value", "code"),
    [("MAX_DATASETS_PER_USER", 1, "too_many_datasets"), ("MIN_FREE_DISK_BYTES", 10**18, "disk_full")],
)
def test_customers_count_as_a_dataset(orders: Dataset, settings: Any, setting: str, value: int, code: str) -> None:
    setattr(settings, setting, value)
    with pytest.raises(Refusal) as refused:
        derive(orders)
    assert (refused.value.code, Dataset.objects.count()) == (code, 1)


def test_deleting_customers_leaves_their_orders(orders: Dataset, customers: Dataset) -> None:
    services.delete(customers)
    assert list(Dataset.objects.all()) == [orders]
