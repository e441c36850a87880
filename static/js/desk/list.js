// The list in memory while the desk is open: who may come in, whose codes are void, who is in already.

export class List {
  constructor(answer) {
    this.keys = answer.keys;
    this.sessions = answer.sessions;
    this.cursor = answer.cursor;
    this.mine = new Map(); // “scope ref” of check-ins made here → their id, to take them back
    this.people = new Map(answer.people.map((person) => [person.ref, person]));
    this.void = new Map(Object.entries(answer.void));
    this.checked = new Map(); // day or session → ref → moment
    answer.checked.forEach(([ref, scope, at]) => this.mark(ref, scope, at));
    this.relate();
  }

  relate() {
    this.byHash = new Map();
    this.seated = new Set();
    for (const person of this.people.values()) {
      if (person.hash) this.byHash.set(person.hash, person);
      person.seats.forEach((code) => this.seated.add(code));
    }
  }

  mark(ref, scope, at) {
    if (!this.checked.has(scope)) this.checked.set(scope, new Map());
    if (at) this.checked.get(scope).set(ref, at);
    else this.checked.get(scope).delete(ref);
  }

  unmark(ref, scope) {
    this.mark(ref, scope, null);
    this.mine.delete(`${scope} ${ref}`);
  }

  /** The check-ins made here, [scope, person], the latest first. */
  own() {
    const rows = Array.from(this.mine.keys(), (key) => key.split(" ")).map(([scope, ref]) => [scope, Number(ref)]);
    const since = ([scope, ref]) => Date.parse(this.since(ref, scope));
    return rows
      .filter(([scope, ref]) => this.people.has(ref) && this.since(ref, scope))
      .sort((one, other) => since(other) - since(one))
      .map(([scope, ref]) => [scope, this.people.get(ref)]);
  }

  /** The check-in of this id is not what stands: it cannot be taken back here. */
  disown(ref, scope, id) {
    if (this.mine.get(`${scope} ${ref}`) === id) this.mine.delete(`${scope} ${ref}`);
  }

  since(ref, scope) {
    return this.checked.get(scope)?.get(ref);
  }

  count(scope) {
    return this.checked.get(scope)?.size ?? 0;
  }

  /** Whether only who has a seat comes in, or whoever comes. */
  needsSeat(code) {
    return this.session(code)?.seats ?? this.seated.has(code); // a list kept by an older page does not tell
  }

  session(code) {
    return this.sessions.find((session) => session.code === code);
  }

  /** Takes in what is new; says whether people are among it. */
  apply({ people, gone, void: voided, checked, unchecked, keys }) {
    people.forEach((person) => this.people.set(person.ref, person));
    gone.forEach((ref) => this.people.delete(ref));
    Object.entries(voided).forEach(([hash, why]) => this.void.set(hash, why));
    checked.forEach(([ref, scope, at]) => this.mark(ref, scope, at));
    unchecked.forEach(([ref, scope]) => this.unmark(ref, scope));
    this.keys = keys;
    const isOther = people.length + gone.length > 0;
    if (isOther) this.relate();
    return isOther;
  }

  /** As the constructor takes it. */
  whole() {
    const checked = [];
    for (const [scope, refs] of this.checked) for (const [ref, at] of refs) checked.push([ref, scope, at]);
    return {
      keys: this.keys,
      sessions: this.sessions,
      cursor: this.cursor,
      people: [...this.people.values()],
      void: Object.fromEntries(this.void),
      checked,
    };
  }
}
