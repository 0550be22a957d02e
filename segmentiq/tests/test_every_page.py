"""Every page in every state, in a real browser: nothing blocked, nothing fetched elsewhere, nothing that a person cannot reach.

One walk, because starting the product takes longer than looking at a page of it. Each page is looked at in light and dark colours
by axe (WCAG 2.2 A and AA), and made as narrow as 200 % and 400 % zoom make it, where it may not scroll sideways.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.template.loader import render_to_string

from segmentiq.testing import states
from segmentiq.testing.browsers import WAIT_MS, Site, running, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LOGO = "https://cdn.redoc.ly/redoc/logo-mini.svg"
"""ReDoc asks for its maker's logo, which the policy blocks, so that nobody hears who reads the reference."""
WIDTHS = (640, 320)
"""What a window of 1280 pixels leaves at 200 and at 400 per cent."""

THEIRS = {
    # The filter's links of Django's change lists stand closer than 24 pixels; links in its breadcrumbs are told by colour.
    "admin": ("target-size", "link-in-text-block"),
    # Django REST framework writes <html> without a language, a caret without a name, pale breadcrumbs, and boxes that scroll.
    "browsable API": ("html-has-lang", "button-name", "color-contrast", "scrollable-region-focusable"),
    # Swagger UI paints descriptions pale, and nests a link and buttons in the button that opens an operation.
    "Swagger UI": ("color-contrast", "nested-interactive", "target-size"),
    # ReDoc folds its examples with toggles a line high; whose contrast depends on what is behind, so axe takes half a minute.
    "ReDoc": ("target-size", "color-contrast"),
}
"""Rules of axe that pages of other makers break, and that only they can mend."""

LOOK = """async ([tags, only, allowed, within]) => {
  const moving = document.getAnimations().filter((one) => one.effect.getTiming().iterations < 9);
  await Promise.all(moving.map((one) => one.finished));
  const runOnly = only ? { type: "rule", values: [only] } : { type: "tag", values: tags };
  const rules = Object.fromEntries(only ? [] : allowed.map((name) => [name, { enabled: false }]));
  const { violations } = await axe.run(within, { runOnly, rules, preload: false, resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(" ")} ${node.failureSummary}`));
}"""
LISTEN = """
window.blocked = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.blocked.push(`${event.effectiveDirective}: ${event.blockedURI} ${event.sourceFile}`);
});
"""


@dataclass
class Walk:
    """A browser on the way through the product, and what was wrong where."""

    page: Any
    address: str
    axe: str
    wrong: list[str] = field(default_factory=list)
    seen: list[tuple[float, str]] = field(default_factory=list)

    def visit(self, path: str, state: str, *, allowed: tuple[str, ...] = (), is_ours: bool = True) -> None:
        self.page.goto(path)
        self.look(state, allowed=allowed, is_ours=is_ours)

    def look(self, state: str, *, allowed: tuple[str, ...] = (), is_ours: bool = True, within: str = "html") -> None:
        """Look at the page as it is; `allowed` are the rules that a page, or what is not `within`, of others' making breaks."""
        began = time.monotonic()
        self.page.evaluate(self.axe)
        found = self.page.evaluate(LOOK, [TAGS, None, allowed, within])
        if "color-contrast" not in allowed:
            self.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
            found += [f"dark {line}" for line in self.page.evaluate(LOOK, [TAGS, "color-contrast", allowed, within])]
            self.page.emulate_media(color_scheme="light", reduced_motion="reduce")
        found += [f"blocked {line}" for line in self.page.evaluate("window.blocked") if LOGO not in line]
        if is_ours:
            found += self._too_wide()
        self.wrong += [f"{state}: {line}" for line in found]
        self.seen.append((time.monotonic() - began, state))

    def _too_wide(self) -> list[str]:
        before, found = self.page.viewport_size, []
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 800})
            needed = self.page.evaluate("document.documentElement.scrollWidth")
            if needed > width:
                found.append(f"{needed} pixels wide in a window of {width}")
        self.page.set_viewport_size(before)
        return found


