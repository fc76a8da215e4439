// The panel beside the page: what htmx loads into it takes the focus; Esc or data-panel-close empties it and gives it back.
const panel = document.getElementById("panel");
let opener = null;

export function closePanel() {
  if (!panel) return;
  panel.replaceChildren();
  document.body.classList.remove("has-panel");
  if (opener?.isConnected) opener.focus();
  opener = null;
  panel.dispatchEvent(new CustomEvent("panel:closed", { bubbles: true }));
}

// A panel with its own way out, such as parking a call, is left by that way; data-panel-escape="twice" asks for Esc Esc.
const TWICE_MS = 1500;

function leave(way) {
  if (!way) return;
  if (way.dataset.panelEscape === "twice" && !("armed" in way.dataset)) {
    way.dataset.armed = "";
    setTimeout(() => delete way.dataset.armed, TWICE_MS);
  } else way.click();
}

const occupied = () => panel?.childElementCount > 0;

function mark() {
  document.body.classList.toggle("has-panel", occupied());
}

if (panel) {
  mark();
  new MutationObserver(mark).observe(panel, { childList: true });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target === panel && !panel.contains(document.activeElement)) opener = document.activeElement;
  });
  panel.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== panel) return;
    const first = panel.querySelector("[autofocus]") ?? panel.querySelector("h2");
    if (first && !first.matches("a, button, input, select, textarea")) first.tabIndex = -1;
    first?.focus();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-panel-close]")) return;
    event.preventDefault();
    closePanel();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || !occupied()) return;
    if (document.querySelector("dialog[open]")) return;
    leave(panel.querySelector("[data-panel-escape]") ?? panel.querySelector("[data-panel-close]"));
  });
}
