// Segment cards, built from the words that came with the page: nothing is worded here, only placed. Names, notes and colours are
// changed in place; without a script the same form is sent and the page comes back.
import { element, place, setText } from "./nodes.js";

const TEXTS = ["name", "size", "share", "worth", "rule", "rule_worth", "found", "note", "typical"];
const MAY_BE_EMPTY = ["worth", "rule", "found", "note"];

export function mount(root, page) {
  const blank = document.getElementById("blank-card");
  const made = new Map();
  for (const card of root.children) listen(card);

  function cardOf(branch, number) {
    if (!made.has(branch.id)) made.set(branch.id, listen(blank.content.firstElementChild.cloneNode(true)));
    const card = made.get(branch.id);
    if (card.dataset.card !== String(branch.id)) fill(card, branch);
    setText(card.querySelector("[data-field=number]"), number);
    return card;
  }

  function fill(card, branch) {
    const field = (name) => card.querySelector(`[data-field=${name}]`);
    card.className = `segment s${branch.hue}`;
    card.dataset.card = branch.id;
    card.id = `branch-${branch.id}`;
    for (const name of TEXTS) setText(field(name), branch[name]);
    for (const name of MAY_BE_EMPTY) field(name).closest("[data-part]").hidden = !branch[name];
    field("share_width").setAttribute("width", branch.share_width);
    field("apart").replaceChildren(...branch.apart.map(lineOf));
    field("apart").closest("table").hidden = !branch.apart.length;
    field("facts").replaceChildren(...(branch.apart.length ? [] : branch.facts).map((fact) => element("li", fact)));
    const form = card.querySelector("form");
    form.elements.branch.value = branch.id;
    form.elements.name.value = branch.name;
    form.elements.note.value = branch.note;
    form.elements.hue.value = branch.hue;
  }

  function lineOf(difference) {
    const line = blank.content.querySelector("[data-line]").cloneNode(true);
    for (const name of ["name", "here", "everyone"]) setText(line.querySelector(`[data-${name}]`), difference[name]);
    if (!difference.width) line.querySelector(".share").remove();
    line.querySelector(".share-part")?.setAttribute("width", difference.width);
    line.querySelector(".share-mark")?.setAttribute("x", difference.mark);
    return line;
  }

  function tellCohesion(cut) {
    if (cut.isPicked) return void page.words(cut).then((words) => page.cut === cut && place(words.silhouettes));
    return place(page.data.silhouettes[cut.k]);

    function place(means) {
      cut.branches.forEach((branch, index) => {
        const words = cohesionWords(means?.[index], page.data.cohesion);
        const field = made.get(branch.id)?.querySelector("[data-field=cohesion]");
        if (field) setText(field, words);
      });
    }
  }

  function listen(card) {
    const form = card.querySelector("form");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      save(card, form);
    });
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      fill(card, page.data.branches[Number(card.dataset.card)]);
      close(card);
    });
    card.querySelector("[data-choose]").addEventListener("click", () => {
      const branch = Number(card.dataset.card);
      page.select({ branch: page.selection.branch === branch ? null : branch, source: view });
    });
    return card;
  }

  async function save(card, form) {
    const told = form.querySelector("[data-told]");
    try {
      const answer = await fetch(page.data.urls.segment, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
      });
      const body = await answer.json();
      if (!answer.ok) throw new Error(body.error?.message);
      page.rename(body);
      close(card);
    } catch (error) {
      setText(told, error.message || "It could not be saved. Try again.");
    }
  }

  function close(card) {
    const fold = card.querySelector("details");
    setText(card.querySelector("[data-told]"), "");
    fold.open = false;
    fold.querySelector("summary").focus();
  }

  const view = {
    show(cut) {
      place(root, cut.branches.map((branch, index) => cardOf(branch, index + 1)));
      tellCohesion(cut);
      view.select(page.selection, cut);
    },
    select({ branch }, cut) {
      const chosen = branch === null ? null : cut.holders.get(branch)?.id;
      for (const [id, card] of made) {
        card.classList.toggle("is-chosen", id === chosen);
        card.querySelector("[data-choose]").setAttribute("aria-pressed", String(id === chosen));
      }
    },
    rename(branch) {
      const card = made.get(branch.id);
      if (card) fill(card, branch);
    },
  };
  return view;
}

function cohesionWords(silhouette, words) {
  if (silhouette === undefined || silhouette === null) return "";
  const [, word] = words.find(([bound]) => silhouette >= bound);
  return `Silhouette ${silhouette.toFixed(2)}: ${word}.`;
}
