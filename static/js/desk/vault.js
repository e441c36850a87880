// The list lies on the device as ciphertext only. Its key is made of the desk's passphrase, typed at each opening
// and never stored: a telephone left in a taxi tells nobody who came.

const ROUNDS = 600_000; // PBKDF2 with SHA-256: OWASP's Password Storage Cheat Sheet, 2023

export class WrongPassphrase extends Error {}

export const newSalt = () => crypto.getRandomValues(new Uint8Array(16));

/** The key of a passphrase; it never leaves the browser's own memory. */
export async function keyOf(passphrase, salt) {
  const typed = new TextEncoder().encode(passphrase);
  const base = await crypto.subtle.importKey("raw", typed, "PBKDF2", false, ["deriveKey"]);
  return crypto.subtle.deriveKey(
    { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS },
    base,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
}

export async function seal(key, value) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const text = new TextEncoder().encode(JSON.stringify(value));
  return { iv, bytes: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, text) };
}

export async function unseal(key, { iv, bytes }) {
  let text;
  try {
    text = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, bytes);
  } catch {
    throw new WrongPassphrase(); // GCM tells another key from the right one
  }
  return JSON.parse(new TextDecoder().decode(text));
}
