"""The map and the look-up in a real browser: circle, zoom, point, recolour, find, and all of it without a script."""

from __future__ import annotations

import math
import random
from pathlib import Path
from typing import Any

import pytest

from segmentiq.testing.browsers import WAIT_MS, Site, sign_in, signed_in, upload_and_segment
from segmentiq.testing.tables import THREE_GROUPS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

COLUMNS = ["age", "spending"]
RECOLOUR_MS = 8.0
TIMED = """async () => {
  const times = [];
  const frame = requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (paint) => frame((now) => {
    const start = performance.now();
    paint(now);
    times.push(performance.now() - start);
  });
  for (let i = 0; i < 30; i += 1) {
    document.querySelector(`[data-step="${i % 2 ? -1 : 1}"]`).click();
    await new Promise((done) => setTimeout(done, 60));
  }
  return times;
}"""
"""How long every frame in which something is drawn takes while the number of segments goes up and down."""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "groups.csv"
    path.write_text(THREE_GROUPS, encoding="utf-8")
    return path


MADE: dict[str, str] = {}
"""By site, the address of the result that all tests look at: none of them changes it."""


@pytest.fixture
def result(page: Any, site: Site, table: Path) -> Any:
    """Open the result of 48 customers in three groups."""
    if site.address in MADE:
        page.goto(MADE[site.address])
    else:
        upload_and_segment(page, table, COLUMNS)
        MADE[site.address] = page.url
    page.locator(".map-canvas").scroll_into_view_if_needed()
    return page


def corners(page: Any) -> dict[str, float]:
    return page.locator(".map-canvas").bounding_box()  # type: ignore[no-any-return]


def circle(page: Any, share: float = 0.5) -> None:
    """Draw a ring around the middle of the map, as wide and high as this share of it."""
    page.get_by_role("button", name="Circle customers").click()
    box = corners(page)
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for step in range(33):
        angle = 2 * math.pi * step / 32
        x = middle[0] + share * box["width"] * math.cos(angle)
        y = middle[1] + share * box["height"] * math.sin(angle)
        page.mouse.move(
            min(max(x, box["x"] + 1), box["x"] + box["width"] - 1), min(max(y, box["y"] + 1), box["y"] + box["height"] - 1)
        )
        if step == 0:
            page.mouse.down()
    page.mouse.up()


def picture(page: Any) -> str:
    return page.evaluate("() => document.querySelector('.map-canvas').toDataURL()")  # type: ignore[no-any-return]


def test_circled_customers_are_told(result: Any) -> None:
    circle(result, 0.75)
    who = result.locator("[data-map-who]")
    result.get_by_role("heading", name="You circled 48 of the 48 customers on the map").wait_for()
    assert who.locator("[data-who-segments] li").count() == 3
    who.get_by_text("Close to the average of all customers in every column.").wait_for()
    who.locator("[data-who-names] a").nth(11).wait_for()
    assert "and 36 more." in who.locator("[data-who-names]").inner_text()
    assert result.get_by_role("button", name="Circle customers").get_attribute("aria-pressed") == "false"
    result.get_by_role("button", name="Clear").click()
    assert not who.is_visible()


def test_a_segment_is_chosen_by_keyboard(result: Any) -> None:
    before = picture(result)
    result.get_by_label("Show on the map").select_option(index=2)
    result.get_by_role("heading", name="16 of the 48 customers on the map are in this segment").wait_for()
    assert result.locator("[data-who-facts] li").count() > 0
    assert picture(result) != before
    result.get_by_label("Show on the map").select_option(label="Everyone")
    assert not result.locator("[data-map-who]").is_visible()


def test_the_map_zooms_by_buttons_wheel_and_keys_and_leaves_scrolling_alone(result: Any) -> None:
    whole = picture(result)
    closer = result.get_by_role("button", name="Zoom in")
    closer.click()
    result.wait_for_function("() => !document.querySelector('[data-map-zoom=all]').disabled")
    near = picture(result)
    assert near != whole
    canvas = result.locator(".map-canvas")
    canvas.focus()
    result.keyboard.press("ArrowRight")
    result.wait_for_timeout(100)
    assert picture(result) != near
    result.keyboard.press("0")
    result.wait_for_function("() => document.querySelector('[data-map-zoom=all]').disabled")
    assert picture(result) == whole
    canvas.hover()
    top = result.evaluate("scrollY")
    result.mouse.wheel(0, 120)
    result.wait_for_function("(top) => scrollY > top", arg=top)
    assert result.locator("[data-map-zoom=all]").is_disabled()
    canvas.hover()
    result.keyboard.down("Control")
    result.mouse.wheel(0, -200)
    result.keyboard.up("Control")
    result.wait_for_function("() => !document.querySelector('[data-map-zoom=all]').disabled")


