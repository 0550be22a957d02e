"""The result page in a real browser: names, colours, undo, figures and files; what it weighs, and how it is printed."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from segmentiq.testing.browsers import Site, signed_in, upload_and_segment
from segmentiq.testing.tables import three_groups

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MADE: dict[str, str] = {}
"""Site to the address of its run, which the first test makes."""
MOST_BYTES = 300_000
COLOURS = """() => {
  const told = new Map();
  for (const shape of document.querySelectorAll("[data-tree] .band")) {
    const colour = [...shape.classList].find((name) => /^s\\d$/.test(name));
    told.set(colour, (told.get(colour) ?? 0) + Number(shape.getAttribute("width")));
  }
  return [...told.keys()].sort();
}"""


@pytest.fixture
def result(page: Any, site: Site, tmp_path: Path) -> Any:
    """Open the page of 192 customers, cut into three segments."""
    if site.address not in MADE:
        table = tmp_path / "people.csv"
        table.write_text(three_groups(per_group=60), encoding="utf-8")
        upload_and_segment(page, table, ["age", "spending"])
        MADE[site.address] = page.url.split("?")[0]
    open_at(page, site, "?k=3")
    return page


def open_at(page: Any, site: Site, query: str = "") -> None:
    page.goto(MADE[site.address] + query)
    page.locator("[data-cut].is-live").wait_for(state="attached")


def first_card(page: Any) -> Any:
    return page.locator("[data-card]").first


def test_a_segment_is_named_and_coloured_in_place_and_keeps_both(result: Any, site: Site) -> None:
    card = first_card(result)
    card.get_by_text("Name, note and colour").click()
    card.get_by_label("Name", exact=True).fill("Gold <b>customers</b>")
    card.get_by_label("Note").fill("Write to them in May.")
    card.get_by_label("Colour 7").check(force=True)
    card.get_by_role("button", name="Save").click()
    result.get_by_role("button", name="Gold <b>customers</b>").wait_for()
    assert "s7" in (card.get_attribute("class") or "")
    assert "s7" in result.evaluate(COLOURS)
    assert card.get_by_text("Write to them in May.").first.is_visible()

    result.get_by_role("link", name="One segment fewer").click()
    result.get_by_role("link", name="One segment more").click()
    first_card(result).get_by_role("button", name="Gold <b>customers</b>").wait_for()
    open_at(result, site, "?k=3")
    first_card(result).get_by_role("button", name="Gold <b>customers</b>").wait_for()
    assert "s7" in (first_card(result).get_attribute("class") or "")


def test_a_change_of_the_cut_is_undone_by_keys_and_by_a_button(result: Any) -> None:
    result.get_by_role("link", name="One segment more").click()
    result.get_by_role("link", name="One segment more").click()
    assert result.locator(".step-value [data-k]").inner_text() == "5"
    result.keyboard.press("Control+z")
    assert result.locator(".step-value [data-k]").inner_text() == "4"
    result.locator("[data-undo-cut]").click()
    assert result.locator(".step-value [data-k]").inner_text() == "3"
    assert result.locator("[data-undo-cut]").is_hidden()


def test_a_cut_that_is_kept_is_the_answer_until_that_is_taken_back(result: Any, site: Site) -> None:
    open_at(result, site)
    before = int(result.locator(".step-value [data-k]").inner_text())
    result.get_by_role("link", name="One segment more").click()
    result.get_by_role("button", name="Keep this cut").click()
    result.get_by_text(f"{before + 1} segments are kept as this run's answer.").wait_for()
    open_at(result, site)
    assert result.locator(".step-value [data-k]").inner_text() == str(before + 1)
    result.get_by_role("button", name="Back to the answer kept before").click()
    result.get_by_text(f"{before} segments are this run's answer again.").wait_for()
    assert result.locator(".step-value [data-k]").inner_text() == str(before)


def test_a_segment_chosen_on_its_card_is_chosen_everywhere(result: Any) -> None:
    choose = first_card(result).locator("[data-choose]")
    choose.focus()
    result.keyboard.press("Enter")
    assert choose.get_attribute("aria-pressed") == "true"
    assert result.locator(".profiles .is-chosen").count() > 1
    assert result.locator("#snake .is-faint").count() == 2
    result.keyboard.press("Enter")
    assert choose.get_attribute("aria-pressed") == "false"


def test_the_segments_are_named_under_the_sentence_and_lead_to_their_cards(result: Any, site: Site) -> None:
    lines = result.locator("[data-glance] li")
    assert lines.count() == 3
    result.get_by_role("link", name="One segment more").click()
    result.locator("[data-glance] li").nth(3).wait_for()
    result.locator("[data-card]").nth(3).wait_for(state="attached")
    names = [name.inner_text() for name in result.locator("[data-card] [data-choose]").all()]
    assert [line.locator(".glance-name").inner_text() for line in lines.all()] == names
    lines.nth(3).locator("a").click()
    assert result.url.endswith(f"#{result.locator('[data-card]').nth(3).get_attribute('id')}")
    open_at(result, site, "?k=20")
    assert lines.count() == 8
    assert result.get_by_role("link", name="All 20 segments").is_visible()


def test_the_titles_of_tree_and_map_follow_the_cut(result: Any, site: Site) -> None:
    titles = [result.locator(f"[data-title={figure}]") for figure in ("tree", "map")]
    open_at(result, site, "?k=2")
    assert titles[0].inner_text() == "The customers part into 2 segments"
    result.get_by_role("link", name="One segment more").click()
    result.wait_for_function("document.querySelector('[data-title=tree]').textContent.includes('differ')")
    moved = [title.inner_text() for title in titles]
    open_at(result, site, "?k=3")
    assert [title.inner_text() for title in titles] == moved


def test_a_customer_is_looked_for_from_the_top_of_the_page(result: Any) -> None:
    result.get_by_role("link", name="Find a customer").click()
    assert result.evaluate("document.activeElement.id") == "lookup-id"


def test_the_profile_table_shows_averages_or_an_index(result: Any) -> None:
    row = result.locator("[data-profile-row]").first
    everybody = row.locator("td").first
    average = everybody.inner_text()
    result.get_by_label("Index, where the average customer is 100").check()
    assert everybody.inner_text() == "100"
    told = [int(cell.inner_text().replace(",", "")) for cell in row.locator("td").all()[1:]]
    assert min(told) < 100 < max(told)
    result.get_by_label("Averages", exact=True).check()
    assert everybody.inner_text() == average


def test_the_figures_follow_a_cut_that_has_come_to_rest_and_can_be_saved(result: Any, tmp_path: Path) -> None:
    result.locator("#silhouettes").scroll_into_view_if_needed()
    assert result.locator("#silhouettes .silhouette").count() == 3
    with result.expect_response("**/figures?k=4"):
        result.evaluate("document.querySelector('[data-step=\"1\"]').click()")
    result.locator("#silhouettes .silhouette").nth(3).wait_for()
    assert result.locator("#snake .snake-line").count() == 4

    for place, kind in product(("#silhouettes", "[data-view=map]"), ("SVG", "PNG")):
        menu = result.locator(f"{place} [data-download]")
        menu.locator("summary").click()
        with result.expect_download() as download:
            menu.get_by_role("button", name=kind).click()
        saved = tmp_path / f"figure.{kind}"
        download.value.save_as(saved)
        content = saved.read_bytes()
        if kind == "PNG":
            assert content.startswith(b"\x89PNG")
        else:
            assert b"light-dark(" not in content
            drawing = ElementTree.fromstring(content)
            assert drawing.tag.endswith("svg")
            assert drawing.get("visibility") == "visible"


def test_a_page_of_fifty_segments_weighs_little(result: Any, site: Site) -> None:
    session = result.context.new_cdp_session(result)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    open_at(result, site, "?k=50")
    result.wait_for_load_state("networkidle")
    assert len(sizes) > 10
    assert sum(sizes) <= MOST_BYTES


def test_without_a_script_a_picked_cut_is_drawn_by_the_server(browser: Any, site: Site, result: Any) -> None:
    branches = result.evaluate(
        "(() => { const { branches } = JSON.parse(document.getElementById('run-data').textContent);"
        " const two = branches.filter((b) => b.born === 1).sort((a, b) => b.split - a.split);"
        " return [two[1].id, 2 * two[0].split - 1, 2 * two[0].split]; })()"
    )
    with signed_in(browser, site, java_script_enabled=False) as plain:
        plain.goto(f"{MADE[site.address]}?branches={','.join(map(str, branches))}")
        assert plain.locator("[data-card]").count() == 3
        assert plain.locator("#silhouettes .silhouette").count() == 3
        plain.get_by_role("button", name="Keep this cut").click()
        plain.get_by_text("3 segments are kept as this run's answer.").wait_for()
        plain.get_by_role("button", name="Back to the answer kept before").click()


def test_the_printed_page_is_a_report(result: Any, tmp_path: Path) -> None:
    result.emulate_media(media="print")
    for control in (".masthead nav", "[data-stepper]", ".naming", "[data-download]", ".contents"):
        for place in result.locator(control).all():
            assert place.is_hidden(), control
    assert result.locator("[data-card]").count() == 3
    assert result.locator("[data-tree]").is_visible()
    assert result.locator("#report dl").is_visible()
    assert not result.locator("#customers").is_visible()
    assert not result.get_by_text("Name, note and colour").first.is_visible()
    tree, sheet = (result.locator(place).bounding_box() for place in ("[data-tree]", "main"))
    assert tree["x"] + tree["width"] <= sheet["x"] + sheet["width"] + 1
    paper = tmp_path / "report.pdf"
    result.pdf(path=paper)
    assert paper.read_bytes().startswith(b"%PDF")
