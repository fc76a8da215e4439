// A note that loses nothing: saved while somebody types, kept in memory and tried again without a connection. Clinical
// words are never put into the browser's storage. Two editors: what only one of them changed is joined, the rest is asked.
const form = document.querySelector("form[data-note]");
const WAIT_MS = 1200;
const SLOWEST_MS = 30_000;
const OURS = ["csrf_token", "version"];
let base = null;
let timer = 0;
let delay = 0;
let saving = null;
const waiting = [];

const token = document.querySelector('meta[name="csrf-token"]')?.content;
const state = document.getElementById("note-state");
const clashes = document.getElementById("note-clash");

function read() {
  const said = {};
  for (const element of form.elements) {
    if (!element.name || OURS.includes(element.name)) continue;
    said[element.name] = element.type === "checkbox" ? (element.checked ? "1" : "") : element.value;
  }
  return said;
}

function put(name, value) {
  const element = form.elements[name];
  if (!element) return;
  if (element.type === "checkbox") element.checked = value === "1";
  else element.value = value;
}

const same = (one, other) => Object.keys(one).every((name) => (one[name] ?? "") === (other[name] ?? ""));
// Who signs, signs the version that stands on this page and no other.
function seen(version) {
  form.elements.version.value = version;
  const signing = document.querySelector("#sign input[name=version]");
  if (signing) signing.value = version;
}

const isDirty = () => !same(read(), base);

function say(words, tone = "") {
  state.textContent = words;
  state.className = `note-state ${tone}`;
}

function mark() {
  if (isDirty()) form.dataset.changed = "";
  else delete form.dataset.changed;
}

function later(ms) {
  clearTimeout(timer);
  timer = setTimeout(save, ms);
}

function labelOf(name) {
  return form.elements[name]?.labels?.[0]?.textContent.trim() ?? name;
}

// Both wrote: what is only theirs comes in, what is only mine stays, what both changed is shown side by side.
function join(theirs) {
  const mine = read();
  const both = [];
  for (const name of Object.keys(mine)) {
    const other = theirs[name] ?? "";
    if (other === (base[name] ?? "") || other === mine[name]) continue;
    if (mine[name] === (base[name] ?? "")) put(name, other);
    else both.push([name, other]);
  }
  base = { ...mine, ...Object.fromEntries(Object.keys(mine).map((name) => [name, theirs[name] ?? ""])) };
  return both;
}

function ask(both) {
  clashes.replaceChildren(...both.map(([name, other]) => {
    const box = document.createElement("div");
    const words = document.createElement("p");
    const said = document.createElement("blockquote");
    const take = document.createElement("button");
    const keep = document.createElement("button");
    words.textContent = `${labelOf(name)}: somebody else wrote`;
    said.textContent = other || "nothing";
    for (const [button, label] of [[take, "Take theirs"], [keep, "Keep mine"]]) {
      button.type = "button";
      button.className = "button small";
      button.textContent = label;
    }
    const settle = () => {
      box.remove();
      clashes.hidden = !clashes.children.length;
      if (clashes.hidden) save();
    };
    take.addEventListener("click", () => { put(name, other); settle(); });
    keep.addEventListener("click", settle);
    box.append(words, said, take, keep);
    return box;
  }));
  clashes.hidden = false;
  say("Somebody else wrote in this note. Yours is still here.", "bad");
  clashes.querySelector("button").focus();
}

function again(words) {
  delay = Math.min(delay ? delay * 2 : 2000, SLOWEST_MS);
  say(words, "bad");
  later(delay);
}

async function send() {
  const said = read();
  const body = new URLSearchParams({ ...said, version: form.elements.version.value });
  const headers = { "X-Autosave": "1", "X-CSRFToken": token };
  let answer;
  try {
    answer = await fetch(form.action, { method: "POST", body, headers, redirect: "manual" });
  } catch {
    return again("No connection. Your words are kept here and saved as soon as it is back.");
  }
  if (answer.status === 401 || answer.type === "opaqueredirect") {
    document.dispatchEvent(new CustomEvent("desk:locked"));
    return again("Locked. Your words are kept here; unlock, and they are saved.");
  }
  const told = await answer.json().catch(() => ({}));
  if (answer.status === 412 && told.theirs) {
    seen(told.version);
    const both = join(told.theirs);
    return both.length ? ask(both) : later(0);
  }
  if (!answer.ok) {
    if (answer.status >= 500) return again("Not saved yet: the system is busy. Your words are kept here.");
    return say(told.error ?? "Not saved. Your words are still here.", "bad");
  }
  delay = 0;
  base = said;
  seen(told.version);
  say(`Saved ${new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false })}`);
  if (isDirty()) later(WAIT_MS);
  else waiting.splice(0).forEach((go) => go());
  return undefined;
}

async function save() {
  clearTimeout(timer);
  if (saving || !clashes.hidden) return;
  if (!isDirty()) {
    mark();
    waiting.splice(0).forEach((go) => go());
    return;
  }
  say("Saving");
  saving = send();
  await saving;
  saving = null;
  mark();
}

if (form) {
  base = read();
  const changed = () => {
    mark();
    if (isDirty()) say("Not saved yet");
    later(WAIT_MS);
  };
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    form.removeAttribute("aria-busy");
    form.querySelector("[data-save]").removeAttribute("aria-disabled");
    save();
  });
  // From the note on to what comes after it: pain after treatment, else the signature.
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    (document.querySelector("#post .scale input") ?? document.querySelector("#sign :is(input:not([type=hidden]), button)"))?.focus();
  });
  addEventListener("online", () => later(0));
  document.addEventListener("desk:unlocked", () => later(0));
  // Another form of the page leaves it: first the note, then the form.
  document.addEventListener("submit", (event) => {
    if (event.target === form || event.target.closest("dialog") || !isDirty()) return;
    event.preventDefault();
    const leaving = event.target;
    const button = event.submitter;
    waiting.push(() => {
      if (button?.name) {
        const extra = document.createElement("input");
        extra.type = "hidden";
        extra.name = button.name;
        extra.value = button.value;
        leaving.append(extra);
      }
      leaving.submit();
    });
    save();
  });
}
