// What a key presses: the last element of the page that names it, so a page's own wins over the shell's.
export const usable = (element) => element.isConnected && !element.disabled && element.checkVisibility?.() !== false;

export function scope() {
  return document.querySelector("dialog[open]") ?? document;
}

export function offered(keys, within = scope()) {
  return [...within.querySelectorAll("[data-shortcut]")].filter((el) => el.dataset.shortcut === keys && usable(el)).at(-1);
}

export function run(element) {
  if (element.matches("input:not([type=checkbox], [type=radio]), select, textarea")) {
    element.focus();
    element.select?.();
  } else {
    // So that whatever opens knows where to give the focus back.
    element.focus({ preventScroll: true });
    element.click();
  }
}
