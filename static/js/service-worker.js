// Served at /sw.js behind a line that names DESK, the files of the desk, and VERSION, a digest of all their bytes.
//
// The desk comes whole from one version's cache, so that its pages and modules always fit each other; a new version
// is fetched whole before it takes over. Tickets and the agenda are asked of the site first and shown from the last
// visit when there is no network. Whoever logs in or out, or has their data erased, forgets them. Answers with data
// (….json) are never kept: names stay out.
"use strict";

const CURRENT = `desk-${VERSION}`;
const ACCOUNT = "account";
const OF_ACCOUNT = /^\/[a-z]{2}\/my\/(agenda\/|tickets\/[^/]+\/)$/;
const TO_TICKET = /^\/[a-z]{2}\/my\/(registrations\/\d+\/ticket\/)?$/; // the mail's link, and where one begins
// By a code, a passkey or a second factor too, and from the admin.
const LEAVING =
  /^\/([a-z]{2}\/accounts\/(login|logout|signup|confirm-email|password\/reset|2fa\/authenticate|2fa\/webauthn\/login)|admin\/(login|logout))\//;
const RENEWED = /^\/[a-z]{2}\/my\/tickets\/[^/]+\/renew\/$/; // the ticket that is kept is void now
const ERASED = /^\/[a-z]{2}\/my\/data\/erased\/$/;
const files = new Set(DESK);

async function keepDesk() {
  if (await caches.has(CURRENT)) return;
  const fresh = DESK.map((file) => new Request(file, { cache: "reload", credentials: "omit" }));
  const cache = await caches.open(`${CURRENT} coming`);
  await cache.addAll(fresh);
  const whole = await caches.open(CURRENT);
  for (const request of await cache.keys()) await whole.put(request, await cache.match(request));
  await caches.delete(`${CURRENT} coming`);
}

const ofDesk = async () => (await caches.keys()).filter((name) => name.startsWith("desk-"));

// A device that is a desk stays one; a participant's telephone fetches nothing of it.
addEventListener("install", (event) =>
  event.waitUntil(
    (async () => {
      if ((await ofDesk()).length) await keepDesk();
      await skipWaiting();
    })(),
  ),
);

addEventListener("activate", (event) =>
  event.waitUntil(
    (async () => {
      if (await caches.has(CURRENT))
        for (const name of await ofDesk()) if (name !== CURRENT) await caches.delete(name);
      await clients.claim();
    })(),
  ),
);

addEventListener("message", (event) => {
  if (event.data === "keep the desk")
    event.waitUntil(keepDesk().then(() => event.source.postMessage("desk kept")));
  if (event.data.page) event.waitUntil(keepPage(event.data));
});

// The page that registered this worker was loaded before it: it names itself and what it is made of.
// One that said something in passing ("This is the new ticket") is kept without it.
async function keepPage({ page, parts, passing }) {
  const cache = await caches.open(ACCOUNT);
  if (OF_ACCOUNT.test(new URL(page).pathname) && (passing || !(await cache.match(page)))) {
    const answer = await fetch(page, { credentials: "same-origin" });
    if (answer.ok && !answer.redirected) await cache.put(page, answer);
  }
  for (const part of parts) if (!(await cache.match(part))) await cache.add(part).catch(() => {});
}

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin) return;
  const isPost = request.method === "POST";
  if (ERASED.test(pathname) || (isPost && (LEAVING.test(pathname) || RENEWED.test(pathname)))) {
    event.waitUntil(caches.delete(ACCOUNT));
    return;
  }
  if (request.method !== "GET") return;
  if (files.has(pathname)) event.respondWith(fromDesk(request, pathname));
  else if (request.mode === "navigate" && OF_ACCOUNT.test(pathname)) event.respondWith(fromSite(request));
  else if (request.mode === "navigate" && OFFLINE[pathname.slice(1, 3)] && pathname[3] === "/")
    event.respondWith(orWhatIsKept(request, pathname));
  else if (pathname.startsWith(STATIC)) event.respondWith(part(request));
});

async function fromDesk(request, pathname) {
  const cache = (await caches.has(CURRENT)) && (await caches.open(CURRENT));
  return (cache && (await cache.match(pathname))) || part(request);
}

async function fromSite(request) {
  const cache = await caches.open(ACCOUNT);
  try {
    const answer = await fetch(request);
    if (answer.ok) await cache.put(request.url, answer.clone());
    else if (answer.status < 500) await cache.delete(request.url); // logged out meanwhile, or not one's own any more
    return answer;
  } catch (error) {
    const before = await cache.match(request.url, { ignoreVary: true });
    if (before) return before;
    throw error;
  }
}

// Without a network, what leads to the ticket leads to it where one alone is kept; any other page names what is kept.
async function orWhatIsKept(request, pathname) {
  try {
    return await fetch(request);
  } catch (error) {
    const cache = (await caches.has(ACCOUNT)) && (await caches.open(ACCOUNT));
    const kept = cache ? (await cache.keys()).map(({ url }) => url) : [];
    const tickets = kept.filter((url) => /\/my\/tickets\//.test(url));
    if (TO_TICKET.test(pathname) && tickets.length === 1) return Response.redirect(tickets[0]);
    const links = [];
    for (const url of kept.filter((url) => OF_ACCOUNT.test(new URL(url).pathname))) {
      const html = await (await cache.match(url, { ignoreVary: true })).text();
      links.push(`<li><a href="${url}">${/<title>([^<]*)/.exec(html)?.[1] ?? url}</a></li>`);
    }
    if (!links.length) throw error;
    const language = pathname.slice(1, 3);
    const { title, text } = OFFLINE[language];
    const styles = kept.filter((url) => url.endsWith(".css")).map((url) => `<link rel="stylesheet" href="${url}">`);
    return new Response(
      `<!DOCTYPE html><html lang="${language}"><head><meta charset="utf-8"><title>${title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">${styles.join("")}</head><body><main>
<div class="wrap page stack"><h1>${title}</h1><p>${text}</p><ul>${links.join("")}</ul></div></main></body></html>`,
      { headers: { "Content-Type": "text/html; charset=utf-8" } },
    );
  }
}

async function part(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const before = await caches.match(request);
    if (before) return before;
    throw error;
  }
}
