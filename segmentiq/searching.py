"""Lists on pages: what a person looks for and in which order flows in, one page of rows and the words around it flow out.

A plain GET form, so that a search is an address one can keep and that works without JavaScript. The filters are the API's own
filter sets; what they do not know is left out instead of refused, because a person who mistyped an address still wants the list.
A list asks the database three questions however long it is: how many there are, how many of those match, and one page of rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import QueryDict

from segmentiq.words import count, plural

PER_PAGE = 25
MOST_WORDS = 8
LONGEST = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """One order of a list: its words, and what rows are sorted by; ties go by key, so that pages neither repeat nor skip."""

    words: str
    by: tuple[Any, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Shelf:
    """What one list offers: whose names are searched, which choices its filter set takes, and its orders, the usual one first."""

    noun: str
    search: str
    filters: type[Any]
    choices: Mapping[str, tuple[str, Mapping[str, str]]]
    """By parameter: its label, and the words of every value."""
    orders: Mapping[str, Order]


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    value: str
    words: str
    chosen: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """A drop-down of the form."""

    name: str
    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """One page of a list. `kept` are parameters that came with the address and have no control of their own."""

    rows: Page[Any]
    search: str
    choices: tuple[Choice, ...]
    kept: tuple[tuple[str, str], ...]
    is_asked: bool
    is_empty: bool
    """Whether there is nothing at all, asked or not."""
    tally: str
    previous: str
    next: str


def find(rows: QuerySet[Any], shelf: Shelf, asked: QueryDict) -> Found:
    """Return the page of the list that was asked for; what the list does not know is left out."""
    known, search = _known(rows, shelf, asked), asked.get("search", "").replace("\x00", "").strip()[:LONGEST]
    order = asked.get("order", "") if asked.get("order") in shelf.orders else next(iter(shelf.orders))
    found = _matching(rows, shelf, known, search)
    page = Paginator(found.order_by(*shelf.orders[order].by, "-pk"), PER_PAGE).get_page(asked.get("page"))
    is_asked = bool(search or known)
    total = rows.count() if is_asked else page.paginator.count
    said = {**({"search": search} if search else {}), **known, **({"order": order} if asked.get("order") == order else {})}
    return Found(
        rows=page,
        search=search,
        choices=(*_filters(shelf, known), _orders(shelf, order)),
        kept=tuple((name, value) for name, value in known.items() if name not in shelf.choices),
        is_asked=is_asked,
        is_empty=total == 0,
        tally=_tally(page.paginator.count, total, shelf.noun) if is_asked else plural(total, shelf.noun),
        previous=_address(said, page.previous_page_number()) if page.has_previous() else "",
        next=_address(said, page.next_page_number()) if page.has_next() else "",
    )


def _known(rows: QuerySet[Any], shelf: Shelf, asked: QueryDict) -> dict[str, str]:
    """Return the parameters that the filter set takes, with values it takes."""
    form = shelf.filters(asked, queryset=rows).form
    form.is_valid()
    return {name: str(asked[name]) for name, value in form.cleaned_data.items() if value not in (None, "")}


def _matching(rows: QuerySet[Any], shelf: Shelf, known: Mapping[str, str], search: str) -> QuerySet[Any]:
    filtered = shelf.filters(known, queryset=rows).qs if known else rows
    words = search.split()[:MOST_WORDS]
    return reduce(lambda kept, word: kept.filter(**{f"{shelf.search}__icontains": word}), words, filtered)


def _filters(shelf: Shelf, known: Mapping[str, str]) -> tuple[Choice, ...]:
    return tuple(
        Choice(name=name, label=label, options=_options({"": "All", **words}, known.get(name, "")))
        for name, (label, words) in shelf.choices.items()
    )


def _orders(shelf: Shelf, chosen: str) -> Choice:
    return Choice(name="order", label="Order", options=_options({k: order.words for k, order in shelf.orders.items()}, chosen))


def _options(words: Mapping[str, str], chosen: str) -> tuple[Option, ...]:
    return tuple(Option(value=value, words=said, chosen=value == chosen) for value, said in words.items())


def _tally(found: int, total: int, noun: str) -> str:
    return f"{count(found)} of {plural(total, noun)}"


def _address(said: Mapping[str, str], page: int) -> str:
    query = QueryDict(mutable=True)
    query.update({**said, "page": str(page)})
    return f"?{query.urlencode()}"
