// What the site did not accept: it stands there, with the names where the list is open, until somebody has seen it.
import { desk, zone } from "./state.js";
import { sent } from "./store.js";
import { count } from "./sync.js";
import { element, say, time } from "./words.js";

const section = document.getElementById("refused");
const rows = document.getElementById("refused-rows");
let drawn = "";

/** `seen` is called once they are put away. */
export function listenForSeen(seen) {
  document.getElementById("refused-seen").addEventListener("click", async () => {
    await sent(desk.refused);
    await count();
    drawRefused();
    seen();
  });
}

export function drawRefused() {
  const items = desk.list ? desk.refused : [];
  // A screen reader says it when it changes, not every few seconds.
  const now = items.map(({ key }) => key).join();
  if (now === drawn) return;
  drawn = now;
  rows.replaceChildren(...items.map(row));
  section.hidden = !items.length;
}

function row({ type, ref, at, ahead, why }) {
  const person = desk.list.people.get(ref);
  const kind = person ? (type === "undone" ? "undone" : why) : "nobody";
  const sentence = element("span", "", say(`answer_${kind}`, { name: person?.name }));
  const moment = Date.parse(at) + (ahead ?? desk.offset);
  return element("li", "", "", element("span", "desk-time", time(moment, zone())), sentence);
}
