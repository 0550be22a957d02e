// Everything that names the cut: heading and sentence, stepper, links to downloads, and the forms that keep a cut as the answer.
import { setText } from "./nodes.js";

const all = (selector) => [...document.querySelectorAll(selector)];

export function mount(root, page) {
  const { data, cuts } = page;
  document.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    const step = event.target.closest("[data-step]");
    const link = event.target.closest("[data-k-link]");
    const undo = event.target.closest("[data-undo-cut]");
    if (!step && !link && !undo) return;
    event.preventDefault();
    if (undo) page.undo();
    else page.showCut(cuts.ofK(step ? page.cut.k + Number(step.dataset.step) : Number(link.dataset.kLink)));
  });
  document.addEventListener("keydown", (event) => {
    const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z";
    if (!isUndo || event.target.closest("input, textarea, select") || !page.canUndo) return;
    event.preventDefault();
    page.undo();
  });
  return {
    show(cut) {
      tell(cut);
      mark(cut);
    },
  };

  function tell(cut) {
    if (cut.isPicked) return void page.words(cut).then((words) => page.cut === cut && say(words));
    return say(cuts.cuts[cut.k] ?? {});
  }

  function say({ headline, sentence, score, titles = {} }) {
    if (headline) setText(root.querySelector("[data-headline]"), headline);
    if (sentence) setText(root.querySelector("[data-sentence]"), sentence);
    setText(document.querySelector("[data-score]"), score ?? "");
    for (const [figure, title] of Object.entries(titles)) setText(document.querySelector(`[data-title=${figure}]`), title);
  }

  function mark(cut) {
    const { k } = cut;
    const isAnswer = cut.ids.join() === data.answer.branches.join();
    for (const place of all("[data-k]")) setText(place, k);
    for (const input of all("[data-cut-value]")) {
      input.name = cut.isPicked ? "branches" : "k";
      input.value = cut.query.split("=")[1];
    }
    for (const link of all("[data-k-href]")) {
      const wanted = new URLSearchParams(cut.query);
      for (const [name, value] of new URLSearchParams(link.search)) if (name !== "k" && name !== "branches") wanted.append(name, value);
      link.search = wanted.toString().replaceAll("%2C", ",");
    }
    for (const step of all("[data-step]")) markStep(step, k + Number(step.dataset.step));
    for (const form of all("[data-keep]")) form.hidden = isAnswer;
    for (const place of all("[data-off-advice]")) place.hidden = isAnswer && !cut.isPicked && k === data.advised;
    for (const button of all("[data-undo-cut]")) button.hidden = !page.canUndo;
    document.title = document.title.replace(/in \d+ segments/, `in ${k} segments`);
  }

  function markStep(step, next) {
    const possible = next === cuts.clamp(next);
    if (possible) step.removeAttribute("aria-disabled");
    else step.setAttribute("aria-disabled", "true");
    step.href = `?k=${cuts.clamp(next)}`;
  }
}
