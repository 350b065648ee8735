// Where the cursor is and what is selected, and how both move. Positions only: it knows no cell contents but whether a
// place is filled, and touches no page.

/** Row -1 is the header, rows 0… are options, row `options` is the line that adds one. Column -1 holds the names. */
export interface Place {
  row: number;
  column: number;
}

/** `active` takes what is typed; `anchor` and `head` are opposite corners of the selected range and hold `active` between them. */
export interface Selection {
  anchor: Place;
  head: Place;
  active: Place;
  /** The column in which a run of Tabs began: Enter returns to it one row lower. */
  tabbedFrom: number | null;
}

export interface Range {
  top: number;
  left: number;
  bottom: number;
  right: number;
}

/** The extent of the grid. With `canAdd` there is a place for a new option below the last and for a new criterion after the last. */
export interface Field {
  options: number;
  criteria: number;
  canAdd: boolean;
  /** Rows that fit on the screen. */
  page: number;
  filled: (place: Place) => boolean;
}

export type Motion =
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'blockUp'
  | 'blockDown'
  | 'blockLeft'
  | 'blockRight'
  | 'rowStart'
  | 'rowEnd'
  | 'gridStart'
  | 'gridEnd'
  | 'pageUp'
  | 'pageDown';

export function at(place: Place): Selection {
  return { anchor: place, head: place, active: place, tabbedFrom: null };
}

export function rangeOf(selection: Selection): Range {
  const { anchor, head } = selection;
  return {
    top: Math.min(anchor.row, head.row),
    left: Math.min(anchor.column, head.column),
    bottom: Math.max(anchor.row, head.row),
    right: Math.max(anchor.column, head.column),
  };
}

export function contains(range: Range, place: Place): boolean {
  return place.row >= range.top && place.row <= range.bottom && place.column >= range.left && place.column <= range.right;
}

export function isSingle(range: Range): boolean {
  return range.top === range.bottom && range.left === range.right;
}

export function same(a: Place, b: Place): boolean {
  return a.row === b.row && a.column === b.column;
}

export function isAddOption(place: Place, field: Field): boolean {
  return field.canAdd && place.row === field.options;
}

export function isAddCriterion(place: Place, field: Field): boolean {
  return field.canAdd && place.row === -1 && place.column === field.criteria;
}

/** The nearest place that exists. The place of a new criterion stands in the header row only. */
export function clamp(place: Place, field: Field): Place {
  const row = between(place.row, -1, field.canAdd ? field.options : field.options - 1);
  const lastColumn = field.canAdd && row === -1 ? field.criteria : field.criteria - 1;
  return { row, column: between(place.column, -1, lastColumn) };
}

function between(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, high));
}

export function move(selection: Selection, motion: Motion, field: Field): Selection {
  return at(clamp(target(selection.active, motion, field), field));
}

/** Moves the far corner and leaves the active cell; never onto the places that add something. */
export function extend(selection: Selection, motion: Motion, field: Field): Selection {
  return extendTo(selection, target(selection.head, motion, field), field);
}

export function extendTo(selection: Selection, head: Place, field: Field): Selection {
  const inside = { ...field, canAdd: false };
  const anchor = clamp(selection.active, inside);
  return { anchor, head: clamp(head, inside), active: anchor, tabbedFrom: null };
}

function target(from: Place, motion: Motion, field: Field): Place {
  const { row, column } = from;
  switch (motion) {
    case 'up':
      return { row: row - 1, column };
    case 'down':
      return { row: row + 1, column };
    case 'left':
      return { row, column: column - 1 };
    case 'right':
      return { row, column: column + 1 };
    case 'blockUp':
      return blockEdge(from, { row: -1, column: 0 }, field);
    case 'blockDown':
      return blockEdge(from, { row: 1, column: 0 }, field);
    case 'blockLeft':
      return blockEdge(from, { row: 0, column: -1 }, field);
    case 'blockRight':
      return blockEdge(from, { row: 0, column: 1 }, field);
    case 'rowStart':
      return { row, column: column > 0 && field.criteria > 0 ? 0 : -1 };
    case 'rowEnd':
      return { row, column: field.criteria - 1 };
    case 'gridStart':
      return { row: Math.min(0, field.options - 1), column: Math.min(0, field.criteria - 1) };
    case 'gridEnd':
      return { row: field.options - 1, column: field.criteria - 1 };
    case 'pageUp':
      return { row: Math.max(row - field.page, Math.min(row, 0)), column };
    case 'pageDown':
      return { row: Math.min(row + field.page, Math.max(row, field.options - 1)), column };
  }
}

