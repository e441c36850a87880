// The three addresses of the site that the desk asks. A network that does not answer within some seconds counts as
// none: at a venue with 600 telephones it is more often slow than gone.

const PATIENCE = 8_000; // milliseconds
const language = document.documentElement.lang;
let token = "";

/** `isSent` where no answer came in time: the site may have taken in what was sent. */
export class NoNetwork extends Error {
  constructor(isSent = false) {
    super();
    this.isSent = isSent;
  }
}

/** What the site refuses, with its kind and its sentence. */
export class Refused extends Error {
  constructor({ error, message, now }) {
    super(message);
    this.kind = error;
    this.now = now;
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
  } catch (error) {
    throw new NoNetwork(error.name === "TimeoutError");
  }
  let said;
  try {
    said = await answer.json();
  } catch {
    // A page instead of data: a hotel's network that asks for a login, or a site that is being restarted. Or the site
    // refuses our token, which somebody's login in another tab has changed.
    if (answer.status === 403) token = "";
    throw new NoNetwork();
  }
  token = said.csrf ?? token;
  if (answer.ok) return said;
  throw answer.status >= 500 ? new NoNetwork() : new Refused(said);
}

export const me = () => ask("/desk/me.json");

/** What the site's clock shows; with it comes a token, also to a desk that is closed, for what it has to send. */
export async function siteMoment() {
  try {
    return (await me()).now;
  } catch (error) {
    if (error instanceof Refused) return error.now;
    throw error;
  }
}

export const wholeList = (passphrase) => post("/desk/list.json", { passphrase }, 4 * PATIENCE);

export const exchange = (batch) => post("/desk/sync.json", batch);

// Opened without a network, the page has no token yet; one that is refused is asked for anew, once.
async function post(address, body, patience) {
  if (!token) await siteMoment();
  const before = token;
  try {
    return await ask(address, body, patience);
  } catch (error) {
    if (!before || token) throw error;
    await siteMoment();
    return ask(address, body, patience);
  }
}
