// A page that waits: fetches itself and replaces its middle until the waiting is over, then loads what came of it.
const EVERY_MS = 700;
const SLOWEST_MS = 5000;

let pause = EVERY_MS;

async function look() {
  const old = document.getElementById("live");
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
    if (answer.status >= 400 && answer.status < 500) return location.reload();
    const fresh = answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live") : old;
    if (!fresh || fresh.dataset.live !== old.dataset.live) return location.reload();
    update(old, fresh);
    pause = Math.min(pause * 1.15, document.hidden ? SLOWEST_MS : 2000);
  } catch {
    pause = SLOWEST_MS; // the network is away; the page stays as it is and asks again
  }
  return setTimeout(look, pause);
}

// The bar and the button are kept, so that the bar moves and the focus stays; only words are exchanged.
function update(old, fresh) {
  const [bar, newBar] = [old.querySelector("progress"), fresh.querySelector("progress")];
  if (newBar.hasAttribute("value")) bar.setAttribute("value", newBar.getAttribute("value"));
  const [words, newWords] = [old.querySelectorAll("p"), fresh.querySelectorAll("p")];
  if (words.length !== newWords.length) return location.reload();
  words.forEach((paragraph, index) => {
    if (paragraph.textContent !== newWords[index].textContent) paragraph.replaceChildren(...newWords[index].childNodes);
  });
}

setTimeout(look, EVERY_MS);
