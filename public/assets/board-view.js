import { fullTime, parseTime, relativeTime } from './relative-time.js';

const freshMs = 6000;
/** A longer table would neither be read nor stay fast. */
const maximumRows = 1000;

/** Words that many services use, and the colour they get; any other status is shown in a neutral one. */
const tones = new Map(
  Object.entries({
    good: ['online', 'available', 'active', 'ready', 'ok', 'free', 'here', 'working'],
    bad: ['busy', 'do not disturb', 'dnd', 'occupied', 'in a meeting', 'on a call', 'error'],
    warn: ['away', 'idle', 'lunch', 'break', 'at lunch', 'be right back', 'travelling'],
    off: ['offline', 'gone', 'absent', 'out', 'unknown', 'on holiday', 'sick'],
  }).flatMap(([tone, words]) => words.map((word) => [word, tone])),
);

/** The table of statuses. Everything that came from the wire is inserted as text. */
export class BoardView {
  #body;
  #empty;
  #count;
  #note;
  /** @type {Map<string, { row: HTMLTableRowElement, cells: ReturnType<typeof makeCells>, edition: string, atMs: number, timer: number | undefined }>} */
  #entries = new Map();
  #hasDrawn = false;

  /** @param {Document} page */
  constructor(page) {
    this.#body = page.querySelector('#board-rows');
    this.#empty = page.querySelector('#board-empty');
    this.#count = page.querySelector('#board-count');
    this.#note = page.querySelector('#board-note');
  }

  /**
   * Shows these rows and marks those that are new or changed since the last call.
   * @param {readonly import('./status-board.js').Status[]} rows
   * @param {boolean} isComplete Whether they are all there is.
   */
  show(rows, isComplete) {
    const shown = rows.slice(0, maximumRows);
    const users = new Set(shown.map(({ user }) => user));
    for (const user of this.#entries.keys()) if (!users.has(user)) this.#drop(user);
    for (const [index, status] of shown.entries()) this.#place(status, index);
    this.#count.textContent = countOf(rows.length, shown.length);
    this.#empty.hidden = rows.length > 0 || !isComplete;
    this.#hasDrawn ||= isComplete;
  }

  /**
   * Tells why the rows may be out of date; an empty note says that they are not.
   * @param {string} note
   */
  note(note) {
    this.#note.textContent = note;
    this.#note.hidden = note === '';
  }

  /** @param {number} nowMs Unix time in milliseconds. */
  tick(nowMs) {
    for (const { cells, atMs } of this.#entries.values()) showAge(cells.time, atMs, nowMs);
  }

  #place(status, index) {
    const entry = this.#entries.get(status.user) ?? this.#add(status.user);
    const place = this.#body.children[index];
    if (place !== entry.row) this.#body.insertBefore(entry.row, place ?? null);
    // The version alone would not do: a status service that lost its data counts from 1 again.
    const edition = `${status.version} ${status.changed_at}`;
    if (entry.edition === edition) return;
    entry.edition = edition;
    entry.atMs = parseTime(status.changed_at);
    fill(entry.cells, status, entry.atMs);
    if (this.#hasDrawn) markFresh(entry);
  }

  #add(user) {
    const row = document.createElement('tr');
    row.setAttribute('role', 'row');
    const cells = makeCells(user);
    row.append(cells.user, cells.status, cells.message, cells.changed);
    const entry = { row, cells, edition: '', atMs: Number.NaN, timer: undefined };
    this.#entries.set(user, entry);
    return entry;
  }

  #drop(user) {
    const entry = this.#entries.get(user);
    clearTimeout(entry.timer);
    entry.row.remove();
    this.#entries.delete(user);
  }
}

function countOf(total, shown) {
  if (shown < total) return `${total}, the first ${shown} shown`;
  return total === 0 ? '' : String(total);
}

function makeCells(name) {
  const user = makeCell('th', 'rowheader', 'user');
  user.scope = 'row';
  user.textContent = name;
  const status = makeCell('td', 'cell', 'status');
  const badge = document.createElement('span');
  badge.className = 'badge';
  status.append(badge);
  const changed = makeCell('td', 'cell', 'changed');
  const time = document.createElement('time');
  changed.append(time);
  return { user, status, badge, message: makeCell('td', 'cell', 'message'), changed, time };
}

/** The role is said outright: narrow windows lay the row out as a grid, which hides from readers that it is a table. */
function makeCell(element, role, column) {
  const cell = document.createElement(element);
  cell.setAttribute('role', role);
  cell.className = `column-${column}`;
  return cell;
}

function fill({ badge, message, time }, status, atMs) {
  badge.textContent = status.status === '' ? 'no status' : status.status;
  badge.dataset.tone = tones.get(status.status.trim().toLowerCase()) ?? 'plain';
  message.textContent = status.message;
  time.dateTime = status.changed_at;
  time.title = Number.isNaN(atMs) ? '' : fullTime(atMs);
  showAge(time, atMs, Date.now());
}

function showAge(time, atMs, nowMs) {
  const age = Number.isNaN(atMs) ? 'unknown' : relativeTime(atMs, nowMs);
  if (time.textContent !== age) time.textContent = age;
}

function markFresh(entry) {
  clearTimeout(entry.timer);
  entry.row.dataset.fresh = '';
  // A row that changes again starts to fade anew.
  for (const animation of entry.row.getAnimations()) animation.currentTime = 0;
  entry.timer = setTimeout(() => delete entry.row.dataset.fresh, freshMs);
}
