// What the desk knows while it is open, shared by its modules; and what of it stays on the device.
import { reading } from "./clock.js";
import { index } from "./search.js";
import { forget, keep } from "./store.js";
import { seal } from "./vault.js";
import { dayOf } from "./words.js";

export const desk = {
  me: null, // the device, its role and the edition, as the site said last; holds no participant's name
  list: null, // the open list; null while locked
  entries: [], // the same for searching
  key: null, // made of the passphrase, in memory only
  salt: null,
  scope: "day", // at the entrance, or the code of a session
  offset: 0, // milliseconds the site's clock is ahead of this device's
  heard: null, // when the list was last fresh, by the site's clock
  isOnline: true,
  waiting: 0, // what the outbox holds
  refused: [], // what the site did not accept and nobody has looked at yet
  isTaken: true, // false while the site takes nothing of what is sent
};

/** By the site's clock, as far as it was heard. */
export const now = () => Date.now() + desk.offset;
export const zone = () => desk.me.edition.timezone;
export const today = () => dayOf(now(), zone());
/** Under which the list counts who is in here: today, or the session. */
export const scopeKey = () => (desk.scope === "day" ? today() : desk.scope);
export const isOver = () => Boolean(desk.me.edition.ends_at) && now() >= Date.parse(desk.me.edition.ends_at);
export const isOnItsDays = () => desk.me.edition.days.includes(today());

/** Whether a volunteer's day, or for organisers the edition, has ended: known without a network, too. */
export function isPast() {
  const end = desk.me?.until ?? desk.me?.edition.ends_at;
  return Boolean(end) && now() >= Date.parse(end);
}

/** This moment as an item of the outbox notes it. */
export const moment = () => reading(desk.offset);

export function opened(list) {
  desk.list = list;
  desk.entries = index(list.people.values());
}

export function locked() {
  Object.assign(desk, { list: null, entries: [], key: null, salt: null });
}

export function heard(moment) {
  desk.offset = Date.parse(moment) - Date.now();
  desk.heard = moment;
}

export const keepMe = () => keep("me", { me: desk.me, offset: desk.offset, heard: desk.heard });

// One after the other, so that an older list never lands upon a newer one.
let last = Promise.resolve();
export function keepList() {
  last = last
    .catch(() => {})
    .then(async () => {
      if (!desk.list || !desk.key) return;
      await keep("mine", { device: desk.me.device.id, rows: [...desk.list.mine] });
      await keep("list", { salt: desk.salt, ...(await seal(desk.key, desk.list.whole())) });
    });
  return last;
}

/** Nobody may read the list here any more, not even one that was just being kept. */
export function forgetList() {
  locked();
  last = last.catch(() => {}).then(() => forget("list"));
  return last;
}
