// Served at /sw.js behind a line that names DESK, the files of the desk, and VERSION, a digest of all their bytes.
//
// The desk comes whole from one version's cache, so that its pages and modules always fit each other; a new version
// is fetched whole before it takes over. Tickets and the agenda are asked of the site first and shown from the last
// visit when there is no network. Whoever logs in or out, or has their data erased, forgets them. Answers with data
// (….json) are never kept: names stay out.
//
// What is open to all of an edition is kept apart from that, asked for without cookies: whoever opens the programme
// has its sessions, rooms and practical pages with them. It stays when somebody logs out, and says nothing of them.
"use strict";

const CURRENT = `desk-${VERSION}`;
const ACCOUNT = "account";
const OPEN = "open";
const OPEN_TO_ALL = /^\/[a-z]{2}\/(editions\/[^/]+\/(programme\/|rooms\/|sessions\/[0-9A-Z]{6}\/|pages\/[^/]+\/))?$/;
const IS_SESSION = /\/sessions\/[^/]+\/$/;
const MOST_PAGES = 400;
const MOST_CHARACTERS = 8_000_000;
const AT_ONCE = 4; // requests, while somebody reads the page that asked for them
const STANDS_FOR = 3_600_000; // milliseconds after which a programme that looks the same is asked for again
const PATIENCE = 5_000; // milliseconds until what is kept is better than a network that does not answer
const OF_ACCOUNT = /^\/[a-z]{2}\/my\/(agenda\/|tickets\/[^/]+\/)$/;
const TICKET = /\/my\/tickets\//;
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
async function keepPage({ page, parts, passing, links = [] }) {
  const isOwn = OF_ACCOUNT.test(new URL(page).pathname);
  const cache = await caches.open(isOwn ? ACCOUNT : OPEN);
  if (isOwn && (passing || !(await cache.match(page)))) {
    const answer = await fetch(page, { credentials: "same-origin" });
    if (answer.ok && !answer.redirected) await cache.put(page, answer);
  } else if (isOpen(page) && !(await cache.match(page))) await askForOpen(cache, page);
  await keepParts(cache, parts);
  if (links.length && isOpen(page)) await keepProgramme(cache, page, links).catch(() => {}); // again at the next visit
}

function isOpen(url) {
  const { origin, pathname, search } = new URL(url);
  return origin === location.origin && !search && OPEN_TO_ALL.test(pathname);
}

const askForOpen = async (cache, url) =>
  keepOpen(cache, url, await fetch(url, { cache: "no-cache", credentials: "omit" }));

// Only what the site says is the same for everyone.
async function keepOpen(cache, url, answer) {
  const { headers, ok, redirected, status } = answer;
  if (!ok || redirected || headers.get("Cache-Control") !== "no-cache" || /cookie/i.test(headers.get("Vary"))) {
    if (status < 500) await cache.delete(url);
    return;
  }
  const html = await answer.text();
  const kept = new Headers(headers);
  kept.delete("Content-Encoding");
  kept.delete("Content-Length");
  await cache.delete(url); // so that the order is that of their last visit
  await cache.put(url, new Response(html, { headers: kept }));
  await keepParts(cache, partsOf(html));
}

// As it is asked for: somebody may write a link to /static/../en/my/agenda/.
const isPart = (url) => new URL(url, location.origin).pathname.startsWith(STATIC);

const partsOf = (html) =>
  [...html.matchAll(/(?:href|src)="([^"]+)"/g)]
    .map(([, part]) => part)
    .filter((part) => part.startsWith(STATIC) && isPart(part));

async function keepParts(cache, parts) {
  for (const part of parts.filter(isPart))
    if (!(await cache.match(part))) await cache.add(new Request(part, { credentials: "omit" })).catch(() => {});
}

// All that the programme links to of its edition, in its language. Where the programme is the same as at the last
// visit, that was lately and by this version of the site, nothing is asked for.
async function keepProgramme(cache, page, links) {
  const programme = await cache.match(page);
  if (!programme) return;
  const stand = `${VERSION} ${programme.headers.get("ETag")}`;
  const before = await cache.match(`${page}?kept`);
  if (before && (await before.text()) === stand && Date.now() - before.headers.get("Kept-At") < STANDS_FOR) return;
  const edition = page.replace(/programme\/$/, "");
  const home = new URL(`/${language(page)}/`, page).href;
  const ofIt = (url) => isOpen(url) && url !== page && (url.startsWith(edition) || url === home);
  const wanted = [...new Set(links)].filter(ofIt).slice(0, MOST_PAGES - 2);
  for (let first = 0; first < wanted.length; first += AT_ONCE)
    await Promise.all(wanted.slice(first, first + AT_ONCE).map((url) => askForOpen(cache, url)));
  for (const { url } of await cache.keys())
    if (url.startsWith(edition) && IS_SESSION.test(url) && !wanted.includes(url)) await cache.delete(url);
  await cache.delete(page); // the last to go when there are too many
  await cache.put(page, programme);
  await cache.put(`${page}?kept`, new Response(stand, { headers: { "Kept-At": Date.now() } }));
  await sweep(cache);
}

const language = (url) => new URL(url).pathname.slice(1, 3);

