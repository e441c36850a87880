// Reads a ticket's text: SDC1.<edition>.<key>.<code>.<signature>, as the site writes it. The signature is checked
// here, so that a forged ticket is known without a network; where the browser cannot, the list alone decides.

const TICKET = /^SDC1\.(\d{1,5})\.([0-9A-F]{8})\.([0-9A-HJKMNP-TV-Z]{10})\.([A-Z2-7]{103})$/;
const CODE = /^[0-9A-HJKMNP-TV-Z]{10}$/; // Crockford's base 32
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"; // RFC 4648

/** The code somebody typed or read aloud: letters that look like digits are taken for them. Null if it is none. */
export function typedCode(text) {
  const code = text.toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
  return CODE.test(code) ? code : null;
}

/**
 * What a code that was read is: `kind` is ok, other, truncated, stale, retired, forged, or new_key where the key is
 * not among those of the list; `isChecked` says whether the signature was. `keys` are the list's; `isOver` whether the edition's last day has ended.
 */
export async function read(text, { edition, keys, isOver }) {
  const found = TICKET.exec(text.trim());
  if (!found) return { kind: text.trim().startsWith("SDC1") ? "truncated" : "other" };
  const [whole, number, keyId, code, signature] = found;
  const known = keys[keyId];
  if (Number(number) !== edition) return { kind: "stale", code };
  if (!known) return { kind: "new_key", code };
  if (known.revoked || (known.retired && isOver)) return { kind: "retired", code };
  const isRight = await verified(known.public, signature, whole.slice(0, whole.lastIndexOf(".")));
  return { kind: isRight === false ? "forged" : "ok", code, isChecked: isRight !== null };
}

/** Under which the list knows a code: the first 32 digits of its SHA-256. */
export async function hashOf(code) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`efus-desk:${code}`));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("").slice(0, 32);
}

/** True or false; null where the browser knows no Ed25519. */
async function verified(publicHex, signature, text) {
  const bytes = decoded(signature);
  if (!bytes) return false;
  let key;
  try {
    key = await crypto.subtle.importKey("raw", fromHex(publicHex), "Ed25519", false, ["verify"]);
  } catch {
    return null;
  }
  return crypto.subtle.verify("Ed25519", key, bytes, new TextEncoder().encode(text));
}

const fromHex = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));

// 103 letters are 515 bits: 64 bytes and three bits that must be 0, else one signature had eight spellings.
function decoded(text) {
  const bytes = new Uint8Array(64);
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const letter of text) {
    bits = (bits << 5) | BASE32.indexOf(letter);
    held += 5;
    if (held >= 8) {
      held -= 8;
      bytes[at++] = bits >> held;
      bits &= (1 << held) - 1;
    }
  }
  return bits === 0 ? bytes : null;
}