def test_pointing_names_the_segment_and_the_customer(result: Any) -> None:
    box = corners(result)
    place = result.evaluate("""() => {
      const [, x, y] = document.querySelector("path.dots").getAttribute("d").match(/M(\\d+) (\\d+)h0/).map(Number);
      const [, , width] = document.querySelector("svg.map").getAttribute("viewBox").split(" ").map(Number);
      return [x / width, y / width];
    }""")
    x, y = box["x"] + place[0] * box["width"], box["y"] + place[1] * box["width"]
    result.mouse.move(x, y)
    tip = result.locator("[data-map-tip]")
    result.wait_for_function("() => /^.+, segment [123]/.test(document.querySelector('[data-map-tip]').textContent)")
    name = tip.inner_text().split(",")[0]
    result.mouse.click(x, y)
    answer = result.locator("[data-lookup-answer] h3")
    answer.wait_for()
    assert answer.inner_text() == name


def test_a_customer_is_found_in_place_and_shown_on_the_map(result: Any) -> None:
    asked = THREE_GROUPS.splitlines()[20].split(",")[0]
    before = picture(result)
    result.get_by_label("Identifier, or the row number").fill(asked)
    result.get_by_role("button", name="Find", exact=True).click()
    result.get_by_role("heading", name=asked, exact=True).wait_for()
    assert result.locator(".near li").count() == 5
    assert "/runs/" in result.url
    assert "customer" not in result.url
    assert picture(result) != before
    result.locator(".near a").first.click()
    result.wait_for_function("(name) => document.querySelector('[data-lookup-answer] h3').textContent !== name", arg=asked)
    result.get_by_label("Identifier, or the row number").fill("nobody-at-all")
    result.keyboard.press("Enter")
    result.get_by_text("None of the 48 rows has exactly this").wait_for()


def test_the_dark_map_is_painted_anew(result: Any) -> None:
    light = picture(result)
    result.get_by_role("button", name="Dark colours").click()
    result.wait_for_timeout(200)
    assert picture(result) != light


def test_a_moved_cut_recolours_five_thousand_dots_within_a_frame(browser: Any, site: Site, tmp_path: Path) -> None:
    draw = random.Random(5)
    rows = (f"c{i},{draw.gauss(i % 6 * 10, 2):.2f},{draw.gauss(i % 3 * 9, 2):.2f}" for i in range(6_000))
    table = tmp_path / "many.csv"
    table.write_text("customer_id,age,spending\n" + "\n".join(rows) + "\n", encoding="utf-8")
    with signed_in(browser, site) as page:
        page.set_default_timeout(5 * WAIT_MS)
        upload_and_segment(page, table, COLUMNS)
        page.locator(".map-canvas").scroll_into_view_if_needed()
        page.get_by_text("5,000 of 6,000 customers, drawn from every branch").wait_for()
        times = sorted(page.evaluate(TIMED))
        assert len(times) >= 15
        assert times[len(times) // 10] <= RECOLOUR_MS, times
        drawing = page.evaluate(
            "[...document.querySelectorAll('path.dots')].reduce((sum, path) => sum + path.outerHTML.length, 0)"
        )
        assert drawing <= 66_000


def test_everything_is_there_without_a_script(browser: Any, site: Site, table: Path) -> None:
    context = browser.new_context(base_url=site.address, java_script_enabled=False)
    page = context.new_page()
    sign_in(page)
    upload_and_segment(page, table, COLUMNS)
    assert page.locator("svg.map path.dots").count() >= 3
    assert page.locator(".map-labels text").all_text_contents() == ["1", "2", "3"]
    assert not page.locator("[data-map-tools]").is_visible()
    asked = THREE_GROUPS.splitlines()[7].split(",")[0]
    page.get_by_label("Identifier, or the row number").fill(asked)
    page.get_by_role("button", name="Find", exact=True).click()
    page.get_by_role("heading", name=asked, exact=True).wait_for()
    page.locator(".near a").first.click()
    page.get_by_text("Most alike").wait_for()
    page.locator(".customer header a").click()
    heading = page.get_by_role("heading", name="customers in segment").inner_text()
    assert page.locator("table.customers tbody tr").count() == int(heading.split()[0])
    context.close()
