// Snake plot, box plots and silhouettes: drawn by the server, asked for anew when the cut has come to rest and they are looked at.
import { offerDownloads } from "./download.js";

const REST_MS = 200;

export function mount(root, page) {
  let drawn = page.cut;
  let wanted = page.cut;
  let isSeen = false;
  let waiting = 0;
  new IntersectionObserver(([entry]) => {
    isSeen = entry.isIntersecting;
    if (isSeen) redraw(wanted);
  }).observe(root);
  offerDownloads(root);

  async function redraw(cut) {
    if (cut === drawn) return;
    root.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(`${page.data.urls.figures}?${cut.query}`);
      if (answer.ok && page.cut === cut) take(await answer.text(), cut);
    } finally {
      root.removeAttribute("aria-busy");
    }
  }

  function take(html, cut) {
    const open = new Set([...root.querySelectorAll("details[open]")].map(nameOf));
    const fragment = new DOMParser().parseFromString(html, "text/html").body;
    root.replaceChildren(...fragment.childNodes);
    for (const fold of root.querySelectorAll("details")) fold.open = open.has(nameOf(fold));
    drawn = cut;
    root.classList.remove("is-stale");
    offerDownloads(root);
    fade();
  }

  // Whoever is chosen stands out: of the others a shadow is left.
  function fade() {
    const chosen = drawn.holders.get(page.selection.branch);
    for (const shape of root.querySelectorAll("[data-number]")) {
      shape.classList.toggle("is-faint", Boolean(chosen) && Number(shape.dataset.number) !== drawn.numberOf(chosen.id));
    }
  }

  root.addEventListener("click", (event) => {
    const shape = event.target.closest("[data-number]");
    if (!shape) return;
    const { id } = drawn.branches[Number(shape.dataset.number) - 1];
    page.select({ branch: page.selection.branch === id ? null : id });
  });

  return {
    select: fade,
    show(cut, { dragging }) {
      clearTimeout(waiting);
      wanted = cut;
      root.classList.toggle("is-stale", cut !== drawn);
      if (!dragging && isSeen) waiting = setTimeout(() => redraw(cut), REST_MS);
    },
    rename() {
      drawn = { ...drawn };
    },
  };
}

function nameOf(fold) {
  const figure = fold.closest("figure, section");
  return `${figure?.getAttribute("aria-labelledby")} ${fold.className}`;
}
