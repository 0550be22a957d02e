"""Orders are recognised by what their columns hold and are called, in whichever language; customers are not taken for orders."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from datasets.orders import Proposal, Recipe, propose
from datasets.orders.vocabulary import ideas_of
from datasets.reader.tests.reading import read
from segmentiq.ml.values import Column

ROOT = Path(__file__).resolve().parents[3]
LOAD = "import sys; import datasets.orders; print(sorted({name.partition('.')[0] for name in sys.modules} & {'pandas', 'numpy'}))"


def proposed(**columns: tuple[str, int]) -> Proposal | None:
    """Propose for columns given as name=(kind, different values), 1,000 rows; a double underscore in a name is a space."""
    spaced = {name.replace("__", " "): facts for name, facts in columns.items()}
    values = [Column(name=name, kind=kind, role="id" if kind == "id" else "descriptor") for name, (kind, _) in spaced.items()]  # type: ignore[arg-type]
    return propose(values, 1_000, {name: n for name, (_, n) in spaced.items()})


def mapped(**columns: tuple[str, int]) -> dict[str, str] | None:
    proposal = proposed(**columns)
    return None if proposal is None else dict(proposal.recipe.columns)


DATE, NUMBER = ("date", 300), ("number", 400)


def test_english_orders_are_recognised() -> None:
    found = mapped(
        InvoiceNo=("text", 500), StockCode=("text", 90), Description=("text", 95), Quantity=NUMBER, InvoiceDate=DATE,
        UnitPrice=NUMBER, CustomerID=("id", 200), Country=("category", 30),
    )  # fmt: skip
    assert found == {
        "customer": "CustomerID", "date": "InvoiceDate", "invoice": "InvoiceNo", "product": "StockCode", "quantity": "Quantity",
        "price": "UnitPrice",
    }  # fmt: skip


def test_a_proposal_is_a_recipe_that_its_columns_accept_and_says_why() -> None:
    columns = [
        Column(name=name, kind=kind, role="feature")  # type: ignore[arg-type]
        for name, kind in {"client": "text", "date": "date", "total": "number"}.items()
    ]
    proposal = propose(columns, 100, {"client": 20, "date": 50, "total": 60})
    assert proposal is not None
    assert Recipe.from_mapping(json.loads(json.dumps(proposal.recipe.to_mapping())), columns) == proposal.recipe
    assert list(proposal.reasons) == list(proposal.recipe.columns)
    assert all(reason.endswith(".") for reason in proposal.reasons.values())


@pytest.mark.parametrize(
    ("names", "parts"),
    [
        ("Kundennr Bestelldatum Menge Einzelpreis Belegnr", "customer date quantity price invoice"),
        ("Kunden-Nr. Rechnungsdatum Artikelnummer Stückzahl Betrag", "customer date product quantity amount"),
        ("Käufer Kaufdatum Umsatz", "customer date amount"),
        ("N°__client Date__de__commande Quantité Prix__unitaire N°__facture", "customer date quantity price invoice"),
        ("Client Date Montant__TTC Référence__article", "customer date amount product"),
        ("Código__cliente Fecha__pedido Cantidad Precio__unitario Nº__factura", "customer date quantity price invoice"),
        ("Cliente Data__ordine Importo Articolo", "customer date amount product"),
        ("Klantnummer Besteldatum Aantal Prijs", "customer date quantity price"),
        ("Codice__cliente Data__ordine Numero__ordine Quantità Prezzo", "customer date invoice quantity price"),
        ("Nr__klienta Data__zamówienia Ilość Cena", "customer date quantity price"),
        ("Kundenkarte Bondatum Bon-Nr Anz. VK-Preis", "customer date invoice quantity price"),
        ("Kundnr Ordredato Beløp", "customer date amount"),
        ("CUSTOMERNAME ORDERDATE QUANTITYORDERED PRICEEACH ORDERNUMBER", "customer date quantity price invoice"),
        ("customer_unique_id order_purchase_timestamp order_id product_id price", "customer date invoice product price"),
        ("Email Created__at Lineitem__quantity Lineitem__price Lineitem__sku", "customer date quantity price product"),
        ("user_id transaction_date transaction_id Purchase__Amount__(USD)", "customer date invoice amount"),
        ("Member__No Sale__Date Amount__incl.__VAT", "customer date amount"),
    ],
)
def test_names_are_understood_in_several_languages(names: str, parts: str) -> None:
    kinds = {"date": DATE, "customer": ("id", 200), "invoice": ("text", 600), "product": ("text", 90)}
    columns = {name: kinds.get(part, NUMBER) for name, part in zip(names.split(), parts.split(), strict=True)}
    assert mapped(**columns) == {
        part: name.replace("__", " ") for name, part in sorted(zip(names.split(), parts.split(), strict=True), key=_place)
    }


def _place(entry: tuple[str, str]) -> int:
    return ("customer", "date", "invoice", "product", "quantity", "price", "amount").index(entry[1])


def test_the_day_of_the_order_wins_over_other_days() -> None:
    found = mapped(Ship__Date=DATE, Birth__Date=DATE, Order__Date=DATE, Customer__ID=("id", 200), Sales=NUMBER)
    assert found == {"customer": "Customer ID", "date": "Order Date", "amount": "Sales"}


def test_what_is_deducted_is_not_what_was_paid() -> None:
    amounts = dict.fromkeys(("Discount", "Tax__Amount", "Shipping__Cost", "Profit", "Total", "Freight"), NUMBER)
    assert mapped(Customer__ID=("id", 200), Date=DATE, **amounts) == {
        "customer": "Customer ID",
        "date": "Date",
        "amount": "Total",
    }


def test_quantity_and_price_win_over_an_amount_that_may_be_the_whole_orders() -> None:
    found = mapped(Order__Total=NUMBER, Client=("text", 90), Date=DATE, Qty=NUMBER, Price=NUMBER)
    assert found == {"customer": "Client", "date": "Date", "quantity": "Qty", "price": "Price"}


def test_an_amount_wins_over_a_price_without_a_quantity() -> None:
    assert mapped(Client=("text", 90), Date=DATE, Price=NUMBER, Line__Total=NUMBER) == {
        "customer": "Client",
        "date": "Date",
        "amount": "Line Total",
    }


def test_a_quantity_that_is_not_read_as_numbers_is_told() -> None:
    proposal = proposed(Client=("text", 90), Date=DATE, Price=NUMBER, Menge=("text", 70))
    assert proposal is not None
    assert "Menge is not read as numbers" in proposal.reasons["price"]


@pytest.mark.parametrize("facts", [("category", 2), ("constant", 1)])
def test_a_quantity_that_hardly_differs_is_a_quantity(facts: tuple[str, int]) -> None:
    found = mapped(Client=("text", 90), Date=DATE, Price=NUMBER, Menge=facts)
    assert found == {"customer": "Client", "date": "Date", "quantity": "Menge", "price": "Price"}


def test_a_code_of_few_values_is_no_number_of_an_order() -> None:
    assert "invoice" not in (mapped(Client=("text", 90), Date=DATE, Amount=NUMBER, Order=("category", 3)) or {"invoice": ""})


@pytest.mark.parametrize(
    "columns",
    [
        {"CustomerID": ("id", 1_000), "Date": DATE, "Amount": NUMBER},
        {"CustomerID": ("id", 950), "Date": DATE, "Amount": NUMBER},
        {"CustomerID": ("id", 0), "Date": DATE, "Amount": NUMBER},
        {"Customer__No": ("id", 1_000), "Account": ("category", 9), "Last__Order__Date": DATE, "Sales": NUMBER},
        {"Customer__Type": ("category", 3), "Date": DATE, "Amount": NUMBER},
        {"Customer__Age": ("number", 60), "Date": DATE, "Amount": NUMBER},
        {"Customer__City": ("text", 60), "Date": DATE, "Amount": NUMBER},
        {"Store": ("category", 45), "Date": DATE, "Weekly__Sales": NUMBER},
        {"CustomerID": ("id", 200), "Amount": NUMBER},
        {"CustomerID": ("id", 200), "Birth__Date": DATE, "Amount": NUMBER},
        {"CustomerID": ("id", 200), "Customer__since": DATE, "Amount": NUMBER},
        {"CustomerID": ("id", 200), "Date": ("text", 300), "Amount": NUMBER},
        {"CustomerID": ("id", 200), "Date": DATE, "Quantity": NUMBER},
        {"CustomerID": ("id", 200), "Date": DATE, "Amount": ("text", 300)},
        {"CustomerID": ("id", 200), "Date": DATE, "Steps": NUMBER},
    ],
)
def test_what_is_no_order_is_not_taken_for_one(columns: dict[str, tuple[str, int]]) -> None:
    assert mapped(**columns) is None


def test_an_empty_table_is_no_order() -> None:
    assert propose([], 0, {}) is None


@pytest.mark.parametrize(
    "name", ["", " ", "_", "1", "9" * 300, "a" * 300, "no" * 100, "ß", "顧客", "e" * 39, "kundenkunden" * 20]
)
def test_any_name_is_looked_at_in_no_time(name: str) -> None:
    assert isinstance(ideas_of(name), frozenset)


def read_and_propose(content: str) -> Proposal | None:
    result = read(content)
    n_distinct = {name: facts["n_distinct"] for name, facts in result.statistics.items()}
    return propose(result.table.columns, len(result.table.frame), n_distinct)


def test_a_german_export_is_recognised_as_it_is_read() -> None:
    rows = [
        f"{10_000 + i % 17};{1 + i % 28:02d}.{1 + i % 12:02d}.2024;{1 + i % 5};{i % 9},{i % 7}9;{4_711 + i // 3}"
        for i in range(120)
    ]
    proposal = read_and_propose("\n".join(["Kundennr;Bestelldatum;Menge;Einzelpreis;Belegnr", *rows]))
    assert proposal is not None
    assert proposal.recipe.columns == {
        "customer": "Kundennr", "date": "Bestelldatum", "invoice": "Belegnr", "quantity": "Menge", "price": "Einzelpreis",
    }  # fmt: skip


def test_payments_without_anything_else_are_recognised_as_they_are_read() -> None:
    rows = [f"c{i % 40:03d},2024-{1 + i % 12:02d}-{1 + i % 28:02d},{i}.5" for i in range(300)]
    proposal = read_and_propose("\n".join(["client,date,amount", *rows]))
    assert proposal is not None
    assert proposal.recipe.columns == {"customer": "client", "date": "date", "amount": "amount"}


@pytest.mark.parametrize(
    "name",
    ["mall_customers.csv", "wholesale_customers.csv", "marketing_campaign_semicolon_bom.csv", "telco_customer_churn.csv"],
)
def test_real_customers_are_not_taken_for_orders(shared_data: Path, name: str) -> None:
    from datasets.reader import read_table

    result = read_table(shared_data / name, name)
    n_distinct = {column: facts["n_distinct"] for column, facts in result.statistics.items()}
    assert propose(result.table.columns, len(result.table.frame), n_distinct) is None


def test_recognising_needs_no_pandas() -> None:
    done = subprocess.run([sys.executable, "-c", LOAD], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
