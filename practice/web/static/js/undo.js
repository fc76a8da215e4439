// Ctrl-Z takes back what one did last on any page; in a field that is written in it is the field's own.
const WRITTEN = "textarea, select, [contenteditable], input:not([type=radio], [type=checkbox], [type=button], [type=submit])";

let isAsking = false;

// The visit that is open in the panel is shown as it is then; a booking in the making is left alone.
async function showAgain() {
  const open = document.querySelector("#panel [data-appointment]")?.dataset.appointment;
  if (open) await htmx.ajax("GET", `/appointments/${open}`, { target: "#panel", swap: "innerHTML" });
}

export async function undoLast() {
  if (isAsking) return;
  isAsking = true;
  try {
    await htmx.ajax("POST", "/undo", { target: "#toasts", swap: "none" });
    await showAgain();
  } finally {
    isAsking = false;
  }
}

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.key.toLowerCase() !== "z") return;
  if (event.target.matches?.(WRITTEN) || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  undoLast();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-undo]");
  if (!button) return;
  event.preventDefault();
  button.closest("[data-toast]")?.remove();
  undoLast();
});