@pytest.fixture(scope="module")
def idle_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Start the product without a worker, so that what waits goes on waiting."""
    with running(tmp_path_factory.mktemp("idle"), has_worker=False) as site:
        yield site


def test_every_page_can_be_reached_by_everybody_and_is_blocked_nowhere(browser: Any, idle_site: Site) -> None:
    from axe_playwright_python.base import AXE_SCRIPT

    began = time.monotonic()
    context = browser.new_context(
        base_url=idle_site.address, viewport={"width": 1280, "height": 900}, reduced_motion="reduce", color_scheme="light"
    )
    context.add_init_script(LISTEN)
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    walk = Walk(page=page, address=idle_site.address, axe=AXE_SCRIPT)
    page.on("request", lambda request: None if is_here(request.url, walk.address) else walk.wrong.append(f"asked {request.url}"))
    page.on("pageerror", lambda error: walk.wrong.append(f"{page.url}: {error}"))
    before_signing_in(walk)
    sign_in(page)
    before_the_first_upload(walk)
    found = states.call(idle_site.env, "fill", "olga")
    without_a_worker(walk, found)
    states.call(idle_site.env, "start_worker", "preparing")
    walk.visit(found["run waiting"], "run waiting while the engine is prepared")
    states.call(idle_site.env, "start_worker", "ready")
    with_a_worker(walk, found)
    errors(walk)
    of_other_makers(walk, found)
    context.close()
    slowest = ", ".join(f"{state} {seconds:.1f} s" for seconds, state in sorted(walk.seen, reverse=True)[:5])
    print(f"{len(walk.seen)} pages seen in {time.monotonic() - began:.0f} s; the slowest: {slowest}")
    assert not walk.wrong, "\n".join(walk.wrong)


def is_here(url: str, address: str) -> bool:
    return url.startswith((f"{address}/", "data:", "blob:")) or url == LOGO


def before_signing_in(walk: Walk) -> None:
    walk.visit("/account/login/", "sign-in")
    walk.page.fill("input[name=login]", "olga")
    walk.page.fill("input[name=password]", "not it")
    walk.page.get_by_role("button", name="Sign in").click()
    walk.page.locator("[role=alert], .wrong").first.wait_for()
    walk.look("sign-in refused")
    walk.visit("/account/signup/", "sign-up, which is closed")


def before_the_first_upload(walk: Walk) -> None:
    for path, state in (("/", "home"), ("/datasets", "datasets"), ("/runs", "runs"), ("/account/tokens", "tokens")):
        walk.visit(path, f"{state}, empty")
    walk.visit("/datasets/upload", "upload")


def without_a_worker(walk: Walk, found: dict[str, str]) -> None:
    for state in ("dataset reading", "orders reading", "run waiting"):
        walk.visit(found[state], f"{state}, no worker")


def with_a_worker(walk: Walk, found: dict[str, str]) -> None:
    for state, path in found.items():
        walk.visit(path, state)
    ready, orders, done = found["dataset ready"], found["dataset orders"], found["run done"]
    walk.visit("/", "home")
    for path in ("/datasets", "/runs"):
        walk.visit(path, f"list {path}")
        walk.visit(f"{path}?search=nothing-is-called-so", f"list {path} with nothing that matches")
    walk.visit(f"{ready}?change=2", "dataset with a column's form open")
    walk.visit(f"{ready}/delete", "delete a dataset")
    walk.visit(f"{orders}/customers", "turn orders into customers")
    walk.visit(f"{done}?k=5", "another cut")
    walk.visit(f"{done}/customers?segment=1", "customers of a segment")
    walk.visit(f"{done}/customer?row=1", "one customer")
    walk.visit(f"{done}/delete", "delete a run")
    walk.visit(f"{ready}/segment", "new run")
    walk.page.locator("details.fold").evaluate_all("folds => folds.forEach((fold) => { fold.open = true; })")
    walk.look("new run, everything open")
    walk.page.locator("input[name=columns]").evaluate_all("boxes => boxes.forEach((box) => { box.checked = false; })")
    walk.page.get_by_role("button", name="Find the segments").click()
    walk.page.locator("[role=alert]").first.wait_for()
    walk.look("new run refused")
    account(walk)


def account(walk: Walk) -> None:
    walk.visit("/account/tokens", "tokens")
    walk.page.get_by_role("button", name="Make a token").click()
    walk.page.locator(".secret").wait_for()
    walk.look("a fresh token")
    walk.page.locator("[data-menu] > summary").first.click()
    walk.look("the account's menu open")
    walk.visit("/account/password/change/", "change the password")
    walk.visit("/account/reauthenticate/", "say the password again")
    walk.visit("/account/email/", "addresses")
    walk.visit("/account/logout/", "sign out")


def errors(walk: Walk) -> None:
    """Meet every page that says no. What needs a broken site is drawn here and looked at under the site's own address."""
    walk.visit("/nothing/here", "404")
    walk.visit("/admin/datasets/dataset/add/", "403")
    send_form(walk, "/account/tokens", fields=0)
    walk.look("403, an old form")
    send_form(walk, "/account/tokens", fields=1100)
    walk.look("400")
    send_form(walk, "/account/tokens", fields=1, size=2**21)
    walk.look("413")
    for name in ("500.html", "503.html"):
        walk.page.route(f"**/{name}", lambda route: route.fulfill(body=render_to_string(route.request.url.rsplit("/", 1)[1])))
        walk.visit(f"/{name}", name)


