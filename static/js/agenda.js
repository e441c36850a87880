// Public pages are the same for everyone: this adds what the reader has starred and booked. It also copies the
// calendar's address. All works without it.
"use strict";

const codeOf = (link) => link.pathname.match(/\/sessions\/([0-9A-Z]{6})\/$/)?.[1];
const links = [...document.querySelectorAll('main a[href*="/sessions/"]')].filter(codeOf);
const calendar = document.getElementById("calendar");

if (links.length && !calendar) {
  fetch(`/my/state.json?lang=${document.documentElement.lang}`)
    .then((response) => response.json())
    .then(({ starred, booked, labels }) => {
      for (const link of links) {
        const hasSeat = booked.includes(codeOf(link));
        if (hasSeat || starred.includes(codeOf(link))) {
          const tag = document.createElement("span");
          tag.className = `tag ${hasSeat ? "tag-success" : "tag-info"}`;
          tag.textContent = hasSeat ? labels.booked : labels.starred;
          link.after(" ", tag);
        }
      }
    })
    .catch(() => {});
}

const address = document.getElementById("feed-address");
if (address && navigator.clipboard) {
  const button = document.createElement("button");
  button.className = "button button-secondary";
  button.type = "button";
  button.textContent = address.dataset.copy;
  button.onclick = async () => {
    await navigator.clipboard.writeText(address.value);
    button.textContent = address.dataset.copied;
  };
  calendar.querySelector(".actions").prepend(button);
}
