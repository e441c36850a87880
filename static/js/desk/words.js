// All that the desk says comes with the page, in its language; the scripts only choose and fill in.

const words = JSON.parse(document.getElementById("words").textContent);
const { lang } = document.documentElement;
const language = lang === "en" ? "en-GB" : lang; // as the site writes dates
const plural = new Intl.PluralRules(language);

/** A sentence by its name, with %(name)s filled in; with `count`, in the form this number asks for. */
export function say(name, values = {}) {
  const form = values.count === undefined ? name : `${name}_${plural.select(values.count) === "one" ? "one" : "other"}`;
  return (words[form] ?? form).replace(/%\((\w+)\)s/g, (_whole, key) => values[key] ?? "");
}

/** “08:41”, by the clocks of the venue. */
export const time = (moment, zone) =>
  new Intl.DateTimeFormat(language, { timeStyle: "short", hourCycle: "h23", timeZone: zone }).format(new Date(moment));

export const dayName = (moment, zone) =>
  new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long", timeZone: zone }).format(
    new Date(moment),
  );

/** The day at the venue, as the site writes it: 2027-05-19. */
export const dayOf = (moment, zone) => new Intl.DateTimeFormat("en-CA", { timeZone: zone }).format(new Date(moment));

export const element = (name, css, text, ...children) => {
  const made = Object.assign(document.createElement(name), { className: css, textContent: text });
  made.append(...children);
  return made;
};
