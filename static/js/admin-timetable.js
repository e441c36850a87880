// Moves sessions in the admin's timetable, by pointer or by keyboard, with undo. The server decides and draws: each
// move is one request that answers with a sentence and the board anew.
"use strict";

{
  const STEP = 5;
  const root = document.getElementById("timetable");
  const holder = document.getElementById("tt-board");
  const said = root.querySelector(".tt-said");
  const undoButton = root.querySelector("[data-undo]");
  const redoButton = root.querySelector("[data-redo]");
  const text = root.dataset;
  const key = `timetable-moves ${new URLSearchParams(location.search).get("edition") || ""}`;
  let moves = { undo: [], redo: [] };
  let board, columns, held, press, isSaving = false, ghost;

  const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
  const clock = (minutes) =>
    `${String(Math.floor(minutes / 60) % 24).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;

  const say = (sentence, isBad = false) => {
    said.textContent = sentence;
    said.classList.toggle("is-bad", isBad);
  };

  // The board ---------------------------------------------------------------------------------------

  const lay = () => {
    board = holder.querySelector(".tt-board");
    columns = [...board.querySelectorAll(".tt-column")];
    for (const grab of board.querySelectorAll(".tt-grab")) grab.hidden = false;
    board.style.setProperty("--first", board.dataset.first);
    board.style.setProperty("--last", board.dataset.last);
    for (const hour of board.querySelectorAll(".tt-hours span")) hour.style.setProperty("--start", hour.dataset.at);
    for (const column of columns) column.style.setProperty("--lanes", column.dataset.lanes);
    for (const cell of board.querySelectorAll(".tt-cell")) {
      cell.style.setProperty("--start", cell.dataset.start);
      cell.style.setProperty("--length", cell.dataset.length);
      cell.style.setProperty("--lane", cell.dataset.lane);
      cell.style.setProperty("--of", cell.dataset.lanes);
    }
    undoButton.disabled = !moves.undo.length;
    redoButton.disabled = !moves.redo.length;
  };

  const show = (html, session) => {
    const before = board.querySelector(".tt-scroll");
    const [left, top] = before ? [before.scrollLeft, before.scrollTop] : [0, 0];
    const hadFocus = board.contains(document.activeElement) || document.activeElement === document.body;
    holder.innerHTML = html;
    lay();
    const after = board.querySelector(".tt-scroll");
    after?.scrollTo(left, top);
    const grab = board.querySelector(`[data-session="${session}"] .tt-grab`);
    if (hadFocus) (grab || after)?.focus({ preventScroll: !grab });
  };

  const facts = (cell) => ({
    session: cell.dataset.session,
    title: cell.dataset.title,
    position: cell.dataset.position,
    length: Number(cell.dataset.length),
    column: columns.indexOf(cell.closest(".tt-column")),
    start: Number(cell.dataset.start),
    isInTray: Boolean(cell.closest("[data-tray]")),
  });

  // Saving ------------------------------------------------------------------------------------------

  const remember = () => {
    undoButton.disabled = !moves.undo.length;
    redoButton.disabled = !moves.redo.length;
    try {
      sessionStorage.setItem(key, JSON.stringify(moves));
    } catch {
      // Undo lasts as long as the page, then.
    }
  };

  const send = async (asked) => {
    isSaving = true;
    root.classList.add("is-saving");
    say(text.saving);
    try {
      const response = await fetch(text.moveUrl, {
        method: "POST",
        headers: {
          "Content-Type": "application/json",
          "X-CSRFToken": root.querySelector("[name=csrfmiddlewaretoken]").value,
        },
        body: JSON.stringify({ ...asked, shown: board.dataset.day }),
      });
      const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
      if (!isJson) {
        say(text.lost, true);
        return null;
      }
      const answer = await response.json();
      if (answer.board) show(answer.board, asked.session);
      say(answer.said, !response.ok || answer.clashes > 0);
      return response.ok ? answer : null;
    } catch {
      say(text.offline, true);
      return undefined;
    } finally {
      isSaving = false;
      root.classList.remove("is-saving");
    }
  };

  const move = async (from, to) => {
    const isSame = to.isTray ? from.isInTray : !from.isInTray && to.column === from.column && to.start === from.start;
    if (isSame) {
      say(fill(text.putBack, from));
      return;
    }
    const answer = await send({
      session: from.session,
      expected: from.position,
      room: to.isTray ? from.position.split("|")[0] : columns[to.column].dataset.room,
      day: to.isTray ? "" : board.dataset.day,
      time: to.isTray ? "" : clock(to.start),
    });
    if (answer && answer.before !== answer.after) {
      moves.undo.push({ session: from.session, before: answer.before, after: answer.after });
      moves.undo.splice(0, moves.undo.length - 50);
      moves.redo = [];
      remember();
    }
  };

  const undo = async (from, to) => {
    if (isSaving || held) return;
    const last = moves[from].pop();
    if (!last) {
      say(text.undoNothing);
      return;
    }
    const answer = await send({ session: last.session, back: last.before, expected: last.after });
    if (answer) moves[to].push({ session: last.session, before: last.after, after: last.before });
    // What was refused cannot be undone any more; what was not sent can.
    else if (answer === undefined) moves[from].push(last);
    remember();
  };

  // Holding a session -------------------------------------------------------------------------------

  const words = () =>
    fill(text.at, {
      from: clock(held.start),
      to: clock(held.start + held.length),
      room: columns[held.column].dataset.name,
    });

  const place = (column, start) => {
    const [first, last] = [Number(board.dataset.first), Number(board.dataset.last)];
    const latest = Math.max(first, last - held.length);
    const wanted = Math.round(start / STEP) * STEP;
    held.column = Math.min(columns.length - 1, Math.max(0, column));
    held.start = Math.min(latest, Math.max(first, wanted));
    const isWithin = held.column === column && held.start === wanted;
    if (!ghost) {
      ghost = document.createElement("div");
      ghost.className = "tt-ghost";
      ghost.setAttribute("aria-hidden", "true");
    }
    columns[held.column].querySelector("ol").after(ghost);
    columns[held.column].querySelector("ol").append(ghost);
    for (const [name, value] of [["start", held.start], ["length", held.length], ["lane", 0], ["of", 1]])
      ghost.style.setProperty(`--${name}`, value);
    ghost.textContent = words();
    return isWithin;
  };

  const pick = (cell) => {
    const from = facts(cell);
    held = { from, cell, length: from.length, column: from.column, start: from.start };
    cell.classList.add("is-picked");
    root.classList.add("is-moving");
  };

  const letGo = () => {
    held?.cell.classList.remove("is-picked");
    root.classList.remove("is-moving");
    board.querySelector("[data-tray]").classList.remove("is-over");
    ghost?.remove();
    held = undefined;
  };

  const putBack = () => {
    const { from } = held;
    letGo();
    say(fill(text.putBack, from));
  };

  const drop = (isTray = false) => {
    const to = { isTray, column: held.column, start: held.start };
    const { from } = held;
    letGo();
    move(from, to);
  };

  // By keyboard -------------------------------------------------------------------------------------

  root.addEventListener("click", (event) => {
    const grab = event.target.closest(".tt-grab");
    if (!grab || isSaving || !columns.length) return;
    if (held) {
      drop();
      return;
    }
    pick(grab.closest(".tt-cell"));
    held.byKeyboard = true;
    if (held.from.isInTray) place(0, Math.max(Number(board.dataset.first), 9 * 60));
    else place(held.column, held.start);
    say(fill(text.picked, { title: held.from.title, where: words() }));
  });

  const KEYS = {
    ArrowUp: () => place(held.column, held.start - STEP),
    ArrowDown: () => place(held.column, held.start + STEP),
    PageUp: () => place(held.column, held.start - 60),
    PageDown: () => place(held.column, held.start + 60),
    ArrowLeft: () => place(held.column - 1, held.start),
    ArrowRight: () => place(held.column + 1, held.start),
  };

  document.addEventListener("keydown", (event) => {
    if (held && event.key === "Escape") {
      event.preventDefault();
      press = undefined;
      putBack();
    } else if (held?.byKeyboard && KEYS[event.key]) {
      event.preventDefault();
      const isWithin = KEYS[event.key]();
      ghost.scrollIntoView({ block: "nearest", inline: "nearest" });
      say(isWithin ? words() : `${words()}. ${text.edge}`);
    } else if (held?.byKeyboard && (event.key === "Delete" || event.key === "Backspace")) {
      event.preventDefault();
      drop(true);
    } else if (held?.byKeyboard && event.key === "Tab") {
      putBack();
    } else if ((event.ctrlKey || event.metaKey) && !event.target.closest("input, textarea, select")) {
      const letter = event.key.toLowerCase();
      if (letter !== "z" && letter !== "y") return;
      event.preventDefault();
      if (letter === "y" || event.shiftKey) undo("redo", "undo");
      else undo("undo", "redo");
    }
  });

  undoButton.addEventListener("click", () => undo("undo", "redo"));
  redoButton.addEventListener("click", () => undo("redo", "undo"));

  // By pointer: a mouse drags a session anywhere, a finger at its handle ------------------------------

  const under = (x, y) => {
    const within = (element) => {
      const box = element.getBoundingClientRect();
      return x >= box.left && x < box.right && y >= box.top && y < box.bottom ? box : null;
    };
    if (within(board.querySelector("[data-tray]"))) return { isTray: true };
    const scroll = board.querySelector(".tt-scroll");
    if (!scroll || !within(scroll)) return null;
    const column = columns.findIndex((one) => {
      const box = one.getBoundingClientRect();
      return x >= box.left && x < box.right;
    });
    if (column < 0) return null;
    const box = columns[column].querySelector("ol").getBoundingClientRect();
    const [first, last] = [Number(board.dataset.first), Number(board.dataset.last)];
    return { column, start: first + ((y - press.offset - box.top) / box.height) * (last - first) };
  };

  const follow = () => {
    const target = under(press.x, press.y);
    held.isOver = target;
    board.querySelector("[data-tray]").classList.toggle("is-over", Boolean(target?.isTray));
    if (target && !target.isTray) place(target.column, target.start);
    else ghost?.remove();
  };

  // The board scrolls along when the pointer comes near its edge.
  const scrollAlong = () => {
    if (!held || !press) return;
    const scroll = board.querySelector(".tt-scroll");
    const box = scroll?.getBoundingClientRect();
    const EDGE = 36;
    if (box && press.x > box.left && press.x < box.right && press.y > box.top && press.y < box.bottom) {
      const across = press.x > box.right - EDGE ? 8 : press.x < box.left + EDGE + 54 ? -8 : 0;
      const down = press.y > box.bottom - EDGE ? 8 : press.y < box.top + EDGE + 58 ? -8 : 0;
      if (across || down) {
        scroll.scrollBy(across, down);
        follow();
      }
    }
    requestAnimationFrame(scrollAlong);
  };

  root.addEventListener("pointerdown", (event) => {
    const cell = event.target.closest(".tt-cell");
    if (!cell || held || isSaving || event.button !== 0) return;
    if (event.pointerType !== "mouse" && !event.target.closest(".tt-grab")) return;
    if (event.target.closest(".tt-more")) return;
    const offset = cell.closest("[data-tray]") ? 8 : event.clientY - cell.getBoundingClientRect().top;
    press = { cell, offset, id: event.pointerId, fromX: event.clientX, fromY: event.clientY };
  });

  document.addEventListener("pointermove", (event) => {
    if (!press || event.pointerId !== press.id) return;
    [press.x, press.y] = [event.clientX, event.clientY];
    if (!held) {
      if (Math.hypot(press.x - press.fromX, press.y - press.fromY) < 6) return;
      pick(press.cell);
      requestAnimationFrame(scrollAlong);
    }
    follow();
  });

  document.addEventListener("pointerup", (event) => {
    if (!press || event.pointerId !== press.id) return;
    press = undefined;
    if (!held || held.byKeyboard) return;
    // The click that follows would open the form or pick the session up.
    const swallow = (click) => {
      click.preventDefault();
      click.stopPropagation();
    };
    window.addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => window.removeEventListener("click", swallow, { capture: true }), 0);
    const target = held.isOver;
    if (!target) putBack();
    else drop(Boolean(target.isTray));
  });

  document.addEventListener("pointercancel", () => {
    press = undefined;
    if (held && !held.byKeyboard) putBack();
  });

  root.addEventListener("dragstart", (event) => event.preventDefault());

  // -------------------------------------------------------------------------------------------------

  try {
    moves = { ...moves, ...JSON.parse(sessionStorage.getItem(key) || "{}") };
  } catch {
    // As if nothing had been moved yet.
  }
  root.classList.add("is-grid");
  root.querySelector(".tt-tools").hidden = false;
  root.querySelector(".tt-how").hidden = false;
  lay();
  // To the session that the address names, else to the first one of the day.
  const named = location.hash.startsWith("#session-") && document.getElementById(location.hash.slice(1));
  const first = columns.flatMap((one) => [...one.querySelectorAll(".tt-cell")]).sort((a, b) => a.dataset.start - b.dataset.start)[0];
  if (named) named.scrollIntoView({ block: "center", inline: "center" });
  else if (first) {
    const minute = first.parentElement.clientHeight / (board.dataset.last - board.dataset.first);
    board.querySelector(".tt-scroll").scrollTop = (Math.floor(first.dataset.start / 60) * 60 - board.dataset.first) * minute;
  }
}
