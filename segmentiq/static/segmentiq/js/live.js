// A page that waits: fetches itself and replaces its words until the waiting is over, then loads what came of it.
const EVERY_MS = 700;
const SLOWEST_MS = 5000;
const WORDS = "h1, p";

let pause = EVERY_MS;

async function look() {
  const old = document.getElementById("live");
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
    if (answer.status >= 400 && answer.status < 500) return location.reload();
    const page = answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : document;
    const fresh = page.getElementById("live");
    if (!fresh || fresh.dataset.live !== old.dataset.live) return location.reload();
    update(old, fresh);
    document.title = page.title;
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
  else bar.removeAttribute("value");
  const [words, newWords] = [old.querySelectorAll(WORDS), fresh.querySelectorAll(WORDS)];
  if (words.length !== newWords.length) return location.reload();
  words.forEach((place, index) => {
    place.className = newWords[index].className;
    if (place.textContent !== newWords[index].textContent) place.replaceChildren(...newWords[index].childNodes);
  });
}

setTimeout(look, EVERY_MS);
