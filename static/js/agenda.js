// Public pages are the same for everyone; this tells a logged-in reader what is in their agenda, and offers
// to copy the calendar's address. Everything works without it.
"use strict";

const links = [...document.querySelectorAll('main a[href*="/my/sessions/"]')].filter((a) => !a.closest(".actions .button-small"));
if (links.length && !document.getElementById("calendar")) {
  fetch(`/my/state.json?lang=${document.documentElement.lang}`, { credentials: "same-origin" })
    .then((response) => response.json())
    .then(({ starred, booked, labels }) => {
      for (const link of links) {
        const code = link.pathname.split("/").filter(Boolean).pop();
        const label = booked.includes(code) ? labels.booked : starred.includes(code) ? labels.starred : "";
        if (label) {
          const tag = document.createElement("span");
          tag.className = booked.includes(code) ? "tag tag-success" : "tag tag-info";
          tag.textContent = label;
          link.after(" ", tag);
        }
      }
    })
    .catch(() => {});
}

const address = document.getElementById("feed-address");
if (address && navigator.clipboard) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-secondary";
  button.textContent = address.dataset.copy;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(address.value);
    button.textContent = address.dataset.copied;
  });
  address.after(button);
}
