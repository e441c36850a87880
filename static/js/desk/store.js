// What stays on the device: the sealed list and what the desk is (no names), and the outbox. The outbox holds
// numbers, codes' hashes and moments; nothing in it names anybody, so that it may outlive a logout unsealed.

let opened;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("desk", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("kept");
      request.result.createObjectStore("outbox", { keyPath: "key" });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
  return opened;
}

// Resolves when the transaction is on the disk, not when the request was answered: what is shown as kept is kept.
async function run(store, mode, work) {
  const base = await database();
  return new Promise((resolve, reject) => {
    const transaction = base.transaction(store, mode, { durability: "strict" });
    const request = work(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

export const kept = (name) => run("kept", "readonly", (store) => store.get(name));
export const keep = (name, value) => run("kept", "readwrite", (store) => store.put(value, name));
export const forget = (name) => run("kept", "readwrite", (store) => store.delete(name));

async function outbox() {
  const items = await run("outbox", "readonly", (store) => store.getAll());
  return items.sort((one, other) => one.at.localeCompare(other.at));
}

/** What is to be sent, oldest first. */
export const waiting = async () => (await outbox()).filter(({ why }) => !why);

/** What the site did not accept, with its `why`: kept until somebody saw it. */
export const refused = async () => (await outbox()).filter(({ why }) => why);

/**
 * An item has a `type` (check_in, undone, alert), an `id`, the `device` that did it, the moment as clock.js reads it,
 * and what the site asks for.
 */
export const post = (item) =>
  run("outbox", "readwrite", (store) => store.put({ ...item, key: `${item.type} ${item.id}` }));

/** The items leave the outbox, but those that were refused. */
export const sent = (items, refusals = []) =>
  run("outbox", "readwrite", (store) => {
    for (const { key } of items) store.delete(key);
    for (const item of refusals) store.put(item);
  });
