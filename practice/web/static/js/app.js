// The staff pages' entry point: wires the small modules together and htmx to the house rules.
import "./dialog.js";
import "./combobox.js";
import "./forms.js";
import "./lock.js";
import "./panel.js";
import "./shortcuts.js";
import "./undo.js";
import { toast } from "./toast.js";

const token = document.querySelector('meta[name="csrf-token"]')?.content;

document.addEventListener("htmx:configRequest", (event) => {
  if (token) event.detail.headers["X-CSRFToken"] = token;
});

const FAILURES = {
  401: "Your session has ended. Sign in again; nothing was saved.",
  403: "You may not do this. Ask the owner if you should.",
  404: "This is no longer there. Reload the page.",
  429: "Too many tries. Wait a minute, then try again.",
  503: "The system is busy. Nothing was saved; try again.",
};

document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  if (event.detail.xhr.getResponseHeader("HX-Trigger") === "desk:locked") {
    toast("The desk was locked and nothing was saved. Unlock it, then do it again.", "bad");
    return;
  }
  toast(FAILURES[status] ?? "That did not work and nothing was saved. Try again.", "bad");
});

for (const failure of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, () => {
    toast("No connection. Nothing was saved; try again.", "bad");
  });
}

// A view that answers a fragment may send HX-Trigger: {"toast": {"text": "…", "kind": "ok"}}.
document.addEventListener("toast", (event) => toast(event.detail.text, event.detail.kind, event.detail));
