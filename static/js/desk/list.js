// The list in memory while the desk is open: who may come in, whose codes are void, who is in already.

export class List {
  constructor(answer) {
    this.keys = answer.keys;
    this.sessions = answer.sessions;
    this.cursor = answer.cursor;
    this.mine = new Map(answer.mine ?? []); // “scope ref” of check-ins made here → their id, to take them back
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

  since(ref, scope) {
    return this.checked.get(scope)?.get(ref);
  }

  count(scope) {
    return this.checked.get(scope)?.size ?? 0;
  }

  /** A session without a single seat taken by anybody is open to all who come. */
  needsSeat(code) {
    return this.seated.has(code);
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
    unchecked.forEach(([ref, scope]) => this.mark(ref, scope, null));
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
      mine: [...this.mine],
      people: [...this.people.values()],
      void: Object.fromEntries(this.void),
      checked,
    };
  }
}
