// The three addresses of the site that the desk asks. A network that does not answer within some seconds counts as
// none: at a venue with 600 telephones it is more often slow than gone.

const PATIENCE = 8_000; // milliseconds
const language = document.documentElement.lang;
let token = "";

export class NoNetwork extends Error {}

/** What the site refuses, with its kind and its sentence. */
export class Refused extends Error {
  constructor({ error, message }) {
    super(message);
    this.kind = error;
  }
}

async function ask(address, body, patience = PATIENCE) {
  let answer;
  try {
    answer = await fetch(`${address}?lang=${language}`, {
      cache: "no-store",
      redirect: "error",
      signal: AbortSignal.timeout(patience),
      ...(body && {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": token },
        body: JSON.stringify(body),
      }),
    });
  } catch {
    throw new NoNetwork();
  }
  let said;
  try {
    said = await answer.json();
  } catch {
    // A page instead of data: a hotel's network that asks for a login, or a site that is being restarted.
    throw new NoNetwork();
  }
  token = said.csrf ?? token;
  if (answer.ok) return said;
  throw answer.status >= 500 ? new NoNetwork() : new Refused(said);
}

export const me = () => ask("/desk/me.json");

export const wholeList = (passphrase) => ask("/desk/list.json", { passphrase }, 4 * PATIENCE);

/** Opened without a network, the page has no token yet. */
export async function exchange(batch) {
  if (!token) await me().catch(onlyRefused);
  return ask("/desk/sync.json", batch);
}

function onlyRefused(error) {
  if (!(error instanceof Refused)) throw error; // a desk that is closed gets a token too, for what it has to send
}
