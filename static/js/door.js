// The screen at a door asks for its own page again and again, and says how old it is when nobody answers.
"use strict";

const PAUSE = 20_000;
let seen = Date.now();

async function refresh() {
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (!answer.ok) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.getElementById("door").replaceWith(page.getElementById("door"));
    seen = Date.now();
  } catch {
    const note = document.querySelector(".door-stale");
    const values = {
      time: document.querySelector(".door-clock time").textContent,
      minutes: Math.round((Date.now() - seen) / 60_000),
    };
    note.textContent = note.dataset.text.replace(/%\((\w+)\)s/g, (_, name) => values[name]);
  }
}

setInterval(refresh, PAUSE);
