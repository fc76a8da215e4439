// The cover: one tap, or two minutes without a touch, hides what stands on the screen; the next touch brings it back.
const cover = document.getElementById("cover");
const IDLE_MS = 120_000;
let timer = 0;

function hide() {
  if (!cover.open) cover.showModal();
}

function wait() {
  clearTimeout(timer);
  timer = setTimeout(hide, IDLE_MS);
}

if (cover) {
  const button = document.querySelector("[data-cover]");
  button.hidden = false;
  let before = null;
  document.addEventListener("focusin", (event) => {
    if (!cover.contains(event.target) && event.target !== button) before = event.target;
  });
  button.addEventListener("click", hide);
  // The field that was left gets the focus back, not the button that covered it.
  const show = (event) => {
    event.preventDefault();
    cover.close();
    before?.focus();
    wait();
  };
  // A click, not its first touch: that would close the cover and fall through to what lies beneath.
  cover.addEventListener("click", show);
  cover.addEventListener("keydown", show);
  for (const sign of ["pointerdown", "keydown", "input"]) document.addEventListener(sign, wait, { passive: true });
  wait();
}
