// The answer, large enough for arm's length: a colour, a shape and a word, then who it is and what to do.
import { canUndo, seatsElsewhere } from "./checking.js";
import { desk, zone } from "./state.js";
import { element, say, time } from "./words.js";

const SHAKES = { good: [60], look: [80, 80, 80], bad: [400], ask: [] };
const HINTED = new Set("already not_today no_seat other truncated stale forged retired unknown unknown_code".split(" "));
const panel = document.getElementById("verdict");

/** `deeds` are what its buttons do: enter(verdict), letIn(verdict) and undo(person). */
export function show(verdict, deeds) {
  const { tone, kind, person } = verdict;
  const since = verdict.since && time(verdict.since, zone());
  const parts = [element("p", "verdict-word", say(kind, { time: since }))];
  if (person) parts.push(...describe(person));
  if (kind === "no_seat") {
    const there = seatsElsewhere(person).map(({ room, title }) => `${title} (${room})`);
    if (there.length) parts.push(element("p", "", say("seat_elsewhere", { session: there.join(", ") })));
  }
  if (kind === "void") parts.push(element("p", "", say(`void_${verdict.why}`)));
  if (["renewed", "reprinted"].includes(verdict.why)) parts.push(element("p", "verdict-hint", say("void_hint")));
  // Of who was found by name nobody showed a code.
  if (HINTED.has(kind) && !(kind === "already" && verdict.how !== "scan")) parts.push(element("p", "verdict-hint", say(`${kind}_hint`)));
  if (verdict.isUnchecked) parts.push(element("p", "verdict-hint", say("unchecked")));
  parts.push(buttons(verdict, deeds));
  panel.replaceChildren(...parts);
  panel.className = `verdict verdict-${tone}`;
  panel.hidden = false;
  navigator.vibrate?.(SHAKES[tone]);
  // From the list of names below it, and from under the bar.
  if (panel.getBoundingClientRect().top < 96) panel.scrollIntoView({ block: "start" });
}

export function clear() {
  panel.replaceChildren();
  panel.hidden = true;
}

/** A sentence alone, such as that something was taken back. */
export function tell(text, tone = "ask") {
  panel.replaceChildren(element("p", "verdict-word", text));
  panel.className = `verdict verdict-${tone}`;
  panel.hidden = false;
}

function describe(person) {
  const tags = [element("li", "", person.category)];
  if (person.delegation && person.delegation !== person.organisation)
    tags.push(element("li", "", say("delegation", { name: person.delegation })));
  if (!person.photo) tags.push(element("li", "no-photo", say("no_photos")));
  const parts = [
    element("p", "verdict-name", person.name),
    element("p", "verdict-from", person.organisation),
    element("ul", "verdict-tags", "", ...tags.filter((tag) => tag.textContent)),
  ];
  parts[0].dir = parts[1].dir = "auto";
  return parts;
}

function buttons(verdict, deeds) {
  const { person, kind } = verdict;
  const row = element("p", "actions", "");
  const add = (name, css, deed) => {
    const button = element("button", `button ${css}`, say(name));
    button.type = "button";
    button.addEventListener("click", deed);
    row.append(button);
  };
  if (kind === "found") add("check_in", "", () => deeds.enter(verdict));
  if (kind === "no_seat") add("let_in", "", () => deeds.letIn(verdict));
  if (person && canUndo(person)) add("undo", "", () => deeds.undo(person));
  if (person && desk.me.role === "organiser" && panel.dataset.person) {
    const link = element("a", "button", say("page"));
    link.href = panel.dataset.person.replace("/0/", `/${person.ref}/`);
    row.append(link);
  }
  return row;
}
