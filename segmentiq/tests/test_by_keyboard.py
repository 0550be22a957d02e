"""The pages around the result in a real browser: by keyboard alone, with a forecast that follows the choices, and on paper."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from segmentiq.testing.tables import THREE_GROUPS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FOCUSED = """() => {
  const one = document.activeElement;
  const shown = one.closest("label, .drop") ?? one;
  const outlines = [one, shown, one.closest(".method, .drop")].filter(Boolean).map((part) => getComputedStyle(part));
  const { left, top, width, height } = shown.getBoundingClientRect();
  return {
    name: (one.ariaLabel || one.labels?.[0]?.innerText || one.innerText || one.id || one.tagName).trim(),
    has_ring: outlines.some(({ outlineStyle, outlineWidth }) => outlineStyle !== "none" && parseFloat(outlineWidth) >= 2),
    is_hidden: width * height > 0 && !shown.contains(document.elementFromPoint(left + width / 2, top + height / 2)),
  };
}"""


def tab_to(page: Any, name: str, *, key: str = "Tab", most: int = 60) -> list[str]:
    """Press Tab until the control so named has the focus; each stop must show it and may not lie under something else."""
    passed: list[str] = []
    for _ in range(most):
        page.keyboard.press(key)
        stop = page.evaluate(FOCUSED)
        passed.append(stop["name"])
        assert stop["has_ring"], f"{stop['name']} does not show that it has the focus"
        assert not stop["is_hidden"], f"{stop['name']} has the focus under something else"
        if re.search(name, stop["name"]):
            return passed
    raise AssertionError(f"{name} is not reached by {key}; on the way: {passed}")


def upload(page: Any, folder: Path, text: str, name: str) -> None:
    path = folder / f"{name}.csv"
    path.write_text(text, encoding="utf-8")
    page.goto("/datasets/upload")
    page.set_input_files("input[type=file]", path)
    page.get_by_role("button", name="Upload and read").click()
    page.get_by_role("link", name="Segment these customers").wait_for()


def test_from_the_list_to_the_segments_by_keyboard_alone(page: Any, tmp_path: Path) -> None:
    upload(page, tmp_path, THREE_GROUPS, "By keyboard")
    page.goto("/datasets")
    assert tab_to(page, "Skip to the content") == ["Skip to the content"]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    tab_to(page, "^Name$")
    page.keyboard.type("by KEYBOARD")
    page.keyboard.press("Enter")
    page.wait_for_url("**search=by+KEYBOARD**")
    tab_to(page, "^By keyboard$")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="What each column holds").wait_for()
    tab_to(page, "^Segment these customers$")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Segment 48 customers").wait_for()
    tab_to(page, "^region")
    page.keyboard.press("Space")
    page.get_by_text("2 of 3 columns chosen").wait_for()
    tab_to(page, "^Ward")
    page.keyboard.press("ArrowRight")
    assert page.locator("input[name=linkage]:checked").input_value() == "average"
    tab_to(page, "^Find the segments$")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="customers fall into").wait_for()


def test_the_menus_open_and_close_by_keyboard(page: Any) -> None:
    page.goto("/")
    tab_to(page, "^olga$")
    page.keyboard.press("Enter")
    assert page.get_by_role("link", name="Access tokens").is_visible()
    tab_to(page, "^Sign out$")
    page.keyboard.press("Escape")
    assert not page.get_by_role("link", name="Access tokens").is_visible()


def test_the_forecast_follows_the_choices_and_a_click_mends_them(page: Any, tmp_path: Path) -> None:
    upload(page, tmp_path, THREE_GROUPS, "Forecast")
    page.get_by_role("link", name="Segment these customers").click()
    page.get_by_text("Everything else").click()
    page.get_by_label("Distance").select_option("gower")
    page.get_by_text("Ward works with Euclidean distance only; Gower is chosen.").wait_for()
    page.get_by_role("button", name="Measure by Euclidean distance").click()
    page.locator("[data-forecast] .hush").wait_for()
    assert "the whole run about" in page.locator("[data-forecast]").inner_text()
    assert page.get_by_label("Distance").input_value() == "euclidean"
    assert page.evaluate("document.activeElement.innerText") == "Find the segments"
    page.get_by_label("Number of segments").fill("99")
    page.get_by_label("Number of segments").blur()
    page.get_by_role("button", name="Let the data decide how many").click()
    page.locator("[data-forecast] .hush").wait_for()
    assert page.locator("input[name=how_many]:checked").input_value() == "auto"


def test_a_forecast_that_cannot_be_reached_says_so(page: Any, tmp_path: Path) -> None:
    upload(page, tmp_path, THREE_GROUPS, "Unreachable")
    page.get_by_role("link", name="Segment these customers").click()
    page.route("**/forecast", lambda route: route.abort())
    page.get_by_role("button", name="None", exact=True).click()
    page.get_by_text("The forecast cannot be reached just now.").wait_for()


def test_a_column_is_found_among_many(page: Any, tmp_path: Path) -> None:
    head = ["customer_id", *(f"share of {number:03d}" for number in range(120))]
    rows = [",".join([f"C{row:03d}", *(str((row * 31 + column * 7) % 97) for column in range(120))]) for row in range(30)]
    upload(page, tmp_path, "\n".join([",".join(head), *rows]) + "\n", "Many columns")
    page.get_by_role("link", name="Segment these customers").click()
    tally = page.locator("[data-tally]")
    page.get_by_role("button", name="None", exact=True).click()
    assert tally.inner_text() == "0 of 120 columns chosen"
    page.get_by_text("No column is chosen. Choose at least one").wait_for()
    page.get_by_label("Find a column").fill("SHARE 11")
    assert page.locator(".pick:visible").count() == 11
    page.get_by_role("button", name="All", exact=True).click()
    assert tally.inner_text() == "11 of 120 columns chosen"
    page.get_by_label("Find a column").fill("nothing so called")
    page.get_by_text("No column is called so.").wait_for()
    page.get_by_text("the whole run about").wait_for()
    page.get_by_role("button", name="Find the segments").click()
    page.get_by_role("heading", name="customers fall into").wait_for()


def test_paper_is_white_and_ink_is_dark_whatever_the_screen_shows(page: Any) -> None:
    page.goto("/datasets")
    page.get_by_role("button", name="Dark colours").click()
    dark = page.evaluate("getComputedStyle(document.body).color")
    page.emulate_media(media="print", color_scheme="dark")
    ink, paper = page.evaluate("(({ color, backgroundColor }) => [color, backgroundColor])(getComputedStyle(document.body))")
    assert paper == "rgb(255, 255, 255)"
    assert ink != dark
    assert max(map(int, re.findall(r"\d+", ink))) < 80
    for hidden in (".masthead", ".search", ".colophon a", ".actions"):
        assert not page.locator(hidden).first.is_visible()
    assert page.locator(".colophon span").is_visible()
