// The desk's page: opens, scans, finds, shows, syncs, locks. docs/desk.md tells volunteers how; the modules beside
// this one why. Texts are in the page, people in memory, and only ciphertext and the outbox on the device.
import { drawBar } from "./bar.js";
import { enter, look, present, undo } from "./checking.js";
import { clearNames, drawRecent, listenForNames } from "./finding.js";
import { NoNetwork, Refused } from "./network.js";
import { open, standing, trouble } from "./opening.js";
import { clear, show, tell } from "./panel.js";
import { keepPage } from "./page.js";
import { listenForCodes } from "./reading.js";
import { drawRefused, listenForSeen } from "./refused.js";
import { desk, forgetList, isPast, locked, zone } from "./state.js";
import { Sync } from "./sync.js";
import { WrongPassphrase } from "./vault.js";
import { dayName, dayOf, element, say, time } from "./words.js";

const IDLE = 15 * 60_000; // milliseconds without a touch or a code, after which the list closes
const PATIENCE = 4_000; // milliseconds
const byId = (id) => document.getElementById(id);
let touched = Date.now();

function view(name, sentence = "") {
  for (const section of document.querySelectorAll("[data-view]")) section.hidden = section.dataset.view !== name;
  document.body.dataset.state = name;
  byId("why").textContent = sentence;
  byId("reason").hidden = !sentence;
  byId("entries").hidden = name !== "closed";
  // Their pages ask for no passphrase.
  byId("organisers").hidden = !(["open", "passphrase"].includes(name) && desk.me.role === "organiser");
  byId("lock").hidden = name !== "open";
  drawBar();
}

// --- checking in -------------------------------------------------------------------------------------

const deeds = {
  enter: async ({ person, how }) => answer(await enter(person, { how })),
  letIn: async ({ person, how, hash }) => answer(await enter(person, { how, hash, anyway: true })),
  undo: async (person, scope) => {
    if (await undo(person, scope)) tell(say("undone", { name: person.name }));
    else tell(say("answer_undone", { name: person.name }), "bad");
    drawRecent(deeds.undo);
    drawBar();
    sync.now();
  },
};

function answer(verdict) {
  show(verdict, deeds);
  if (verdict.tone === "good") {
    drawRecent(deeds.undo);
    clearNames();
  }
  drawBar();
  sync.now();
}

async function scanned(text) {
  touched = Date.now();
  if (desk.list) answer(await present(text, refresh));
}

// Nobody waits at the door for a network that does not come.
function refresh() {
  tell(say("looking"));
  return Promise.race([sync.now(), new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
}

const stopCamera = listenForCodes(scanned);
listenForNames((person) => show(look(person), deeds));

// --- where ---------------------------------------------------------------------------------------------

function drawScopes() {
  const select = byId("scope");
  const groups = new Map();
  for (const session of desk.list.sessions) {
    const day = dayOf(session.starts, zone());
    if (!groups.has(day)) {
      groups.set(day, document.createElement("optgroup"));
      groups.get(day).label = dayName(session.starts, zone());
    }
    const name = [time(session.starts, zone()), session.room, session.title].filter(Boolean).join(" · ");
    groups.get(day).append(new Option(name, session.code));
  }
  select.replaceChildren(new Option(say("entrance"), "day"), ...groups.values());
  const before = localStorage.getItem("desk-scope"); // a door stays a door after a reload
  desk.scope = desk.list.session(before) ? before : "day";
  select.value = desk.scope;
  drawScope();
}

// A telephone cuts the choice; at a door one has to see at which.
function drawScope() {
  const session = desk.list.session(desk.scope);
  byId("scope-name").textContent = session ? `${dayName(session.starts, zone())} · ${byId("scope").selectedOptions[0].text}` : "";
}

byId("scope").addEventListener("change", ({ target }) => {
  desk.scope = target.value;
  localStorage.setItem("desk-scope", desk.scope);
  drawScope();
  clear();
  clearNames();
  drawBar();
});

// --- opening and closing -------------------------------------------------------------------------------

async function begin() {
  const reason = await trouble();
  if (reason) return view("trouble", say(reason));
  const state = await standing();
  if (state === "closed" || state === "over") {
    await forgetList();
    sync.now(); // what was not sent yet may still be
  }
  if (state === "passphrase") return ask();
  view("closed", say(state));
}

function ask(sentence = "") {
  view("passphrase");
  byId("edition").textContent = desk.me.edition.name;
  byId("passphrase-error").textContent = sentence;
  byId("passphrase").focus();
}

byId("opening").addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = byId("passphrase");
  const button = byId("open");
  if (!field.value.trim()) return ask(say("no_passphrase"));
  if (isPast()) return end("over");
  button.disabled = true;
  byId("passphrase-error").textContent = "";
  try {
    await open(field.value);
  } catch (error) {
    if (error instanceof WrongPassphrase) ask(say("wrong_passphrase"));
    else if (error instanceof Refused && error.kind === "closed") await begin();
    else if (error instanceof Refused) ask(error.kind === "passphrase" ? say("wrong_passphrase") : error.message);
    else if (error instanceof NoNetwork) view("closed", say("no_list"));
    else throw error;
    return;
  } finally {
    field.value = "";
    button.disabled = false;
  }
  touched = Date.now();
  if (!desk.list) return; // the site closed it meanwhile
  drawScopes();
  view("open");
  drawRefused();
  drawRecent(deeds.undo);
  if (matchMedia("(pointer: fine)").matches) byId("name").focus(); // on a telephone its keyboard would hide the rest
  sync.now();
});

function lock() {
  stopCamera();
  locked();
  clear();
  clearNames();
  drawRecent();
  drawRefused();
  return isPast() ? end("over") : ask();
}

async function end(why) {
  view("closed", say(why));
  await forgetList();
}

byId("lock").addEventListener("click", lock);
for (const sign of ["pointerdown", "keydown"]) addEventListener(sign, () => (touched = Date.now()), { passive: true });

function beat() {
  if (desk.list && (Date.now() - touched > IDLE || isPast())) lock();
  drawBar();
}
setInterval(beat, 5_000);
document.addEventListener("visibilitychange", beat); // a telephone in a pocket runs no timers

// --- the site ------------------------------------------------------------------------------------------

const sync = new Sync(async (outcome) => {
  if (outcome === "reopen" && desk.list) lock();
  if ((outcome === "closed" || outcome === "over") && desk.list) {
    lock();
    await end(outcome);
  }
  drawRecent(deeds.undo);
  drawRefused();
  drawBar();
});
listenForSeen(drawBar);

// Such as a device whose disk is full: what was not kept is not shown as done.
addEventListener("unhandledrejection", () => tell(say("broken"), "bad"));
keepPage();
sync.start();
begin();
