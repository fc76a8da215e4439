// Locks the desk over the page that is open: when nobody has touched any of its tabs for a while, when somebody
// asks for it, and when the server says that it is locked. The page beneath stays as it was left.
const lock = document.getElementById("lock");
const SEEN = "desk-seen";
const LOCKED = "desk-locked";
const PING_MS = 5 * 60_000;
let isLocked = false;
let pinged = Date.now();

const kept = (key) => Number(localStorage.getItem(key) ?? 0);

function cover() {
  isLocked = true;
  if (!lock.open) lock.showModal();
  lock.querySelector("input[name=secret]").value = "";
  lock.querySelector("input[name=secret]").focus();
}

function uncover() {
  isLocked = false;
  document.getElementById("lock-says").textContent = "";
  localStorage.setItem(SEEN, String(Date.now()));
  lock.close();
}

function lockNow() {
  if (isLocked) return;
  cover();
  localStorage.setItem(LOCKED, "1");
  window.htmx.ajax("POST", lock.dataset.lockUrl, { swap: "none" });
}

function touched() {
  if (isLocked) return;
  const now = Date.now();
  if (now - kept(SEEN) > 5_000) localStorage.setItem(SEEN, String(now));
  // Whoever types for long sends nothing: the server must hear of it, or it would lock somebody who is here.
  if (now - pinged > PING_MS) {
    pinged = now;
    fetch("/api/v1/me").catch(() => undefined);
  }
}

if (lock) {
  localStorage.setItem(SEEN, String(Date.now()));
  localStorage.setItem(LOCKED, "0");
  for (const sign of ["pointerdown", "keydown", "wheel"]) document.addEventListener(sign, touched, { passive: true });
  setInterval(() => {
    if (Date.now() - kept(SEEN) >= Number(lock.dataset.lockMinutes) * 60_000) lockNow();
  }, 5_000);
  document.addEventListener("desk:locked", cover);
  document.addEventListener("desk:unlocked", () => {
    localStorage.setItem(LOCKED, "0");
    uncover();
  });
  addEventListener("storage", (event) => {
    if (event.key !== LOCKED) return;
    if (event.newValue === "1") cover();
    else if (isLocked) uncover();
  });
  lock.addEventListener("htmx:afterRequest", () => isLocked && lock.querySelector("input[name=secret]").select());
  // Esc must not open it, not even twice, which browsers let through.
  lock.addEventListener("cancel", (event) => event.preventDefault());
  lock.addEventListener("close", () => isLocked && lock.showModal());
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-lock-now]")) return;
    event.preventDefault();
    lockNow();
  });
}