// What was not opened for longest goes where there is too much, and styles and scripts that no page names any more.
async function sweep(cache) {
  const named = new Set();
  let pages = 0;
  let characters = 0;
  for (const request of (await cache.keys()).reverse().filter(({ url }) => !isPart(url))) {
    const html = await (await cache.match(request)).text();
    characters += html.length;
    pages += 1;
    if (pages > MOST_PAGES || characters > MOST_CHARACTERS) await cache.delete(request);
    else for (const part of partsOf(html)) named.add(new URL(part, location.origin).href);
  }
  for (const request of (await cache.keys()).filter(({ url }) => isPart(url)))
    if (!named.has(request.url) && !request.url.endsWith(".woff2")) await cache.delete(request);
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
  const isPage = request.mode === "navigate" && OFFLINE[pathname.slice(1, 3)] && pathname[3] === "/";
  if (files.has(pathname)) event.respondWith(fromDesk(request, pathname));
  else if (isPage && OF_ACCOUNT.test(pathname)) event.respondWith(fromSite(event));
  else if (isPage && OPEN_TO_ALL.test(pathname)) event.respondWith(openFromSite(event));
  else if (isPage) event.respondWith(orWhatIsKept(request, pathname));
  else if (pathname.startsWith(STATIC)) event.respondWith(part(request));
});

async function fromDesk(request, pathname) {
  const cache = (await caches.has(CURRENT)) && (await caches.open(CURRENT));
  return (cache && (await cache.match(pathname))) || part(request);
}

// The caches are opened before the site is asked: what comes after somebody logged out is put where nobody finds it.
async function fromSite(event) {
  const { request } = event;
  const cache = await caches.open(ACCOUNT);
  return inTime(event, () => cache.match(request.url, { ignoreVary: true }), async (answer) => {
    if (answer.ok) await cache.put(request.url, answer);
    else if (answer.status < 500) await cache.delete(request.url); // logged out meanwhile, or not one's own any more
  });
}

async function openFromSite(event) {
  const { request } = event;
  const url = new URL(request.url);
  const page = url.origin + url.pathname;
  const cache = await caches.open(OPEN);
  const keep = async (answer) => {
    if (!url.search) await keepOpen(cache, page, answer);
    if ((await cache.keys()).filter(({ url }) => !isPart(url)).length > MOST_PAGES) await sweep(cache);
  };
  // Of a programme that was to be filtered the whole one.
  return inTime(event, () => cache.match(page, { ignoreVary: true }), keep);
}

// The site's answer; else, or where it lets one wait, the one from before with a line that says so; else what there is.
async function inTime(event, findBefore, keep) {
  const asked = fetch(event.request);
  event.waitUntil(asked.then((answer) => keep(answer.clone())).catch(() => {}));
  const before = await findBefore();
  if (!before) return asked.catch((error) => whatIsKept(new URL(event.request.url).pathname, error));
  const late = new Promise((done) => setTimeout(done, PATIENCE));
  const answer = await Promise.race([asked, late]).catch(() => {});
  return answer ?? asItWas(event.request.url, before);
}

async function asItWas(url, answer) {
  if (TICKET.test(url)) return answer; // which says so itself, below its code
  const date = new Date(answer.headers.get("Date"));
  const tongue = language(url);
  const moment = date.toLocaleString(tongue === "en" ? "en-GB" : tongue, { dateStyle: "long", timeStyle: "short" });
  const line = OFFLINE[tongue].as_it_was.replace("%(moment)s", moment);
  const first = /<div class="wrap page\b[^>]*>/; // of what stands below the cover or the breadcrumb
  const html = (await answer.text()).replace(first, (begin) => `${begin}<p class="notice">${line}</p>`);
  return new Response(html, { headers: answer.headers });
}

// Without a network, what leads to the ticket leads to it where one alone is kept; any other page names what is kept.
async function orWhatIsKept(request, pathname) {
  try {
    return await fetch(request);
  } catch (error) {
    return whatIsKept(pathname, error);
  }
}

async function whatIsKept(pathname, error) {
  const own = await pagesOf(ACCOUNT, OF_ACCOUNT);
  const tickets = own.filter(({ url }) => TICKET.test(url));
  if (TO_TICKET.test(pathname) && tickets.length === 1) return Response.redirect(tickets[0].url);
  const open = await pagesOf(OPEN, OPEN_TO_ALL);
  const others = open.filter(({ url }) => !IS_SESSION.test(url)); // the programme leads to its sessions
  const links = [...own, ...(others.length ? others : open).reverse()].map(({ url, title }) => `<li><a href="${url}">${title}</a></li>`);
  if (!links.length) throw error;
  const tongue = pathname.slice(1, 3);
  const { title, text } = OFFLINE[tongue];
  const styles = new Set([...own, ...open].flatMap(({ html }) => partsOf(html)).filter((part) => /\/site\b.*\.css$/.test(part)));
  return new Response(
    `<!DOCTYPE html><html lang="${tongue}"><head><meta charset="utf-8"><title>${title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
${[...styles].map((style) => `<link rel="stylesheet" href="${style}">`).join("")}</head><body><main>
<div class="wrap page stack"><h1>${title}</h1><p>${text}</p><ul>${links.join("")}</ul></div></main></body></html>`,
    { headers: { "Content-Type": "text/html; charset=utf-8" } },
  );
}

// Without the site's name.
const titleOf = (html) => /<title>([^<]*)/.exec(html)?.[1].replace(/ · [^·]*$/, "");

async function pagesOf(name, pattern) {
  const pages = [];
  if (!(await caches.has(name))) return pages;
  const cache = await caches.open(name);
  for (const { url } of await cache.keys()) {
    const { pathname, search } = new URL(url);
    if (!pattern.test(pathname) || (name === OPEN && search)) continue;
    const html = await (await cache.match(url, { ignoreVary: true })).text();
    pages.push({ url, html, title: titleOf(html) ?? url });
  }
  return pages;
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
