"""The tree in a real browser: dragged, stepped, split, merged, opened and rescaled, by pointer and keys; and without a script."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from segmentiq.testing.browsers import Site, signed_in, upload_and_segment
from segmentiq.testing.tables import three_groups

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MADE: dict[str, str] = {}
"""Site to the address of its run, which the first test makes."""
DATA = "JSON.parse(document.getElementById('run-data').textContent)"
RECOLOUR_MS = 50
"""What a moved cut may take on an idle machine; this one is shared, so the median must take four times as much to fail."""
DRAG = """async (distances) => {
  const line = document.querySelector("[data-cut]");
  const end = line.querySelector("circle").getBoundingClientRect();
  const event = (type, y) => new PointerEvent(type, { bubbles: true, clientX: end.x, clientY: y, pointerId: 1 });
  const fire = (type, y) => line.dispatchEvent(event(type, y));
  line.setPointerCapture = () => {};
  fire("pointerdown", end.y);
  const took = [];
  for (const distance of distances) {
    const started = performance.now();
    fire("pointermove", end.y - distance);
    took.push(performance.now() - started);
    await new Promise((next) => requestAnimationFrame(next));
  }
  fire("lostpointercapture", end.y);
  return took.sort((a, b) => a - b);
}"""


@pytest.fixture
def tree(page: Any, site: Site, tmp_path: Path) -> Any:
    """Open the page of 192 customers in three groups: a tree that falls into up to fifty segments, cut into three."""
    if site.address not in MADE:
        table = tmp_path / "groups.csv"
        table.write_text(three_groups(per_group=60), encoding="utf-8")
        upload_and_segment(page, table, ["age", "spending"])
        MADE[site.address] = page.url
    open_at(page, site, "?k=3")
    page.locator("[data-tree]").scroll_into_view_if_needed()
    return page


def open_at(page: Any, site: Site, query: str = "") -> None:
    page.goto(MADE[site.address] + query)
    page.locator("[data-cut].is-live").wait_for(state="attached")


def spoken(page: Any) -> str:
    return str(page.locator("[data-cut]").get_attribute("aria-valuetext"))


def note(page: Any) -> str:
    return str(page.locator(".tree-note p").inner_text())


def tool(page: Any, name: str) -> Any:
    return page.locator(f"[data-do={name}]")


def is_offered(page: Any, name: str) -> bool:
    return tool(page, name).get_attribute("aria-disabled") is None


def select(page: Any, branch: int) -> None:
    page.locator(f"[data-area='{branch}']").dispatch_event("click")


def numbers_of(outline: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+\.?\d*", outline)]


def outlines(page: Any) -> list[list[float]]:
    found = page.locator("[data-drawn] path, .stairs, .cut-line, [data-clip]").evaluate_all(
        "all => all.map(one => one.getAttribute('d') ?? '')"
    )
    return [numbers_of(outline) for outline in found]


def test_the_line_is_dragged_with_colours_following_and_no_page_loaded(tree: Any) -> None:
    asked: list[str] = []
    tree.wait_for_load_state("networkidle")
    tree.on("request", lambda request: asked.append(request.url) if request.resource_type == "document" else None)
    box = tree.locator("[data-cut] circle").bounding_box()
    tree.mouse.move(box["x"] + 5, box["y"] + 5)
    tree.mouse.down()
    tree.mouse.move(box["x"] + 5, box["y"] + 2_000, steps=8)
    assert spoken(tree).startswith("50 segments, merge distance ")
    worn = tree.locator(".tuft").evaluate_all("all => all.map(one => /s\\d/.exec(one.getAttribute('class'))?.[0])")
    assert len(worn) == 50
    assert None not in worn
    tree.mouse.move(box["x"] + 5, -500, steps=8)
    tree.mouse.up()
    assert spoken(tree).startswith("2 segments")
    assert asked == []
    tree.wait_for_url("**?k=2")


def test_recolouring_fifty_segments_is_quick(tree: Any) -> None:
    took = tree.evaluate(DRAG, [60 * (step % 7) - 3 * step for step in range(40)])
    assert took[len(took) // 2] < 4 * RECOLOUR_MS, took


def test_the_line_is_stepped_by_keys_and_spoken(tree: Any) -> None:
    tree.locator("[data-cut]").focus()
    tree.keyboard.press("ArrowDown")
    assert re.fullmatch(r"4 segments, merge distance [\d.]+", spoken(tree))
    tree.keyboard.press("PageDown")
    assert spoken(tree).startswith("9 segments")
    tree.keyboard.press("End")
    assert spoken(tree).startswith("50 segments")
    tree.keyboard.press("ArrowDown")
    assert tree.locator("[data-cut]").get_attribute("aria-valuenow") == "50"
    tree.keyboard.press("Home")
    assert spoken(tree).startswith("2 segments")


def test_a_segment_is_split_merged_again_and_both_undone(tree: Any, site: Site) -> None:
    shown = tree.evaluate(f"{DATA}.shown")
    select(tree, shown[2])
    assert note(tree).startswith("Segment 3: ")
    tool(tree, "split").click()
    assert tree.locator(".step-value [data-k]").inner_text() == "4"
    picked = spoken(tree)
    tool(tree, "merge").click()
    assert spoken(tree).startswith("3 segments, merge distance")
    assert note(tree).startswith("Segment 3: ")
    tree.keyboard.press("Control+z")
    assert spoken(tree) == picked
    tool(tree, "undo").click()
    assert spoken(tree).startswith("3 segments, merge distance")
    assert not is_offered(tree, "undo")


def test_segments_at_different_heights_get_a_line_with_steps_and_an_address_that_draws_the_same(tree: Any, site: Site) -> None:
    open_at(tree, site, "?k=6")
    last = tree.evaluate(f"{DATA}.branches.filter(b => b.split === null).at(-1).parent")
    while not is_offered(tree, "split"):  # down to a segment: the one that holds the lowest merge
        select(tree, last)
        if not is_offered(tree, "split"):
            last = tree.evaluate(f"{DATA}.branches[{last}].parent")
    tool(tree, "split").click()
    assert spoken(tree) == "7 segments, picked by hand"
    assert tree.locator("[data-cut] text").text_content() == "7 segments, picked"
    live = outlines(tree)
    assert tree.locator(".cut-line").get_attribute("d").count("V") == 6
    tree.wait_for_url("**?branches=*")
    tree.reload()
    tree.locator("[data-cut].is-live").wait_for(state="attached")
    for ours, theirs in zip(live, outlines(tree), strict=True):
        assert ours == pytest.approx(theirs, abs=0.11)


def test_a_press_on_the_line_selects_the_branch_below_it(tree: Any) -> None:
    shown = tree.evaluate(f"{DATA}.shown")
    area = tree.locator(f"[data-area='{shown[0]}']").bounding_box()
    line = tree.locator(".cut-line").bounding_box()
    tree.mouse.click(area["x"] + area["width"] / 2, line["y"])
    assert tree.locator(f"[data-area='{shown[0]}']").get_attribute("aria-pressed") == "true"
    assert note(tree).startswith("Segment 1: ")


def test_pointing_at_a_branch_tells_who_is_in_it_and_nothing_jumps(tree: Any) -> None:
    before = tree.locator("[data-tree]").bounding_box()
    assert note(tree).startswith("Point at a branch")
    shown = tree.evaluate(f"{DATA}.shown")
    tree.locator(f"[data-area='{shown[1]}']").dispatch_event("pointerover")
    assert re.match(r"Segment 2: .+ 64 customers, 33.3 % · joined at merge distance [\d.]+ · ", note(tree))
    tree.locator("[data-area='0']").dispatch_event("pointerover")
    assert note(tree).startswith("Segments 1, 2 and 3 together")
    assert tree.locator("[data-tree]").bounding_box() == before


def test_branches_are_walked_split_and_opened_by_keys_alone(tree: Any) -> None:
    tree.locator("[data-area='0']").focus()
    tree.keyboard.press("ArrowDown")
    tree.keyboard.press("ArrowDown")
    first = tree.evaluate("document.activeElement.dataset.area")
    tree.keyboard.press("ArrowUp")
    assert tree.evaluate("document.activeElement.dataset.area") in ("1", "2")
    assert tree.locator(".branch-reach[tabindex='0']").count() == 1
    tree.locator(f"[data-area='{first}']").focus()
    tree.keyboard.press("Enter")
    assert tree.locator(".branch-reach[aria-pressed=true]").get_attribute("data-area") == first
    tool(tree, "open").focus()
    tree.keyboard.press("Enter")
    tree.locator(".opened").wait_for()
    assert tree.evaluate("document.activeElement.dataset.area") == first
    tree.keyboard.press("Escape")
    tree.locator(".opened").wait_for(state="detached")
    assert tree.evaluate("document.activeElement.dataset.area") == "0"


def test_a_branch_is_opened_down_to_single_customers_and_left_by_its_path(tree: Any) -> None:
    shown = tree.evaluate(f"{DATA}.shown")
    tree.locator(f"[data-area='{shown[0]}']").dispatch_event("dblclick")
    tree.locator(".opened").wait_for()
    assert tree.locator(".opened .tuft").count() == 40
    worn = f"limb s{tree.evaluate(f'{DATA}.branches[{shown[0]}].hue')}"
    assert set(tree.locator(".opened .limb").evaluate_all("all => all.map(one => one.getAttribute('class'))")) == {worn}
    below = tree.locator("[data-area]").evaluate_all("all => all.map(one => +one.dataset.area).filter(id => id > 98)")
    names = tree.locator("[data-path] li")
    assert names.all_inner_texts() == ["All 192 customers", "Segment 1: " + tree.evaluate(f"{DATA}.branches[{shown[0]}].name")]
    tree.locator(f"[data-area='{below[0]}']").dispatch_event("pointerover")
    assert note(tree).startswith("Part of segment 1 ")
    tree.get_by_role("link", name="One segment more").click()
    assert tree.locator(".step-value [data-k]").inner_text() == "4"
    tree.get_by_role("button", name="All 192 customers").click()
    tree.locator(".opened").wait_for(state="detached")
    tree.goto(tree.url.partition("?")[0] + "?k=50")
    tree.locator("[data-area='1']").dispatch_event("dblclick")
    tree.locator(".opened-cut[d^=M]").wait_for(state="attached")


def test_the_scale_of_heights_is_switched_told_and_remembered(tree: Any) -> None:
    linear = outlines(tree)
    title = tree.locator("[data-axis] text").first
    for words, said in (("Square root", ", square root"), ("Log", ", logarithm")):
        tree.get_by_role("radio", name=words).check(force=True)
        assert title.text_content() == f"merge distance (Ward){said}"
        changed = outlines(tree)
        assert changed != linear
        ticks = [float(tick.replace(",", "")) for tick in tree.locator("[data-axis] text").all_text_contents()[1:]]
        assert len(ticks) >= 3
    tree.reload()
    tree.locator("[data-cut].is-live").wait_for(state="attached")
    assert tree.get_by_role("radio", name="Log").is_checked()
    assert outlines(tree) == changed
    tree.get_by_role("radio", name="Linear").check(force=True)
    for ours, theirs in zip(outlines(tree), linear, strict=True):
        assert ours == pytest.approx(theirs, abs=0.11)


def test_the_ladder_tells_and_chooses_a_number_of_segments(tree: Any) -> None:
    box = tree.locator(".ladder-reach").bounding_box()
    tree.mouse.move(box["x"] + 10, box["y"] + 30)
    told = re.match(r"(\d+) segments wherever the cut lies between the merge distances [\d.,]+ and [\d.,]+\.", note(tree))
    assert told
    tree.mouse.down()
    tree.mouse.up()
    assert spoken(tree).startswith(f"{told[1]} segments")


def test_the_table_of_merges_follows_the_cut(tree: Any) -> None:
    tree.get_by_text("The merges as a table").click()
    places = tree.locator("[data-place-of]")
    assert places.count() == 49
    assert places.all_inner_texts()[:2] == ["above the cut", "above the cut"]
    tree.locator("[data-cut]").focus()
    tree.keyboard.press("Home")
    assert places.all_inner_texts()[:2] == ["above the cut", "in segment 1"]


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_the_tree_is_downloaded_as_it_is_shown(tree: Any, tmp_path: Path, kind: str) -> None:
    tree.locator(".tree-head summary").click()
    with tree.expect_download() as download:
        tree.get_by_role("button", name=f"As it is shown, {kind.upper()}").click()
    download.value.save_as(tmp_path / f"tree.{kind}")
    content = (tmp_path / f"tree.{kind}").read_bytes()
    assert content.startswith(b"\x89PNG" if kind == "png" else b"<svg")
    assert kind == "png" or b"merge distance (Ward)" in content


def test_customers_circled_on_the_map_are_shown_under_their_branches(tree: Any) -> None:
    tree.get_by_role("button", name="Circle customers").click()
    canvas = tree.locator("[data-view=map] canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    left, top, right, bottom = box["x"] + 2, box["y"] + 2, box["x"] + box["width"] - 2, box["y"] + box["height"] - 2
    tree.mouse.move(left, top)
    tree.mouse.down()
    for x, y in ((right, top), (right, bottom), (left, bottom), (left, top)):
        tree.mouse.move(x, y, steps=4)
    tree.mouse.up()
    tree.locator(".picked rect").nth(49).wait_for(state="attached")
    assert note(tree) == "192 picked customers: 68 in segment 1, 64 in segment 2, 60 in segment 3"


def test_without_a_script_the_tree_is_drawn_for_the_cut_of_the_address(tree: Any, browser: Any, site: Site) -> None:
    picked = tree.evaluate(f"{DATA}.shown")
    own = tree.evaluate(f"{DATA}.branches[{picked[2]}].split")
    asked = ",".join(map(str, [*picked[:2], 2 * own - 1, 2 * own]))
    with signed_in(browser, site, java_script_enabled=False) as page:
        page.goto(f"{MADE[site.address]}?branches={asked}")
        assert len(page.locator(".tree-labels text").all_text_contents()) == 8
        assert page.locator(".limb title").count() > 4
        assert page.locator("[data-cut] text").text_content().startswith("4 segments")
        assert not page.locator("[data-tools]").is_visible()
        page.get_by_role("link", name="One segment more").click()
        assert page.locator("[data-cut] text").text_content() == "5 segments"
