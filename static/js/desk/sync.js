// Sends what waits and takes what is new. Sending twice is harmless, as the site knows each item by its id, so an
// item leaves the outbox only after the site's answer, and after the list that holds its result is kept.
import { exchange, NoNetwork, Refused } from "./network.js";
import { desk, heard, keepList, keepMe, opened } from "./state.js";
import { sent, waiting } from "./store.js";

const EVERY = 20_000; // milliseconds
const MOST = 500; // items in one exchange
const NOT_TAKEN = new Set(["unknown", "not_confirmed", "refused"]);

/** `said` is called after each try with its outcome: ok, offline, closed (nobody entered here), over, reopen or refused. */
export class Sync {
  constructor(said) {
    this.said = said;
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
    const refusals = [];
    try {
      for (let isMore = true; isMore; ) {
        const items = (await waiting()).slice(0, MOST);
        const answer = await exchange(batch(items));
        refusals.push(...(await this.take(items, answer)));
        isMore = items.length === MOST;
        if (!answer.open) outcome = "over";
        else if (desk.list && !answer.changes) outcome = "reopen"; // the site knows our place in its news no more
      }
      desk.isOnline = true;
    } catch (error) {
      if (error instanceof NoNetwork) outcome = "offline";
      else if (error instanceof Refused) outcome = error.kind === "closed" ? "closed" : "refused";
      else throw error;
      desk.isOnline = outcome !== "offline";
    }
    desk.waiting = (await waiting()).length;
    this.said(outcome, refusals);
    return outcome;
  }

  async take(items, answer) {
    const { list } = desk;
    const refusals = [];
    heard(answer.now);
    if (list && answer.open && answer.changes) {
      for (const item of items.filter(({ id }) => NOT_TAKEN.has(answer.results[id]))) {
        refusals.push({ person: list.people.get(item.ref), why: answer.results[item.id] });
        if (item.type === "check_in") list.mark(item.ref, item.key_scope, null);
      }
      // What was done here since the question was asked is newer than the answer.
      const isOther = list.apply(answer.changes);
      const answered = new Set(items.map(({ key }) => key));
      for (const item of await waiting()) if (!answered.has(item.key)) reapply(list, item);
      list.cursor = answer.cursor;
      if (isOther) opened(list);
      await keepList();
      await keepMe();
    }
    await sent(items);
    return refusals;
  }
}

/** What waits is not on the site yet, but done: the list shows it. */
export function reapply(list, { type, id, ref, key_scope: scope, at }) {
  if (type === "check_in" && !list.since(ref, scope)) list.mark(ref, scope, at);
  if (type === "check_in") list.mine.set(`${scope} ${ref}`, id);
  if (type === "undone") list.mark(ref, scope, null);
  if (type === "undone") list.mine.delete(`${scope} ${ref}`);
}

function batch(items) {
  const of = (type) => items.filter((item) => item.type === type);
  return {
    now: new Date().toISOString(),
    cursor: desk.list?.cursor ?? null,
    check_ins: of("check_in").map(({ id, ref, hash, scope, at, how }) => ({ id, ref, hash, scope, at, how })),
    undone: of("undone").map(({ id, at }) => ({ id, at })),
    alerts: of("alert").map(({ id, kind, hash, scope, at }) => ({ id, kind, hash, scope, at })),
  };
}
