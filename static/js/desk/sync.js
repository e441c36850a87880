// Sends what waits and takes what is new. Sending twice is harmless, as the site knows each item by its id, so an
// item leaves the outbox only after the site's answer, and after the list that holds its result is kept.
import { elapsed } from "./clock.js";
import { exchange, NoNetwork, Refused, siteMoment } from "./network.js";
import { desk, heard, keepList, keepMe, moment, now, opened } from "./state.js";
import { refused, sent, waiting } from "./store.js";

const EVERY = 20_000; // milliseconds
const FRESH = 30_000; // milliseconds for which the difference of the clocks is taken for known
const MOST = 500; // items in one exchange
const NOT_TAKEN = new Set(["unknown", "not_confirmed", "refused"]);

/** `said` is called after each try with its outcome: ok, offline, closed (nobody entered here), over, reopen or refused. */
export class Sync {
  constructor(said) {
    this.said = said;
    this.tried = new Set(); // ids that were sent without an answer: the site may know them already from us
  }

  start() {
    setInterval(() => this.now(), EVERY);
    addEventListener("online", () => this.now());
    addEventListener("offline", () => this.now());
  }

  /** One at a time, in all tabs of this browser; what is asked for meanwhile comes right after, once for all. */
  now() {
    if (this.running) return (this.next ??= this.running.then(() => this.begin()));
    return this.begin();
  }

  begin() {
    this.next = null;
    this.running = navigator.locks.request("desk-sync", () => this.rounds()).finally(() => (this.running = null));
    return this.running;
  }

  async rounds() {
    let outcome = "ok";
    try {
      for (let isMore = true; isMore; ) {
        const items = (await waiting()).slice(0, MOST);
        if (items.length && !isClockKnown()) heard(await siteMoment());
        // While the site answers, the list may be closed, and another one opened: the answer is not about that.
        const { list } = desk;
        const sending = exchange(batch(items, list));
        sending.catch(({ isSent }) => isSent && items.forEach(({ id }) => this.tried.add(id)));
        const answer = await sending;
        await this.take(items, answer, list);
        isMore = items.length === MOST;
        if (!answer.open) outcome = "over";
        else if (list && list === desk.list && !answer.changes) outcome = "reopen"; // our place in its news is lost
      }
      desk.isOnline = desk.isTaken = true;
    } catch (error) {
      if (error instanceof NoNetwork) outcome = "offline";
      else if (error instanceof Refused) outcome = error.kind === "closed" ? "closed" : "refused";
      else throw error;
      desk.isOnline = outcome !== "offline";
      if (desk.isOnline) desk.isTaken = outcome === "closed";
    }
    await count();
    this.said(outcome);
    return outcome;
  }

  async take(items, answer, list) {
    heard(answer.now);
    const answered = new Set(items.map(({ key }) => key));
    const newer = (await waiting()).filter(({ key }) => !answered.has(key));
    const isOfList = list !== null && list === desk.list;
    const refusals = items.map((item) => ({ ...item, why: refusal(item, items, answer) })).filter(({ why }) => why);
    if (isOfList) {
      for (const { type, ref, key_scope: scope } of refusals) if (type === "check_in") list.unmark(ref, scope);
      for (const { type, id, ref, key_scope: scope } of items)
        // Another device was first: not ours to take back.
        if (type === "check_in" && answer.results[id] === "already" && !this.tried.has(id)) list.disown(ref, scope, id);
    }
    if (isOfList && answer.open && answer.changes) {
      // What was done here since the question was asked is newer than the answer.
      const isOther = list.apply(answer.changes);
      for (const item of newer) reapply(list, item);
      list.cursor = answer.cursor;
      if (isOther) opened(list);
      await keepMe();
    }
    if (isOfList) await keepList();
    await sent(items, refusals);
    for (const { id } of items) this.tried.delete(id);
  }
}

/** Both counts of the bar, as the disk has them. */
export async function count() {
  desk.waiting = (await waiting()).length;
  desk.refused = await refused();
}

/** What waits is not on the site yet, but done: the list shows it. */
export function reapply(list, { type, id, ref, key_scope: scope, at }) {
  if (type === "check_in" && !list.since(ref, scope)) list.mark(ref, scope, at);
  if (type === "check_in") list.mine.set(`${scope} ${ref}`, id);
  if (type === "undone") list.unmark(ref, scope);
}

// Why the site did not accept an item, or null. Who is taken back before the site ever heard of them has one id twice,
// and the answer is about the check-in.
function refusal({ type, id, key }, items, { results }) {
  if (type === "alert" || !NOT_TAKEN.has(results[id])) return null;
  if (type === "undone" && items.some((other) => other.id === id && other.key !== key)) return null;
  return results[id];
}

const isClockKnown = () => Boolean(desk.heard) && Math.abs(now() - Date.parse(desk.heard)) < FRESH;

function batch(items, list) {
  const present = moment();
  const wall = Date.parse(present.at);
  const of = (type) =>
    items
      .filter((item) => item.type === type)
      .map((item) => ({ ...item, at: new Date(wall - elapsed(item, present)).toISOString() }));
  return {
    now: present.at,
    cursor: list?.cursor ?? null,
    check_ins: of("check_in").map(({ id, device, ref, hash, scope, at, how }) => ({ id, device, ref, hash, scope, at, how })),
    undone: of("undone").map(({ id, device, ref, at }) => ({ id, device, ref, at })),
    alerts: of("alert").map(({ id, device, kind, hash, scope, at }) => ({ id, device, kind, hash, scope, at })),
  };
}
