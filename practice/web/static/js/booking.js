// The booking and appointment panels: the countdown of a held time, a submit that waits for the hold in flight,
// letting go when the panel is closed, arrows between proposed times. Everything works without it, only slower.
const panel = () => document.getElementById("panel");
const form = () => document.querySelector("form[data-booking]");

const words = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

// The countdown runs by the clock, so a throttled tab shows the right time when it comes back.
function countDown() {
  const badge = document.querySelector("[data-countdown]");
  if (!badge?.dataset.countdown) return;
  badge.dataset.endsAt ??= String(Date.now() + Number(badge.dataset.countdown) * 1000);
  const left = Math.max(0, Math.round((Number(badge.dataset.endsAt) - Date.now()) / 1000));
  const text = badge.querySelector("[data-countdown-text]");
  if (text) text.textContent = words(left);
}
setInterval(countDown, 1000);

// Enter may come while a change is being shown anew: it is kept and pressed on the form that arrives.
let redrawing = false;
let submitAgain = false;

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.requestConfig?.path === "/book/draft") redrawing = true;
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.requestConfig?.path !== "/book/draft") return;
  redrawing = false;
  if (submitAgain && event.detail.xhr.status < 400) setTimeout(() => form()?.requestSubmit(form().querySelector("[data-default]")));
  submitAgain = false;
});
document.addEventListener(
  "submit",
  (event) => {
    const isMain = event.submitter?.matches("[data-main], [data-default]");
    if (!event.target.matches("[data-booking]") || !isMain) return;
    const main = event.target.querySelector("[data-main]");
    if (redrawing || main.getAttribute("aria-disabled") === "true") {
      submitAgain = redrawing;
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  },
  { capture: true },
);

// Closing the panel gives the time back; parking and booking do not come this way.
document.addEventListener(
  "click",
  (event) => {
    const hold = event.target.closest("[data-release]")?.closest("form")?.querySelector('[name="hold"]')?.value;
    if (hold) htmx.ajax("POST", "/book/release", { values: { hold }, swap: "none", target: document.body });
  },
  { capture: true },
);

const saidNothing = (open) => {
  const said = new FormData(open);
  return !["client", "typed", "hold", "first_name", "phone"].some((name) => said.get(name));
};

// Whoever looks somebody else up is in another call: what was said so far is parked before the page is left.
// Where it cannot be parked, because the tray is full, the panel says so and stays.
async function parkAndGo(open, url) {
  await htmx.ajax("POST", "/parked-calls", { source: open, target: "#panel", swap: "innerHTML" });
  if (!form()) location.assign(url);
}

document.addEventListener(
  "click",
  (event) => {
    const link = event.target.closest(".search a[role=option], [data-commands-found] a");
    const open = form();
    if (!link || !open || saidNothing(open)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    parkAndGo(open, link.href);
  },
  { capture: true },
);

// A panel in which nothing was said or chosen yet needs no Esc Esc: one is enough.
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    const open = panel()?.querySelector("form[data-booking]");
    if (!open || document.querySelector("dialog[open], [role=combobox][aria-expanded=true]")) return;
    if (!saidNothing(open)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    open.querySelector("[data-panel-close]").click();
  },
  { capture: true },
);

const ARROWS = { ArrowDown: 1, ArrowUp: -1 };
document.addEventListener(
  "keydown",
  (event) => {
    const group = event.target.closest?.("[data-arrows]");
    if (!group || !(event.key in ARROWS)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const all = [...(group.closest("form") ?? group).querySelectorAll("[data-arrows] button")];
    all[(all.indexOf(event.target) + ARROWS[event.key] + all.length) % all.length]?.focus();
  },
  { capture: true },
);

document.addEventListener("click", (event) => {
  const id = event.target.closest("[data-focus]")?.dataset.focus;
  if (!id) return;
  event.preventDefault();
  document.getElementById(id)?.focus();
});
