// What follows from a code or a name: checks in, or says why not. Each deed is on the disk before it is shown.
import { hashOf, read, typedCode } from "./ticket.js";
import { desk, isOver, now, scopeKey } from "./state.js";
import { post } from "./store.js";

const ALERTING = new Set(["stale", "forged", "retired"]);
const QUIET = 60_000; // milliseconds in which the same alert is not raised again
const raised = new Map();

const moment = () => new Date().toISOString(); // by this device; the site corrects it by the difference

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
  if (since) return { kind: "already", tone: "look", person, since };
  if (!anyway && lacksSeat(person)) return { kind: "no_seat", tone: "look", person, how, hash };
  await checkIn(person, how, hash);
  return { kind: desk.scope === "day" ? "in" : "in_session", tone: "good", person };
}

/** About somebody found by name, before anything is done. */
export function look(person) {
  const since = desk.list.since(person.ref, scopeKey());
  if (since) return { kind: "already", tone: "look", person, since };
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
  const item = { type: "check_in", id: crypto.randomUUID(), ref: person.ref, hash, scope: desk.scope, at: moment(), how };
  const scope = scopeKey();
  await post({ ...item, key_scope: scope });
  desk.list.mark(person.ref, scope, new Date(now()).toISOString());
  desk.list.mine.set(`${scope} ${person.ref}`, item.id);
  desk.waiting += 1;
}

export const canUndo = (person, scope = scopeKey()) => desk.list.mine.has(`${scope} ${person.ref}`);

/** Takes back a check-in that was made on this device. */
export async function undo(person, scope = scopeKey()) {
  const id = desk.list.mine.get(`${scope} ${person.ref}`);
  if (!id) return;
  await post({ type: "undone", id, ref: person.ref, key_scope: scope, at: moment() });
  desk.list.mine.delete(`${scope} ${person.ref}`);
  desk.list.mark(person.ref, scope, null);
  desk.waiting += 1;
}

async function alertOf(kind, hash) {
  const name = `${kind} ${hash}`;
  if (performance.now() - (raised.get(name) ?? -QUIET) < QUIET) return;
  raised.set(name, performance.now());
  await post({ type: "alert", id: crypto.randomUUID(), kind, hash, scope: desk.scope, at: moment() });
  desk.waiting += 1;
}
