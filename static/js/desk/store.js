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

/** The outbox, oldest first. */
export async function waiting() {
  const items = await run("outbox", "readonly", (store) => store.getAll());
  return items.sort((one, other) => one.at.localeCompare(other.at));
}

/** An item has a `type` (check_in, undone, alert), an `id`, the moment `at`, and what the site asks for. */
export const post = (item) =>
  run("outbox", "readwrite", (store) => store.put({ ...item, key: `${item.type} ${item.id}` }));

export const sent = (items) =>
  run("outbox", "readwrite", (store) => {
    for (const { key } of items) store.delete(key);
  });
