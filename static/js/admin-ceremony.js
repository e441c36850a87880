// The two screens of a ceremony: what changed comes by itself, and without a network nothing is sent in vain.
// Without scripts the page's link loads it anew, and the server refuses what was stale.
"use strict";

const PAUSE = 3_000;
const LONGEST = 15_000;

const live = document.querySelector("[data-live]");
const age = live.querySelector("[data-age]");
const said = live.querySelector("[data-said]");
const screen_ = document.querySelector("[data-screen]");
const find = document.querySelector("[data-find]");
const found = document.querySelector("[data-found]");
let { version } = live.dataset;
let seen = Date.now();
let failed = 0;
let timer;
let ends = new Map(); // by signing, when its time to undo is over, on this device's clock

const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => values[name]);
const clock = (moment) => new Date(moment).toLocaleTimeString(document.documentElement.lang, { hourCycle: "h23", timeZone: live.dataset.zone }); // as the rows say it
const rowsOf = (root) => new Map([...root.querySelectorAll("[data-row]")].map((row) => [row.dataset.row, row]));
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const isTyped = (input) => (input.type === "file" ? input.files.length > 0 : "touched" in input.dataset);

async function get(address) {
  const answer = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(8_000) });
  if (!answer.ok || answer.redirected) throw new Error(answer.status);
  return answer;
}

// Whether an answer came; the rows are as of now then.
async function look() {
  clearTimeout(timer);
  try {
    const state = await (await get(live.dataset.asks)).json();
    if (state.version !== version) {
      show(new DOMParser().parseFromString(await (await get(location.pathname)).text(), "text/html"));
    }
    ends = new Map(Object.entries(state.undo).map(([pk, seconds]) => [pk, Date.now() + seconds * 1000]));
    // The time of signing is that of this site's clock, as long as nobody typed another one.
    for (const input of screen_.querySelectorAll("[data-clock]")) if (!input.dataset.touched) input.value = state.clock;
    seen = Date.now();
    if (failed) said.textContent = "";
    failed = 0;
  } catch {
    failed += 1;
  }
  tell();
  timer = setTimeout(look, Math.min(PAUSE * 2 ** failed, LONGEST));
  return failed === 0;
}

function show(page) {
  const fresh = page.querySelector("[data-screen]");
  if (!fresh) throw new Error("not this page"); // somebody was logged out
  version = page.querySelector("[data-live]").dataset.version;
  const focus = document.activeElement;
  const now = rowsOf(fresh);
  for (const [name, row] of rowsOf(screen_)) {
    const inputs = [...row.querySelectorAll("input")].filter(isTyped);
    const next = now.get(name);
    if (!inputs.length && !row.contains(focus) && !row.querySelector("details[open]")) continue;
    if (next && next.dataset.key === row.dataset.key) next.replaceWith(row);
    else if (inputs.length) {
      for (const input of inputs) {
        const same = next && input.type !== "file" && next.querySelector(`form:has(button[value="${input.form.querySelector("button").value}"]) [name="${input.name}"]`);
        if (same) {
          same.value = input.value;
          same.dataset.touched = "yes";
          same.closest("details")?.setAttribute("open", "");
        }
      }
      said.textContent = live.dataset.changed;
    }
  }
  screen_.replaceChildren(...fresh.childNodes);
  sift();
  if (screen_.contains(focus)) focus.focus({ preventScroll: true });
}

// Two hundred may be on the list, and one of them walks on stage.
function sift() {
  const words = plain(find.value).split(/\s+/).filter(Boolean);
  const rows = [...screen_.querySelectorAll(".ac-row")];
  for (const row of rows) {
    const text = plain((row.querySelector(".ac-who") ?? row).textContent);
    row.hidden = !words.every((word) => text.includes(word));
  }
  found.textContent = rows.length && rows.every((row) => row.hidden) ? found.dataset.none : "";
}

function tell() {
  const seconds = Math.round((Date.now() - seen) / 1000);
  live.classList.toggle("is-lost", failed > 0);
  age.textContent = fill(failed ? live.dataset.lost : live.dataset.fresh, { time: clock(seen), age: seconds });
  for (const line of screen_.querySelectorAll("[data-undo]")) {
    const left = Math.ceil(((ends.get(line.dataset.undo) ?? 0) - Date.now()) / 1000);
    line.textContent = left > 0 ? fill(line.dataset.words, { seconds: left }) : line.dataset.over;
  }
}

screen_.addEventListener("input", (event) => { event.target.dataset.touched = "yes"; });
// The theme writes the name of a chosen file into a field of its own, which these rows have not.
screen_.addEventListener("change", (event) => event.target.type === "file" && event.stopPropagation(), true);

// First asks whether this page is up to date: a row that changed meanwhile is not sent, it is shown as it is now.
screen_.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.dataset.step === "checked") {
    form.dataset.step = "sent"; // a second click sends nothing more
    return;
  }
  event.preventDefault();
  if (form.dataset.step) return;
  form.dataset.step = "asking";
  const isThere = await look();
  form.dataset.step = "";
  if (!isThere) {
    said.textContent = live.dataset.wait;
  } else if (form.isConnected) {
    form.dataset.step = "checked";
    form.requestSubmit(event.submitter);
  } else {
    said.textContent = live.dataset.changed;
  }
});

find.closest("[hidden]").hidden = false;
find.addEventListener("input", sift);
addEventListener("pageshow", sift); // what was looked for comes back with the page
addEventListener("online", look);
addEventListener("offline", look);
addEventListener("pageshow", (event) => event.persisted && location.reload());
document.addEventListener("visibilitychange", () => document.hidden || look());
setInterval(tell, 1_000);
look();
