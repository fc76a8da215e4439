// Forms: one submission at a time, a hint before leaving unsaved work, copy buttons, fields that show on a choice.
import { toast } from "./toast.js";

// After this a second try is meant: the answer was a download, or it never came.
const LOCK_MS = 8000;

const busy = (form) => form.hasAttribute("aria-busy");

function lock(form, submitter) {
  form.setAttribute("aria-busy", "true");
  submitter?.setAttribute("aria-disabled", "true");
  setTimeout(unlock, LOCK_MS, form);
}

function unlock(form) {
  form.removeAttribute("aria-busy");
  for (const button of form.querySelectorAll("[aria-disabled=true]:not([data-disabled])")) button.removeAttribute("aria-disabled");
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.submitter?.getAttribute("aria-disabled") === "true" || busy(form)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  // A disabled button would not be sent with the form, so the button only says that it is busy.
  if (form.method === "post" && !form.hasAttribute("hx-post")) lock(form, event.submitter);
  delete form.dataset.changed;
}, { capture: true });

document.addEventListener("htmx:beforeRequest", (event) => event.detail.elt.matches("form") && lock(event.detail.elt));
document.addEventListener("htmx:afterRequest", (event) => event.detail.elt.matches("form") && unlock(event.detail.elt));
// Coming back by the browser's history shows the page as it was left: locked.
addEventListener("pageshow", (event) => event.persisted && document.querySelectorAll("form[aria-busy]").forEach(unlock));

document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-unsaved]");
  if (form) form.dataset.changed = "";
});
addEventListener("beforeunload", (event) => {
  if (document.querySelector("form[data-unsaved][data-changed]")) event.preventDefault();
});

async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  const text = source ? (source.value ?? source.textContent).trim() : button.dataset.copyText;
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied", "ok");
  } catch {
    toast("Your browser does not allow copying here. Select the text and press Ctrl-C.", "warn");
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy], [data-copy-text]");
  if (button) copy(button);
  if (event.target.closest("[data-print]")) print();
});

// data-shown-when="name=value other=value": the element is there only while one of these choices is made.
function refresh(form) {
  const made = new FormData(form);
  for (const element of form.querySelectorAll("[data-shown-when]")) {
    const wanted = element.dataset.shownWhen.split(" ").map((pair) => pair.split("="));
    element.hidden = !wanted.some(([name, value]) => made.getAll(name).includes(value));
  }
}

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.querySelector("[data-shown-when]")) refresh(form);
  if (event.target.matches?.("[data-submit-on-change]")) event.target.form.requestSubmit();
});

// A form that came back with errors or a refusal starts there, unless it names the field to go on with.
if (!document.querySelector("main [autofocus]")) document.querySelector("main form :is(.error-summary, [data-refusal])")?.focus();

const refreshAll = () => document.querySelectorAll("form:has([data-shown-when])").forEach(refresh);
refreshAll();
document.addEventListener("htmx:load", refreshAll);
