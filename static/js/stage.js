// The stage asks every few seconds whether anything changed, and says how old it is when nobody answers.
"use strict";

const PAUSES = { before: 6_000, on: 3_000, settling: 3_000, over: 30_000 };
const LONGEST = 30_000; // pause when nobody answers
const TURN = 9_000; // how long a page of names stands

const stage = document.getElementById("stage");
const [live, said, button, number] = ["live", "said", "paging", "page"].map((name) => document.getElementById(`stage-${name}`));
const wide = matchMedia("(min-width: 60rem) and (min-height: 30rem)");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
let seen = Date.now();
let failed = 0;
let timer;
let asking = false;

const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => values[name]);

async function get(address) {
  const answer = await fetch(address, { cache: "no-cache", signal: AbortSignal.timeout(8_000) });
  if (!answer.ok) throw new Error(answer.status);
  return answer;
}

async function look() {
  if (asking) return;
  asking = true;
  clearTimeout(timer);
  try {
    const { version } = await (await get(stage.dataset.asks)).json();
    if (version !== stage.dataset.version) show(await (await get(location.pathname)).text());
    seen = Date.now();
    if (failed) said.textContent = said.dataset.back;
    failed = 0;
  } catch {
    if (!failed) said.textContent = said.dataset.lost;
    failed += 1;
  }
  asking = false;
  tell();
  // Not all at once: a hall of telephones comes back together.
  const pause = PAUSES[stage.dataset.phase] * 2 ** failed;
  timer = setTimeout(look, Math.min(pause, LONGEST) * (0.9 + Math.random() / 5));
}

function tell() {
  const seconds = Math.round((Date.now() - seen) / 1000);
  const text = failed ? (seconds < 120 ? live.dataset.stale : live.dataset.staleLong) : live.dataset.live;
  const time = new Date(seen).toLocaleTimeString(language);
  live.textContent = fill(text, { time, seconds, minutes: Math.round(seconds / 60) });
  live.classList.toggle("door-stale", failed > 0);
}

function show(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("stage");
  const known = new Set([...stage.querySelectorAll("[data-key]")].map((one) => one.dataset.key));
  for (const part of stage.querySelectorAll("[data-part]")) {
    if (!fresh.querySelector(`[data-part=${part.dataset.part}]`)) part.remove();
  }
  for (const part of fresh.querySelectorAll("[data-part]")) {
    const old = stage.querySelector(`[data-part=${part.dataset.part}]`);
    if (!old) stage.querySelector(".stage-parts").append(part);
    else if (old.innerHTML !== part.innerHTML && !merge(old, part)) old.replaceWith(part);
  }
  Object.assign(stage.dataset, fresh.dataset);
  const added = [...stage.querySelectorAll("[data-key]")].filter((one) => !known.has(one.dataset.key));
  for (const one of added) one.classList.add("is-new");
  const sentences = added.length < 4 ? added.map((one) => one.dataset.said) : [];
  const head = [...stage.querySelectorAll(":is([data-part=head], [data-part=phase]) [data-said]")];
  said.textContent = [...sentences, ...head.map((one) => one.dataset.said)].join(" ");
  page(added[0]);
}

// A list takes only what changed, so that whoever reads it does not lose their place.
function merge(old, fresh) {
  const [list, wanted] = [old.querySelector("ol"), fresh.querySelector("ol")];
  if (!list || !wanted) return false;
  list.className = wanted.className;
  const there = new Map([...list.children].map((one) => [one.dataset.key, one]));
  for (const one of there.values()) one.classList.remove("is-new");
  const rows = [...wanted.children].map((one) => {
    const row = there.get(one.dataset.key);
    return row && row.innerHTML === one.innerHTML ? row : one;
  });
  for (const one of there.values()) if (!rows.includes(one)) one.remove();
  rows.forEach((row, place) => list.children[place] === row || list.insertBefore(row, list.children[place] || null));
  return true;
}

// On a projector more names than fit stand page by page; one button shows all of them, and the turning stops.
let isPaged = !calm.matches;
let turning;

function page(wanted) {
  clearTimeout(turning);
  const list = stage.querySelector(".stage-names");
  number.textContent = "";
  button.parentElement.hidden = true;
  if (!list) return;
  list.classList.remove("is-paged");
  list.style.height = "";
  const room = innerHeight - (list.getBoundingClientRect().top + scrollY) - stage.querySelector(".door-foot").offsetHeight - 64;
  if (!wide.matches || list.scrollHeight <= room) return;
  button.parentElement.hidden = false;
  button.textContent = isPaged ? button.dataset.all : button.dataset.paged;
  if (!isPaged) return;
  list.classList.add("is-paged");
  list.style.height = `${room}px`;
  const step = list.clientWidth + parseFloat(getComputedStyle(list).columnGap);
  const pages = Math.ceil((list.scrollWidth + 1) / step);
  const turn = (to) => {
    list.scrollLeft = to * step;
    number.textContent = fill(live.dataset.paged, { page: to + 1, pages });
    turning = setTimeout(turn, TURN, (to + 1) % pages);
  };
  turn(wanted ? Math.floor((wanted.offsetLeft - list.offsetLeft) / step) : 0);
}

button.addEventListener("click", () => {
  isPaged = !isPaged;
  page();
});
addEventListener("resize", () => page());
addEventListener("online", look);
addEventListener("offline", look);
document.addEventListener("visibilitychange", () => document.hidden || look());
setInterval(tell, 1_000);
document.fonts.ready.then(() => page());
look();
