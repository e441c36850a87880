// Keys to go through many signatures. Each opens, focuses or goes somewhere; deciding takes the button.
// They can be switched off for this device (WCAG 2.1.4).
const kept = "review-keys";
const offer = document.querySelector("[data-switch]");
const tick = offer?.querySelector("input");

function usesKeys() {
  try {
    return localStorage.getItem(kept) !== "off";
  } catch {
    return true;
  }
}

if (offer && tick) {
  offer.hidden = false;
  tick.checked = usesKeys();
  tick.addEventListener("change", () => {
    try {
      localStorage.setItem(kept, tick.checked ? "on" : "off");
    } catch {
      // Without storage the choice holds for this page alone.
    }
  });
}

function open(details) {
  details.open = true;
  const first = details.querySelector("textarea[required], [aria-required='true']") ?? details.querySelector("button, textarea");
  (details.dataset.key === "v" ? details.querySelector("button") : first ?? details.querySelector("summary"))?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const opened = document.querySelector(".ar-decisions details[open], .ar-keys[open]");
  if (event.key === "Escape" && opened) {
    opened.open = false;
    opened.querySelector("summary").focus();
    return;
  }
  if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
  if (!(tick?.checked ?? usesKeys())) return;
  const found =
    event.key === "o"
      ? document.querySelector("[data-original]")
      : document.querySelector(`.ar [data-key="${CSS.escape(event.key)}"]`);
  if (!found) return;
  event.preventDefault();
  if (found.matches("details")) open(found);
  else found.click();
});
