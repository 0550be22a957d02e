// The upload form, better with a script: drop a file anywhere on it, see it travel, read what was wrong without losing the page.
const form = document.querySelector("[data-upload]");
const drop = form.querySelector("[data-drop]");
const input = form.querySelector("input[type=file]");
const title = form.querySelector("[data-drop-title]");
const hint = form.querySelector("[data-drop-hint]");
const wrong = form.querySelector("[data-wrong]");
const sending = form.querySelector("[data-sending]");
const bar = sending.querySelector("progress");
const words = sending.querySelector("[data-sending-words]");
const button = form.querySelector("button[type=submit]");
const limits = hint.textContent;
const maxBytes = Number(form.dataset.maxBytes);

const size = (bytes) => (bytes < 2 ** 20 ? `${Math.max(1, Math.round(bytes / 2 ** 10))} KiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`);

function complain(sentence) {
  const paragraph = document.createElement("p");
  paragraph.className = "wrong";
  paragraph.textContent = sentence;
  wrong.replaceChildren(...(sentence ? [paragraph] : []));
}

function show() {
  const file = input.files[0];
  title.textContent = file ? file.name : "Drop a file here, or choose one";
  hint.textContent = file ? size(file.size) : limits;
  complain(file && file.size > maxBytes ? `This file has ${size(file.size)}; the limit is ${size(maxBytes)}.` : "");
}

function waitOver() {
  sending.hidden = true;
  button.disabled = false;
}

function answered(request) {
  if (request.responseURL && new URL(request.responseURL).pathname !== location.pathname) return location.assign(request.responseURL);
  waitOver();
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  const sentence = page.querySelector("#file-wrong .wrong, .notice.is-error, .field .wrong");
  return complain(sentence ? sentence.textContent : `The file was not taken (answer ${request.status}). Try again.`);
}

function send(event) {
  if (!input.files[0]) return; // the browser, or the server, says what is missing
  event.preventDefault();
  complain("");
  const request = new XMLHttpRequest();
  request.open("POST", location.pathname);
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    bar.value = (100 * loaded) / total;
    words.textContent = loaded < total ? `${size(loaded)} of ${size(total)}` : "Checking the file";
  });
  request.addEventListener("load", () => answered(request));
  request.addEventListener("error", () => {
    waitOver();
    complain("The connection broke before the file was complete. Nothing was kept; try again.");
  });
  sending.hidden = false;
  button.disabled = true;
  request.send(new FormData(form));
}

for (const name of ["dragenter", "dragover"]) {
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.add("is-over");
  });
}
for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("is-over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  if (event.dataTransfer.files.length === 0) return;
  input.files = event.dataTransfer.files;
  show();
});
input.addEventListener("change", show);
form.addEventListener("submit", send);
drop.classList.add("is-enhanced");
show();
