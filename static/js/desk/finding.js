// Finding by name: the second way in, for who has no ticket at hand. And the last ones checked in here.
import { canUndo } from "./checking.js";
import { find } from "./search.js";
import { desk, scopeKey, zone } from "./state.js";
import { element, say, time } from "./words.js";

const MOST_RECENT = 8;
const field = document.getElementById("name");
const found = document.getElementById("found");
const count = document.getElementById("found-count");
const recent = document.getElementById("recent");
let latest = [];

/** `chosen` is called with the person whose line was touched. */
export function listenForNames(chosen) {
  field.addEventListener("input", () => draw(chosen));
  found.closest("form").addEventListener("submit", (event) => {
    event.preventDefault();
    found.querySelector("button")?.focus();
  });
}

export function clearNames() {
  field.value = "";
  found.replaceChildren();
  count.textContent = "";
}

function draw(chosen) {
  if (!desk.list) return;
  const people = find(desk.entries, field.value);
  found.replaceChildren(...people.map((person) => line(person, () => chosen(person))));
  count.textContent = field.value.trim() ? say("found_people", { count: people.length }) : "";
}

function line(person, deed) {
  const since = desk.list.since(person.ref, scopeKey());
  const button = element(
    "button",
    "desk-person",
    "",
    element("span", "desk-person-name", person.name),
    element("span", "desk-person-from", [person.organisation, person.category].filter(Boolean).join(" · ")),
  );
  if (since) button.append(element("span", "tag tag-success", say("in_since", { time: time(since, zone()) })));
  button.type = "button";
  button.firstElementChild.dir = "auto";
  button.addEventListener("click", deed);
  return element("li", "", "", button);
}

/** Remembers, in memory alone, who was checked in here last. */
export function remember(person, undo) {
  latest = [{ person, scope: scopeKey(), undo }, ...latest.filter((one) => one.person !== person)];
  latest.length = Math.min(latest.length, MOST_RECENT);
  drawRecent();
}

export function forgetRecent() {
  latest = [];
  drawRecent();
}

export function drawRecent() {
  const rows = latest
    .filter(({ person, scope }) => desk.list?.since(person.ref, scope))
    .map(({ person, scope, undo }) => {
      const row = element(
        "li",
        "",
        "",
        element("span", "desk-time", time(desk.list.since(person.ref, scope), zone())),
        element("span", "desk-person-name", person.name),
      );
      if (canUndo(person, scope)) {
        const button = element("button", "button button-secondary button-small", say("undo"));
        button.type = "button";
        button.setAttribute("aria-label", say("undo_of", { name: person.name }));
        button.addEventListener("click", () => undo(person, scope));
        row.append(button);
      }
      return row;
    });
  recent.replaceChildren(...rows);
  recent.parentElement.hidden = !rows.length;
}
