// The look-up in place: the server's own page is asked, and its answer put here. Without this script the form leads to that page.
import { element } from "./nodes.js";

const REST_MS = 300;

export function mount(root, page) {
  const answer = root.querySelector("[data-lookup-answer]");
  const form = root.querySelector("form");
  let asked = null;
  let current = 0;
  let resting = 0;
  let own = false;

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask({ id: form.elements.id.value });
  });
  answer.addEventListener("click", (event) => {
    const link = event.target.closest("[data-lookup-link]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    event.preventDefault();
    ask({ row: new URL(link.href).searchParams.get("row") });
  });

  async function ask(question, { quietly = false } = {}) {
    asked = question;
    const number = (current += 1);
    answer.setAttribute("aria-busy", "true");
    const found = await fetchAnswer(`${form.action}?${new URLSearchParams(question)}&${page.cut.query}`);
    if (number !== current) return;
    answer.removeAttribute("aria-busy");
    answer.replaceChildren(...found);
    if (!quietly) tell();
  }

  // The customer and those most like it are shown wherever customers are shown.
  function tell() {
    const customer = answer.querySelector("[data-position]");
    const near = customer?.dataset.near.split(" ").filter(Boolean).map(Number) ?? [];
    own = true;
    page.select({ customers: customer ? new Set([Number(customer.dataset.position), ...near]) : null, source: view });
    own = false;
  }

  const view = {
    root,
    show(cut, { dragging }) {
      if (!asked || dragging) return;
      clearTimeout(resting);
      resting = setTimeout(() => ask(asked, { quietly: true }), REST_MS);
    },
    select({ customers }) {
      if (own || customers?.size !== 1) return;
      ask({ at: [...customers][0] }, { quietly: true });
    },
  };
  return view;
}

async function fetchAnswer(address) {
  try {
    const response = await fetch(address);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const found = page.querySelector("[data-lookup-answer]");
    if (found) return [...found.childNodes];
  } catch {
    // told below
  }
  return [element("p", "The customer could not be looked up. Try again.")];
}
