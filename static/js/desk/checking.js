// What follows from a code or a name: checks in, or says why not. Each deed is on the disk before it is shown.
import { hashOf, read, typedCode } from "./ticket.js";
import { desk, isOnItsDays, isOver, moment, now, scopeKey } from "./state.js";
import { post } from "./store.js";

const ALERTING = new Set(["stale", "forged", "retired"]);
const QUIET = 60_000; // milliseconds in which the same alert is not raised again
const raised = new Map();

// As which device: tomorrow's link makes this browser another one, and the site asks who did it.
const deed = (item) => post({ ...item, device: desk.me.device.id, ...moment() });

/**
 * What a scanned or typed text leads to: `{kind, tone, person, …}`. Tones: good lets in, look needs a human eye, bad
 * does not let in. `refresh` asks the site for newer people and says whether it answered.
 */
export async function present(text, refresh) {
  const typed = typedCode(text);
  const found = typed ? { kind: "ok", code: typed, isChecked: true } : await signed(text, refresh);
  const hash = found.code ? await hashOf(found.code) : null;
  if (found.kind !== "ok") {
    if (ALERTING.has(found.kind)) await alertOf(found.kind, hash);
    return { kind: found.kind, tone: "bad" };
  }
  // A ticket may be younger than the list.
  if (!desk.list.byHash.has(hash) && !desk.list.void.has(hash)) await refresh();
  if (desk.list.void.has(hash)) {
    await alertOf("void", hash);
    return { kind: "void", tone: "bad", why: desk.list.void.get(hash) };
  }
  const person = desk.list.byHash.get(hash);
  if (!person) {
    if (!typed) await alertOf("unknown", hash);
    return { kind: typed ? "unknown_code" : "unknown", tone: "bad" };
  }
  return { ...(await enter(person, { how: "scan", hash })), isUnchecked: !found.isChecked };
}

// The site may have changed its key since the list was fetched; a key nobody knows then is not ours.
async function signed(text, refresh) {
  const reading = () => read(text, { edition: desk.me.edition.number, keys: desk.list.keys, isOver: isOver() });
  let found = await reading();
  if (found.kind === "new_key") {
    await refresh();
    found = await reading();
  }
  return found.kind === "new_key" ? { ...found, kind: "forged" } : found;
}

/** Checks in where nothing speaks against it; `anyway` where somebody decided so. */
export async function enter(person, { how, hash = null, anyway = false }) {
  const since = desk.list.since(person.ref, scopeKey());
  if (since) return { kind: "already", tone: "look", person, since, how };
  if (!isOnItsDays()) return { kind: "not_today", tone: "look", person };
  if (!anyway && lacksSeat(person)) return { kind: "no_seat", tone: "look", person, how, hash };
  await checkIn(person, how, hash);
  return { kind: desk.scope === "day" ? "in" : "in_session", tone: "good", person };
}

/** About somebody found by name, before anything is done. */
export function look(person) {
  const since = desk.list.since(person.ref, scopeKey());
  if (since) return { kind: "already", tone: "look", person, since };
  if (!isOnItsDays()) return { kind: "not_today", tone: "look", person };
  if (lacksSeat(person)) return { kind: "no_seat", tone: "look", person, how: "name", hash: null };
  return { kind: "found", tone: "ask", person, how: "name" };
}

const lacksSeat = ({ seats }) =>
  desk.scope !== "day" && desk.list.needsSeat(desk.scope) && !seats.includes(desk.scope);

/** Where somebody has a seat while this session runs. */
export function seatsElsewhere({ seats }) {
  const here = desk.list.session(desk.scope);
  if (!here) return [];
  const isMeanwhile = ({ code, starts, ends }) =>
    code !== here.code && Date.parse(starts) < Date.parse(here.ends) && Date.parse(ends) > Date.parse(here.starts);
  return desk.list.sessions.filter((session) => seats.includes(session.code) && isMeanwhile(session));
}

async function checkIn(person, how, hash) {
  const { list } = desk;
  const id = crypto.randomUUID();
  const scope = scopeKey();
  await deed({ type: "check_in", id, ref: person.ref, hash, scope: desk.scope, how, key_scope: scope });
  list.mark(person.ref, scope, new Date(now()).toISOString());
  list.mine.set(`${scope} ${person.ref}`, id);
  desk.waiting += 1;
}

const isMine = (ref, scope) => Boolean(desk.list.since(ref, scope)) && desk.list.mine.has(`${scope} ${ref}`);

export const canUndo = (person) => isMine(person.ref, scopeKey());

/** Takes back a check-in that was made on this device; false where it turned out to be another's meanwhile. */
export async function undo(person, scope = scopeKey()) {
  const { list } = desk;
  if (!isMine(person.ref, scope)) return false;
  const id = list.mine.get(`${scope} ${person.ref}`);
  await deed({ type: "undone", id, ref: person.ref, key_scope: scope });
  list.unmark(person.ref, scope);
  desk.waiting += 1;
  return true;
}

async function alertOf(kind, hash) {
  const name = `${kind} ${hash}`;
  if (performance.now() - (raised.get(name) ?? -QUIET) < QUIET) return;
  raised.set(name, performance.now());
  await deed({ type: "alert", id: crypto.randomUUID(), kind, hash, scope: desk.scope });
  desk.waiting += 1;
}
