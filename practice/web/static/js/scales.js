// Scales by keys: a digit chooses it and goes on to the next scale, or to the field after the last one.
document.addEventListener("keydown", (event) => {
  const scale = event.target.closest?.(".scale");
  if (!scale || event.target.type !== "radio" || !/^[0-9]$/.test(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
  const chosen = scale.querySelector(`input[value="${event.key}"]`);
  if (!chosen) return;
  event.preventDefault();
  chosen.checked = true;
  chosen.dispatchEvent(new Event("change", { bubbles: true }));
  const fields = [...scale.closest("form").querySelectorAll(".scale input:first-of-type, .scale ~ * input, .scale ~ input")];
  const next = fields.find((field) => !scale.contains(field) && scale.compareDocumentPosition(field) & Node.DOCUMENT_POSITION_FOLLOWING);
  (next ?? chosen).focus();
});