def send_form(walk: Walk, path: str, *, fields: int, size: int = 1) -> None:
    """Send a form that no page of ours has."""
    with walk.page.expect_navigation():
        walk.page.evaluate(
            """([path, fields, size]) => {
              const form = Object.assign(document.createElement("form"), { method: "post", action: path });
              for (let index = 0; index < fields; index += 1) {
                form.append(Object.assign(document.createElement("input"), { name: `f${index}`, value: "x".repeat(size) }));
              }
              document.body.append(form);
              form.submit();
            }""",
            [path, fields, size],
        )


def of_other_makers(walk: Walk, found: dict[str, str]) -> None:
    """Look at the pages that came with the packages, except for what is theirs to mend (see `THEIRS`)."""
    run = found["run done"].removeprefix("/runs/")
    admin(walk, run, found["dataset ready"].removeprefix("/datasets/"))
    for path in ("/api/v1/", "/api/v1/datasets", "/api/v1/clustering/runs", f"/api/v1/clustering/runs/{run}"):
        walk.visit(path, f"browsable {path.replace(run, '<id>')}", allowed=THEIRS["browsable API"], is_ours=False)
    for path, state, landmark in (("/docs", "Swagger UI", ".opblock"), ("/redoc", "ReDoc", "h1")):
        walk.page.goto(path)
        walk.page.locator(landmark).first.wait_for()
        walk.look(state, allowed=THEIRS[state], is_ours=False)


def admin(walk: Walk, run: str, dataset: str) -> None:
    """Look at the operator's pages; what stands there of ours is held to every rule, and to every width."""
    lists = ("/admin/datasets/dataset/", "/admin/clustering/run/")
    for path in ("/admin/", *lists, f"{lists[0]}{dataset}/change/", f"{lists[1]}{run}/change/"):
        name = path.replace(run, "<id>").replace(dataset, "<id>")
        walk.visit(path, f"admin {name}", allowed=THEIRS["admin"], is_ours=False)
    walk.page.goto("/admin/")
    walk.look("the overview", within=".overview")
    for path, action in zip(lists, ("read_selected_again", "cancel_selected"), strict=True):
        walk.page.goto(path)
        walk.page.locator("#action-toggle").check()
        walk.page.select_option("select[name=action]", action)
        walk.page.get_by_role("button", name="Go").click()
        walk.page.get_by_role("link", name="No, take me back").wait_for()
        walk.look(f"the question of {action}", within="#content")
    walk.page.get_by_role("link", name="No, take me back").click()
    walk.page.locator("#result_list").wait_for()
