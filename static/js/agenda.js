// Public pages are the same for everyone and hold no clock. One small request adds what the reader has starred and
// booked, how many seats are free, what is on now and what is next; all of it by the server's clock. It also copies
// the agenda's addresses and prints it. What was opened here once can be read again without a network, with a
// programme all that it leads to (see service-worker.js). All works without it.
"use strict";

const isWhole = "whole" in document.currentScript.dataset;

const codeOf = (link) => link.pathname.match(/\/sessions\/([0-9A-Z]{6})\/$/)?.[1];
const links = [...document.querySelectorAll('main a[href*="/sessions/"]')].filter(codeOf);
const calendar = document.getElementById("calendar");
const language = document.documentElement.lang;
const edition = location.pathname.match(/\/editions\/([^/]+)\//)?.[1] ?? "";
const MINUTE = 60_000;

const element = (name, css, text) => Object.assign(document.createElement(name), { className: css, textContent: text });
const say = (label, value) => label.replace(/%\(\w+\)s/, value);
// Moments come with the venue's offset: what stands in them is what its clocks show.
const atVenue = (moment) => moment.slice(11, 16);

let state, asked, line;
const clock = () => Date.parse(state.at) + performance.now() - asked;

async function ask() {
  const answer = await fetch(`/my/state.json?lang=${language}&edition=${edition}`);
  asked = performance.now();
  state = await answer.json();
  mark();
  drawLine();
}

function mark() {
  const { starred, booked, offered, waiting, free, lists, now, next, labels } = state;
  for (const link of links) {
    const code = codeOf(link);
    const tags = [];
    const isSaid = link.closest(".room-now"); // the page of now and next has headings for it
    if (now.includes(code) && !isSaid) tags.push(["tag-action", labels.now]);
    else if (next.includes(code) && !isSaid) tags.push(["tag", labels.next]);
    if (booked.includes(code)) tags.push(["tag-success", labels.booked]);
    else if (offered.includes(code)) tags.push(["tag-action", labels.offered]);
    else if (waiting[code]) tags.push(["tag-warning", say(labels.waiting, waiting[code])]);
    else if (starred.includes(code)) tags.push(["tag-info", labels.starred]);
    if (free[code] === 0) tags.push(["tag-warning", lists[code] ? say(labels.list, lists[code]) : labels.full]);
    else if (free[code]) tags.push(["tag-quiet", say(labels.free, free[code])]);
    link.marks?.remove();
    if (tags.length) {
      link.marks = element("span", "marks", "");
      link.marks.append(...tags.flatMap(([css, text]) => [" ", element("span", `tag ${css}`, text)]));
      link.after(link.marks);
    }
  }
  // A cell may hold several sessions: one of them is enough.
  for (const cell of document.querySelectorAll(".cell"))
    cell.classList.toggle("is-now", links.some((link) => cell.contains(link) && now.includes(codeOf(link))));
}

// The times of readers whose own clocks show another one, beside those of the venue.
function ownTimes() {
  for (const time of document.querySelectorAll('main time[datetime*="T"]')) {
    const moment = new Date(time.dateTime);
    const own = moment.toTimeString().slice(0, 5);
    if (time.textContent.trim() === atVenue(time.dateTime) && own !== atVenue(time.dateTime)) {
      const isOtherDay = moment.getDate() !== Number(time.dateTime.slice(8, 10));
      const day = isOtherDay ? `${moment.toLocaleDateString(language, { weekday: "short" })} ` : "";
      time.after(" ", element("span", "own-time", `(${say(state.labels.own, day + own)})`));
    }
  }
}

// A cell of a day that is a plain list has no such class.
function classNumber(cell, letter) {
  return Number(cell.className.match(new RegExp(`\\b${letter}(\\d+)\\b`))?.[1] ?? 0);
}

// The line stands at its five minutes of today's timetable: the rows' own classes place it.
function drawLine() {
  if (!state.turns_at && !line) return;
  line?.remove();
  for (const timetable of document.querySelectorAll(".timetable")) {
    const slots = [...timetable.querySelectorAll(".timetable-slot")];
    const rows = [...timetable.querySelectorAll(".cell")].map((cell) =>
      [["r", "h"], ["s", "l"]].map(([five, hour]) => classNumber(cell, five) + 12 * classNumber(cell, hour)),
    );
    const began = Date.parse(slots[0].querySelector("time").dateTime) - (rows[0][0] - 1) * 5 * MINUTE;
    const row = Math.floor((clock() - began) / (5 * MINUTE)) + 1;
    if (row < 1 || row >= Math.max(...rows.map(([start, length]) => start + length))) continue;
    const moment = new Date(clock() + Date.parse(`${state.at.slice(0, 19)}Z`) - Date.parse(state.at));
    line ??= element("p", "", "");
    line.id = "now";
    line.tabIndex = -1;
    line.className = `now-line r${(row - 1) % 12 + 1} h${Math.floor((row - 1) / 12)}`;
    line.textContent = say(state.labels.line, atVenue(moment.toISOString()));
    const later = slots.find((slot) => Date.parse(slot.querySelector("time").dateTime) > clock());
    timetable.insertBefore(line, later ?? null);
    if (!document.getElementById("to-now")) {
      const jump = Object.assign(element("a", "button button-secondary", state.labels.jump), { href: "#now", id: "to-now" });
      document.querySelector("main .filter-bar")?.after(jump);
    }
  }
}

function everyMinute() {
  if (state.turns_at && clock() >= Date.parse(state.turns_at)) {
    state.turns_at = null;
    // Not all browsers in one second.
    setTimeout(() => ask().catch(() => {}), Math.random() * MINUTE / 3);
  }
  drawLine();
}

if (links.length && !calendar) {
  ask()
    .then(() => {
      ownTimes();
      if (!state.turns_at) return;
      setInterval(everyMinute, MINUTE);
      document.addEventListener("visibilitychange", () => {
        // A telephone that slept has a stopped clock.
        if (!document.hidden && performance.now() - asked > MINUTE) ask().catch(() => {});
      });
    })
    .catch(() => {});
}

if (navigator.clipboard)
  for (const address of document.querySelectorAll("input[data-copy]")) {
    const button = element("button", "button button-secondary button-small", address.dataset.copy);
    button.type = "button";
    button.onclick = async () => {
      await navigator.clipboard.writeText(address.value);
      button.textContent = address.dataset.copied;
    };
    address.closest("section").querySelector(".actions").prepend(button);
  }

for (const place of document.querySelectorAll("[data-print]")) {
  const button = element("button", "button button-secondary button-small", place.dataset.print);
  button.onclick = () => print();
  place.append(button);
}

const startOf = ({ href }) => href.split("#")[0];

function keepForLater({ active }, hasLinks) {
  const parts = performance.getEntriesByType("resource").map(({ name }) => name);
  active.postMessage({
    page: startOf(location),
    passing: document.querySelector(".messages") !== null,
    parts: parts.filter((part) => part.startsWith(`${location.origin}/static/`)),
    links: hasLinks && !navigator.connection?.saveData ? [...document.links].map(startOf) : [],
  });
}

// Fails in a private window, or without https: the page itself needs none of this.
navigator.serviceWorker
  ?.register("/sw.js")
  .then(() => navigator.serviceWorker.ready)
  .then((worker) => {
    keepForLater(worker, false);
    // A programme is many pages: first the one that is read.
    if (isWhole) setTimeout(keepForLater, 3_000, worker, true);
  })
  .catch(() => {});
