// On a ticket and on one's agenda: what was opened once can be read again without a network (see service-worker.js).
"use strict";

navigator.serviceWorker
  ?.register("/sw.js")
  .then(() => navigator.serviceWorker.ready)
  .then(({ active }) => {
    const parts = performance.getEntriesByType("resource").map(({ name }) => name);
    const [page] = location.href.split("#");
    const passing = document.querySelector(".messages") !== null;
    active.postMessage({ page, passing, parts: parts.filter((part) => part.startsWith(`${location.origin}/static/`)) });
  })
  .catch(() => {}); // a private window, or no https: the page itself needs none of this
