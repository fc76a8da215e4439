// <dialog>: data-dialog-open="id" opens, data-dialog-close closes, a click on the veil closes, focus goes back.
// <details data-menu>: closes by Esc, by a click elsewhere and when the focus leaves it.
const openers = new WeakMap();

export function openDialog(dialog, opener = document.activeElement) {
  if (dialog.open) return;
  openers.set(dialog, opener);
  dialog.showModal();
}

function onClosed(event) {
  const dialog = event.target;
  const opener = openers.get(dialog);
  if (opener?.isConnected) opener.focus();
  dialog.dispatchEvent(new CustomEvent("dialog:closed", { bubbles: true }));
}

function wire(root) {
  for (const dialog of root.querySelectorAll("dialog")) {
    if (dialog.dataset.wired) continue;
    dialog.dataset.wired = "";
    dialog.addEventListener("close", onClosed);
    // htmx may deliver a dialog that is meant to be seen at once.
    if (dialog.hasAttribute("data-dialog-show")) openDialog(dialog);
  }
}

const onVeil = (dialog, event) => {
  const box = dialog.getBoundingClientRect();
  const inside =
    event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
  return event.target === dialog && event.detail > 0 && !inside;
};

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog-open]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.dialogOpen);
    opener.closest("details[data-menu]")?.removeAttribute("open");
    if (dialog) {
      event.preventDefault();
      openDialog(dialog, opener);
    }
    return;
  }
  const dialog = event.target.closest("dialog[open]");
  if (dialog && !("stays" in dialog.dataset) && (event.target.closest("[data-dialog-close]") || onVeil(dialog, event))) {
    event.preventDefault();
    dialog.close();
  }
});

const openMenus = () => document.querySelectorAll("details[data-menu][open]");

document.addEventListener("pointerdown", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("focusin", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    event.stopImmediatePropagation();
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

wire(document);
document.addEventListener("htmx:load", (event) => wire(event.detail.elt.parentElement ?? document));
