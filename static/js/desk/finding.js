// Finding by name: the second way in, for who has no ticket at hand. And the last ones checked in here.
import { clear } from "./panel.js";
import { find } from "./search.js";
import { desk, scopeKey, zone } from "./state.js";
import { element, say, time } from "./words.js";

const MOST_RECENT = 8;
const field = document.getElementById("name");
const found = document.getElementById("found");
const count = document.getElementById("found-count");
const recent = document.getElementById("recent");

/** `chosen` is called with the person whose line was touched. */
export function listenForNames(chosen) {
  field.addEventListener("input", () => {
    clear(); // the last one's answer, which would push the names off a telephone's screen
    draw(chosen);
  });
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
  const said = [say("found_people", { count: people.length }), people.length ? "" : say("found_nobody")];
  count.textContent = field.value.trim() ? said.join(" ") : "";
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

/** Who was checked in here last; nobody while the list is closed. */
export function drawRecent(undo) {
  const rows = (desk.list?.own() ?? [])
    .slice(0, MOST_RECENT)
    .map(([scope, person]) => {
      const row = element(
        "li",
        "",
        "",
        element("span", "desk-time", time(desk.list.since(person.ref, scope), zone())),
        element("span", "desk-person-name", person.name),
      );
      const button = element("button", "button button-secondary button-small", say("undo"));
      button.type = "button";
      button.setAttribute("aria-label", say("undo_of", { name: person.name }));
      button.addEventListener("click", () => undo(person, scope));
      row.append(button);
      return row;
    });
  recent.replaceChildren(...rows);
  recent.parentElement.hidden = !rows.length;
}
