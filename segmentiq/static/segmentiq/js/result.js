// The result page: one cut, one selection, and every view that shows them. A view is a module that exports mount(root, page).
import * as answer from "./answer.js";
import * as cards from "./cards.js";
import * as curve from "./curve.js";
import * as figures from "./figures.js";
import * as glance from "./glance.js";
import * as lookup from "./lookup.js";
import * as map from "./map.js";
import { Page } from "./page.js";
import * as profiles from "./profiles.js";
import * as tree from "./tree.js";

const VIEWS = { answer, cards, curve, figures, glance, lookup, map, profiles, tree };

const page = new Page(JSON.parse(document.getElementById("run-data").textContent));
page.adopt(document.querySelectorAll("[data-branch]"));
for (const root of document.querySelectorAll("[data-view]")) {
  const view = VIEWS[root.dataset.view]?.mount(root, page);
  if (view) page.register(view, view.root ?? root);
}
