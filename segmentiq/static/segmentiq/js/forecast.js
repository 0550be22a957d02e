// A new run: what it will take, asked again whenever a choice changes it. Choosing a number of segments also chooses "Exactly".
const form = document.querySelector("[data-ask]");
const line = form.querySelector("[data-forecast]");
let latest = 0;
let timer = 0;

async function ask() {
  const turn = ++latest;
  const choices = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (name !== "csrfmiddlewaretoken") choices.append(name, value);
  try {
    const answer = await fetch(`${form.dataset.forecastUrl}?${choices}`);
    if (answer.ok && turn === latest) line.textContent = (await answer.json()).sentence;
  } catch {
    line.textContent = "";
  }
}

form.addEventListener("change", () => {
  clearTimeout(timer);
  timer = setTimeout(ask, 120);
});
form.elements.n_clusters.addEventListener("input", () => {
  form.querySelector("[name=how_many][value=fixed]").checked = true;
});
