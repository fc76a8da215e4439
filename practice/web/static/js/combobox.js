// Search as you type over a list that htmx loads (ARIA combobox). Arrow keys move, Enter takes, Esc closes.
// Enter may come before the answer: it is kept and takes the first match as soon as the list for that text is there.
const parts = (root) => ({
  input: root.querySelector('[role="combobox"]'),
  list: root.querySelector('[role="listbox"]'),
  value: root.querySelector("[data-combobox-value]"),
});

const options = (root) => [...parts(root).list.querySelectorAll('[role="option"]:not([aria-disabled="true"])')];
const rootOf = (node) => node?.closest?.("[data-combobox]");

function setOpen(root, open) {
  const { input, list } = parts(root);
  list.hidden = !open;
  input.setAttribute("aria-expanded", String(open));
  if (!open) activate(root, null);
}

function activate(root, option) {
  const { input } = parts(root);
  for (const other of options(root)) other.setAttribute("aria-selected", String(other === option));
  if (option) {
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else input.removeAttribute("aria-activedescendant");
}

const active = (root) => options(root).find((option) => option.getAttribute("aria-selected") === "true");

function move(root, step) {
  const all = options(root);
  if (!all.length) return;
  if (parts(root).list.hidden) setOpen(root, true);
  const at = all.indexOf(active(root));
  activate(root, all[(at + step + all.length + (at < 0 && step < 0 ? 1 : 0)) % all.length]);
}

function take(root, option) {
  const { input, value } = parts(root);
  setOpen(root, false);
  if (option.dataset.value !== undefined && value) {
    input.value = option.dataset.label ?? option.textContent.trim();
    value.value = option.dataset.value;
    value.dispatchEvent(new Event("change", { bubbles: true }));
  } else option.click();
  root.dispatchEvent(new CustomEvent("combobox:taken", { bubbles: true, detail: { option } }));
}

const current = (root) => root.dataset.loadedFor === parts(root).input.value;

function enter(root, event) {
  // What is listed may still answer an earlier text; only the list for this text may be taken from.
  const chosen = current(root) ? (active(root) ?? options(root)[0]) : null;
  if (chosen) {
    event.preventDefault();
    take(root, chosen);
  } else if (parts(root).input.value.trim() && !current(root)) {
    event.preventDefault();
    root.dataset.takeFirst = parts(root).input.value;
  }
}

const KEYS = {
  ArrowDown: (root, event) => (event.preventDefault(), move(root, 1)),
  ArrowUp: (root, event) => (event.preventDefault(), move(root, -1)),
  Enter: enter,
  Tab: (root) => setOpen(root, false),
  Escape: (root, event) => {
    if (parts(root).list.hidden) return;
    event.preventDefault();
    setOpen(root, false);
  },
};

document.addEventListener("keydown", (event) => {
  if (event.target.getAttribute?.("role") === "combobox" && rootOf(event.target)) KEYS[event.key]?.(rootOf(event.target), event);
});

document.addEventListener("input", (event) => {
  const root = event.target.getAttribute?.("role") === "combobox" && rootOf(event.target);
  if (!root) return;
  delete root.dataset.takeFirst;
  const { value } = parts(root);
  if (value?.value) {
    value.value = "";
    value.dispatchEvent(new Event("change", { bubbles: true }));
  }
  if (!event.target.value.trim()) setOpen(root, false);
});

document.addEventListener("htmx:beforeRequest", (event) => {
  const root = rootOf(event.detail.elt);
  if (root && event.detail.elt === parts(root).input) root.dataset.askedFor = event.detail.elt.value;
});

document.addEventListener("htmx:afterSwap", (event) => {
  const root = rootOf(event.detail.target);
  if (!root || event.detail.target !== parts(root).list) return;
  const { input } = parts(root);
  root.dataset.loadedFor = root.dataset.askedFor ?? "";
  options(root).forEach((option, at) => {
    option.id ||= `${input.id}-option-${at}`;
    option.tabIndex = -1;
  });
  const wanted = root.dataset.takeFirst === root.dataset.loadedFor;
  if (wanted) delete root.dataset.takeFirst;
  if (wanted && options(root)[0]) take(root, options(root)[0]);
  else {
    setOpen(root, document.activeElement === input && Boolean(input.value.trim()));
    activate(root, options(root)[0] ?? null);
  }
});

document.addEventListener("pointerdown", (event) => {
  const option = event.target.closest('[data-combobox] [role="option"]');
  // Keeps the focus in the field while the pointer takes an option.
  if (option) event.preventDefault();
  for (const root of document.querySelectorAll("[data-combobox]")) if (!root.contains(event.target)) setOpen(root, false);
});

document.addEventListener("click", (event) => {
  const option = event.target.closest('[data-combobox] [role="option"][data-value]');
  if (!option || !parts(rootOf(option)).value) return;
  event.preventDefault();
  take(rootOf(option), option);
});