/** Like Ctrl+arrow in a spreadsheet: to the end of a filled block, or over a gap to the next filled cell, else to the edge. */
function blockEdge(from: Place, step: Place, field: Field): Place {
  const inside = { ...field, canAdd: false };
  const next = (place: Place): Place | null => {
    const moved = { row: place.row + step.row, column: place.column + step.column };
    return same(clamp(moved, inside), moved) ? moved : null;
  };
  let here = clamp(from, inside);
  let ahead = next(here);
  if (!ahead) return here;
  const runsOn = field.filled(here) && field.filled(ahead);
  while (ahead) {
    if (runsOn && !field.filled(ahead)) return here;
    here = ahead;
    if (!runsOn && field.filled(here)) return here;
    ahead = next(here);
  }
  return here;
}

/** Tab: within a range round it, else to the next place in reading order. Null means: out of the grid. */
export function tab(selection: Selection, back: boolean, field: Field): Selection | null {
  const range = rangeOf(selection);
  if (!isSingle(range)) return { ...selection, active: cycle(selection.active, range, back ? -1 : 1, 'across') };
  const { row, column } = selection.active;
  const tabbedFrom = back ? null : (selection.tabbedFrom ?? column);
  if (isAddOption(selection.active, field)) return back ? at(clamp({ row: row - 1, column: field.criteria - 1 }, field)) : null;
  const step = { row, column: column + (back ? -1 : 1) };
  if (same(clamp(step, field), step)) return { ...at(step), tabbedFrom };
  const wrapped = back ? { row: row - 1, column: Number.MAX_SAFE_INTEGER } : { row: row + 1, column: -1 };
  return clamp(wrapped, field).row === wrapped.row ? at(clamp(wrapped, field)) : null;
}

/** Enter: within a range round it, else one row down (or up), back in the column where a run of Tabs began. */
export function enter(selection: Selection, up: boolean, field: Field): Selection {
  const range = rangeOf(selection);
  if (!isSingle(range)) return { ...selection, active: cycle(selection.active, range, up ? -1 : 1, 'down') };
  const { row, column } = selection.active;
  return at(clamp({ row: row + (up ? -1 : 1), column: selection.tabbedFrom ?? column }, field));
}

function cycle(active: Place, range: Range, step: 1 | -1, order: 'across' | 'down'): Place {
  const height = range.bottom - range.top + 1;
  const width = range.right - range.left + 1;
  const [r, c] = [active.row - range.top, active.column - range.left];
  const count = height * width;
  const index = ((order === 'across' ? r * width + c : c * height + r) + step + count) % count;
  return order === 'across'
    ? { row: range.top + Math.floor(index / width), column: range.left + (index % width) }
    : { row: range.top + (index % height), column: range.left + Math.floor(index / height) };
}

/** Everything, names and header too, so that a copy is a whole table. */
export function all(selection: Selection, field: Field): Selection {
  const inside = { ...field, canAdd: false };
  return {
    anchor: { row: -1, column: -1 },
    head: { row: field.options - 1, column: field.criteria - 1 },
    active: clamp(selection.active, inside),
    tabbedFrom: null,
  };
}

/** The whole rows of the selection, names too, so that a copied row can become a new option. */
export function rows(selection: Selection, field: Field): Selection {
  const { top, bottom } = rangeOf(selection);
  return span({ top, bottom, left: -1, right: field.criteria - 1 }, field);
}

/** The cells of the selection's columns without the header: Delete and paste then touch values only. */
export function columns(selection: Selection, field: Field): Selection {
  const { left, right } = rangeOf(selection);
  return span({ top: Math.min(0, field.options - 1), bottom: field.options - 1, left, right }, field);
}

function span(range: Range, field: Field): Selection {
  const inside = { ...field, canAdd: false };
  const anchor = clamp({ row: range.top, column: range.left }, inside);
  return { anchor, head: clamp({ row: range.bottom, column: range.right }, inside), active: anchor, tabbedFrom: null };
}
