"""A messy file in a real browser: warnings are read, answered with a key, taken back; the file is read in another way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from segmentiq.testing.browsers import Site, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

N, N_AGAIN = 60, 4
ROWS = [
    f"C{number:03d};{'red blue unknown'.split()[number % 3]};{'ask us' if number < 5 else number * 1.5};{number % 17}.25"  # noqa: SIM905
    for number in range(N)
]
MESSY = "\n".join(["customer_id;colour;fee;height", *ROWS, *ROWS[20 : 20 + N_AGAIN]]) + "\n"


def upload(page: Any, path: Path) -> None:
    page.goto("/datasets/upload")
    page.set_input_files("input[type=file]", path)
    page.get_by_role("button", name="Upload and read").click()
    page.get_by_role("heading", name="What each column holds").wait_for()


@pytest.fixture
def messy(tmp_path: Path) -> Path:
    path = tmp_path / "messy.csv"
    path.write_text(MESSY, encoding="utf-8")
    return path


def card(page: Any, column: str) -> Any:
    return page.get_by_role("article", name=column, exact=True)


def press(page: Any, button: str) -> None:
    """Press a button as somebody without a mouse does."""
    found = page.get_by_role("button", name=button).first
    found.focus()
    page.keyboard.press("Enter")


def test_a_warning_is_answered_and_the_answer_taken_back_by_keys(page: Any, messy: Path) -> None:
    upload(page, messy)
    assert card(page, "fee").get_by_text("free text", exact=True).is_visible()
    assert page.get_by_role("heading", name="3 things to decide").is_visible()
    notice = page.get_by_role("listitem").filter(has_text="fee: 5 cells among numbers are not numbers")
    notice.get_by_role("button", name="Treat them as missing").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="2 things to decide").wait_for()
    assert card(page, "fee").get_by_text("5 missing").is_visible()
    assert card(page, "fee").get_by_role("img", name="Distribution of fee").is_visible()

    press(page, "Undo")
    page.get_by_role("heading", name="3 things to decide").wait_for()
    assert card(page, "fee").get_by_text("free text", exact=True).is_visible()


def test_repeated_rows_go_aside_and_the_rows_still_add_up(page: Any, messy: Path) -> None:
    upload(page, messy)
    press(page, "Set them aside")
    page.get_by_role("heading", name=f"{N} customers in 4 columns").wait_for()
    assert page.get_by_text(f"{N + N_AGAIN} rows came in: {N} kept, {N_AGAIN} set aside.").is_visible()
    ledger = page.get_by_role("table", name="What became of the rows")
    assert [row.split() for row in ledger.locator("td.number").all_inner_texts()] == [
        [f"{N}"],
        [f"{N_AGAIN}"],
        [f"{N + N_AGAIN}"],
    ]
    press(page, "Undo")
    page.get_by_role("heading", name=f"{N + N_AGAIN} customers in 4 columns").wait_for()


def test_a_file_is_read_with_another_delimiter_and_back(page: Any, messy: Path) -> None:
    upload(page, messy)
    page.get_by_label("Delimiter").select_option("comma")
    press(page, "Read again")
    page.get_by_role("heading", name="in 1 column").wait_for()
    assert page.get_by_text("Delimiter: comma.").is_visible()
    press(page, "Undo")
    page.get_by_role("heading", name="in 4 columns").wait_for()
    assert page.get_by_label("Delimiter").input_value() == ""


def test_a_column_is_changed_and_given_back_without_a_script(browser: Any, site: Site, messy: Path) -> None:
    with signed_in(browser, site, java_script_enabled=False) as page:
        upload(page, messy)
        card(page, "height").get_by_role("link", name="Change height").click()
        page.get_by_role("combobox", name="Is", exact=True).select_option("descriptor")
        page.get_by_role("button", name="Save").click()
        assert card(page, "height").get_by_text("described, not clustered on").is_visible()
        page.get_by_role("button", name="Undo").first.click()
        assert card(page, "height").get_by_text("clustered on", exact=True).is_visible()


FOCUS = """() => {
  const element = document.activeElement, shown = getComputedStyle(element);
  const { width, height } = element.getBoundingClientRect();
  return { isAnswer: element.closest(".answers") !== null, outline: shown.outlineStyle, size: Math.min(width, height) };
}"""


def test_every_answer_is_reached_with_the_tabulator_and_shows_where_one_is(page: Any, messy: Path) -> None:
    upload(page, messy)
    reached = []
    for _ in range(30):
        page.keyboard.press("Tab")
        reached.append(page.evaluate(FOCUS))
    answers = [focus for focus in reached if focus["isAnswer"]]
    assert len(answers) == page.locator(".answers button:visible").count() >= 6
    assert all(focus["outline"] != "none" and focus["size"] >= 24 for focus in answers)


def test_on_a_phone_nothing_is_wider_than_the_screen(browser: Any, site: Site, messy: Path) -> None:
    with signed_in(browser, site, viewport={"width": 390, "height": 800}) as page:
        upload(page, messy)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
