// The line on top: which desk this is, whether the site is there, how old the list is, how much waits to be sent.
import { desk, now, scopeKey, zone } from "./state.js";
import { say, time } from "./words.js";

const MINUTE = 60_000; // milliseconds
const OLD = 10 * MINUTE;
const WRONG = 2 * MINUTE;
const byId = (id) => document.getElementById(id);

export function drawBar() {
  const { me, list, isOnline, isTaken, waiting, refused, heard, offset } = desk;
  byId("where").textContent = me?.device.name ?? "";
  byId("state").textContent = say(isOnline ? "online" : "offline");
  byId("state").classList.toggle("is-offline", !isOnline);
  byId("waiting").textContent = waiting ? say("waiting", { count: waiting }) : "";
  byId("refused-count").textContent = refused.length ? say("refused", { count: refused.length }) : "";
  byId("age").textContent = list && heard ? age(now() - Date.parse(heard), heard) : "";
  byId("inside").textContent = list ? say("inside", { count: list.count(scopeKey()) }) : "";
  const sentences = [];
  if (!isOnline && list) sentences.push(say("offline_notice"));
  if (isOnline && list && heard && now() - Date.parse(heard) > OLD) sentences.push(say("old_notice"));
  if (isOnline && !isTaken) sentences.push(say("not_taken"));
  if (Math.abs(offset) > WRONG)
    sentences.push(say(offset > 0 ? "clock_slow" : "clock_fast", { count: Math.round(Math.abs(offset) / MINUTE) }));
  const text = sentences.join(" ");
  // A screen reader says it when it changes, not every few seconds.
  if (byId("alarm").textContent !== text) byId("alarm").textContent = text;
  byId("alarm").hidden = !text;
}

function age(milliseconds, moment) {
  const minutes = Math.floor(milliseconds / MINUTE);
  if (minutes < 1) return say("age_now");
  return minutes < 60 ? say("age", { count: minutes }) : say("age_hours", { time: time(moment, zone()) });
}
