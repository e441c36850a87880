// Finds people by name in the desk's list, on the device: at seven in the morning with no network, the list is all
// there is. A pure module, so that a page can import and measure it: index(people) once, find(index, typed) per key.

// Letters that Unicode does not take apart into a plain one and its accents, and other scripts' letters in ours, so
// that a volunteer without a Greek or Cyrillic keyboard finds who writes themselves so.
const LETTERS = new Map(
  (
    "ßss łl øo đd ðd þth æae œoe ıi ħh ŋn ŧt ſs ʼ ʹ ـ ةه ىي یي کك ٱا " +
    "αa βv γg δd εe ζz ηi θth ιi κk λl μm νn ξx οo πp ρr σs ςs τt υy φf χch ψps ωo " +
    "аa бb вv гg дd еe жzh зz иi кk лl мm нn оo пp рr сs тt уu фf хkh цts чch шsh щshch ъ ыy ь эe юyu яya " +
    "іi єye ґg јj љlj њnj ћc ђd џdz ѕdz"
  )
    .split(" ")
    .map((pair) => [pair[0], pair.slice(1)]),
);
const APOSTROPHES = /['’‘ʻ`´]/gu;

export function fold(text) {
  const plain = text.normalize("NFKD").replace(/\p{M}+/gu, "").toLowerCase();
  return plain.replace(/[^\u0000-\u007f]/gu, (letter) => LETTERS.get(letter) ?? letter);
}

export function words(text) {
  return text.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
}

// Each word stands behind a space, so that a word's beginning is found by looking for " " + what was typed. Names
// with an apostrophe are found with, without, and from the part behind it.
function haystack(text) {
  const plain = fold(text);
  const without = plain.replace(APOSTROPHES, "");
  const joined = without === plain ? [] : words(without);
  return ` ${[...words(plain), ...joined].join(" ")}`;
}

// Of 5,000 people a few change in a morning: only those are folded anew.
const folded = new WeakMap();

function entry(person) {
  if (!folded.has(person)) {
    const name = haystack(person.name);
    folded.set(person, { person, name, all: `${name}${haystack(`${person.organisation} ${person.delegation}`)}` });
  }
  return folded.get(person);
}

/** People in the order of their names, with what is looked for in each. */
export function index(people) {
  return Array.from(people, entry).sort((one, other) => (one.name < other.name ? -1 : Number(one.name > other.name)));
}

/** Those in whose name, organisation or delegation every typed word begins one; names first. */
export function find(entries, typed, most = 20) {
  const sought = words(fold(typed)).map((word) => ` ${word}`);
  if (!sought.length) return [];
  const byName = [];
  const others = [];
  for (const { person, name, all } of entries) {
    if (sought.every((word) => name.includes(word))) byName.push(person);
    else if (others.length < most && sought.every((word) => all.includes(word))) others.push(person);
    if (byName.length >= most) break;
  }
  return [...byName, ...others].slice(0, most);
}
