// Painting the body map: a tap or the space key paints a region with the chosen brush; the fields below stay the truth.
const STRONG_FROM = 7;
const MIDDLING_FROM = 4;
const strengthOf = (value) => (value >= STRONG_FROM ? "is-strong" : value >= MIDDLING_FROM ? "is-middling" : "is-light");

function pressed(group, attribute) {
  return group.querySelector(`[${attribute}][aria-pressed=true]`).getAttribute(attribute);
}

function press(button, attribute) {
  for (const each of button.parentElement.querySelectorAll(`[${attribute}]`)) each.setAttribute("aria-pressed", String(each === button));
}

function draw(spot, strength, feel) {
  const isPainted = strength.value !== "";
  spot.setAttribute("class", isPainted ? `spot is-painted ${strengthOf(Number(strength.value))}` : "spot");
  spot.querySelector("text").textContent = strength.value;
  spot.setAttribute("aria-pressed", String(isPainted));
  spot.setAttribute("aria-label", `${spot.dataset.words}: ${isPainted ? `${feel.value || "ache"} ${strength.value}` : "not painted"}`);
}

function begin(form) {
  const brush = form.querySelector("[data-brush]");
  brush.hidden = false;
  for (const places of form.querySelectorAll("[data-places]")) places.open = places.querySelector("[aria-invalid=true]") !== null;
  brush.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) press(button, button.hasAttribute("data-quality") ? "data-quality" : "data-intensity");
  });
  for (const spot of form.querySelectorAll("[data-place]")) {
    const strength = form.querySelector(`[data-strength="${spot.dataset.place}"]`);
    const feel = form.querySelector(`[data-feel="${spot.dataset.place}"]`);
    spot.setAttribute("role", "button");
    const paint = (event) => {
      event.preventDefault();
      const value = pressed(brush, "data-intensity");
      const quality = pressed(brush, "data-quality");
      const isSame = strength.value === value && feel.value === quality;
      strength.value = isSame ? "" : value;
      feel.value = isSame ? "" : quality;
      strength.dispatchEvent(new Event("input", { bubbles: true }));
      draw(spot, strength, feel);
    };
    spot.addEventListener("click", paint);
    spot.addEventListener("keydown", (event) => event.key === " " && paint(event));
    for (const field of [strength, feel]) field.addEventListener("change", () => draw(spot, strength, feel));
    draw(spot, strength, feel);
  }
}

document.querySelectorAll("form[data-body-map]").forEach(begin);
