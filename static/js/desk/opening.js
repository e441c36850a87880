// Opening the desk: with the site's answer where there is a network, else with what lies sealed on the device.
import { List } from "./list.js";
import { me, NoNetwork, Refused, wholeList } from "./network.js";
import { desk, heard, isPast, keepList, keepMe, opened } from "./state.js";
import { kept, waiting } from "./store.js";
import { count, reapply } from "./sync.js";
import { keyOf, newSalt, unseal } from "./vault.js";

/** Why the desk cannot work in this browser: insecure, no_crypto, no_storage; null when it can. */
export async function trouble() {
  if (!isSecureContext) return "insecure";
  if (!crypto?.subtle || !navigator.locks) return "no_crypto";
  try {
    await count();
  } catch {
    return "no_storage"; // a private window, or a browser that is told to keep nothing
  }
  return null;
}

/** Whether somebody may open the desk here: passphrase, closed, over (its day has ended) or no_list (offline, new). */
export async function standing() {
  try {
    desk.me = await me();
    desk.isOnline = true;
    heard(desk.me.now);
    await keepMe();
  } catch (error) {
    if (error instanceof Refused) return "closed";
    if (!(error instanceof NoNetwork)) throw error;
    desk.isOnline = false;
    const before = await kept("me");
    if (!before || !(await kept("list"))) return "no_list";
    Object.assign(desk, before);
  }
  return isPast() ? "over" : "passphrase";
}

/** Opens the list: fresh from the site, or what was kept. Raises Refused or WrongPassphrase. */
export async function open(passphrase) {
  const typed = passphrase.normalize("NFC").trim();
  const mine = await kept("mine"); // before a fresh list is kept, which knows of none
  try {
    await fresh(typed);
  } catch (error) {
    if (!(error instanceof NoNetwork)) throw error;
    desk.isOnline = false;
    await fromDevice(typed, error);
  }
  const items = await waiting();
  if (!desk.list) return; // closed meanwhile
  if (mine?.device === desk.me.device.id) desk.list.mine = new Map(mine.rows);
  for (const item of items) reapply(desk.list, item);
  // Else a browser short of space may throw away what was not sent yet.
  navigator.storage?.persist?.().catch(() => {});
}

async function fresh(passphrase) {
  const answer = await wholeList(passphrase);
  desk.isOnline = true;
  heard(answer.now);
  const salt = newSalt();
  Object.assign(desk, { salt, key: await keyOf(passphrase, salt) });
  opened(new List(answer));
  await keepList();
  await keepMe();
}

async function fromDevice(passphrase, offline) {
  const sealed = await kept("list");
  if (!sealed) throw offline;
  const key = await keyOf(passphrase, sealed.salt);
  const list = new List(await unseal(key, sealed));
  // Refused while the list was closed: nobody told the list.
  for (const { type, ref, key_scope: scope } of desk.refused) if (type === "check_in") list.unmark(ref, scope);
  Object.assign(desk, { key, salt: sealed.salt });
  opened(list);
}
