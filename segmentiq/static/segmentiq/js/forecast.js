// A new run: what it will take, asked again whenever a choice changes it; what is refused comes with buttons for the one change that
// helps, which are made here instead of by the server. Choosing a number of segments also chooses "Exactly".
import { element } from "./nodes.js";

const QUIET_MS = 120;
const PATIENCE_MS = 400;

const form = document.querySelector("[data-ask]");
const place = form.querySelector("[data-forecast]");
let latest = 0;
let timer = 0;

function say(sentence, isRefused = false, remedies = []) {
  place.replaceChildren(element("p", sentence, isRefused ? "wrong" : "hush"), ...remedies.map(button));
}

function button({ words, change }) {
  return Object.assign(document.createElement("button"), {
    className: "button",
    type: "submit",
    name: "change",
    value: change,
    textContent: words,
  });
}

async function ask() {
  const turn = ++latest;
  const choices = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (name !== "csrfmiddlewaretoken") choices.append(name, value);
  const waiting = setTimeout(() => turn === latest && place.classList.add("is-asking"), PATIENCE_MS);
  try {
    const answer = await fetch(form.dataset.forecastUrl, { method: "POST", body: choices, headers: token() });
    if (turn !== latest) return;
    if (!answer.ok) throw new Error(answer.statusText);
    const { sentence, is_refused: isRefused, remedies } = await answer.json();
    say(sentence, isRefused, remedies);
  } catch {
    if (turn === latest) say("The forecast cannot be reached just now. The choices are checked again when the run starts.");
  } finally {
    clearTimeout(waiting);
    if (turn === latest) place.classList.remove("is-asking");
  }
}

const token = () => ({ "X-CSRFToken": form.elements.csrfmiddlewaretoken.value });

function make(change) {
  for (const [name, value] of new URLSearchParams(change)) {
    const control = form.elements[name];
    if (control.type === "checkbox") control.checked = value !== "";
    else control.value = value;
  }
  form.querySelector("button.primary").focus();
  ask();
}

form.addEventListener("change", () => {
  clearTimeout(timer);
  timer = setTimeout(ask, QUIET_MS);
});
form.addEventListener("submit", (event) => {
  if (event.submitter?.name !== "change") return;
  event.preventDefault();
  make(event.submitter.value);
});
form.elements.n_clusters.addEventListener("input", () => {
  form.querySelector("[name=how_many][value=fixed]").checked = true;
});
