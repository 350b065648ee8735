// One user action as one batch of edits with its label. Positions and texts in, edits out; sending them is the outbox's work.
import type { CellText, Decision, DecisionOption, Criterion, Edit } from '../backend/types.ts';
import type { Place, Range } from './selection.ts';

export interface Batch {
  edits: Edit[];
  label: string;
}

export function plural(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}

/** The cells of a range that lie in the table of values, names and header left out. */
export function cellsIn(decision: Decision, range: Range): { option: DecisionOption; criterion: Criterion; row: number; column: number }[] {
  const found = [];
  for (let row = Math.max(0, range.top); row <= Math.min(range.bottom, decision.options.length - 1); row += 1) {
    for (let column = Math.max(0, range.left); column <= Math.min(range.right, decision.criteria.length - 1); column += 1) {
      const option = decision.options[row];
      const criterion = decision.criteria[column];
      if (option && criterion) found.push({ option, criterion, row, column });
    }
  }
  return found;
}

export function typeCells(cells: CellText[], label: string): Batch {
  return { edits: [{ edit: 'type_cells', cells }], label };
}

export function typeOne(option: DecisionOption, criterion: Criterion, text: string): Batch {
  const label = `${criterion.name} of ${option.name}`;
  return typeCells([{ option: option.id, criterion: criterion.id, text }], text === '' ? `Clear ${label}` : label);
}

/** Null when every cell of the range is empty already. */
export function clear(decision: Decision, range: Range, textAt: (row: number, column: number) => string, verb = 'Clear'): Batch | null {
  const filled = cellsIn(decision, range).filter(({ row, column }) => textAt(row, column) !== '');
  if (filled.length === 0) return null;
  const cells = filled.map(({ option, criterion }) => ({ option: option.id, criterion: criterion.id, text: '' }));
  return typeCells(cells, `${verb} ${plural(cells.length, 'cell')}`);
}

/**
 * Ctrl+D and Ctrl+R: the first row (column) of the range goes into the rest; a single row (column) takes what stands
 * above (left of) it. Null when nothing would change.
 */
export function fill(decision: Decision, range: Range, to: 'down' | 'right', textAt: (row: number, column: number) => string): Batch | null {
  const single = to === 'down' ? range.top === range.bottom : range.left === range.right;
  const source = (to === 'down' ? range.top : range.left) - (single ? 1 : 0);
  if (source < 0) return null;
  const cells = cellsIn(decision, range)
    .filter(({ row, column }) => (to === 'down' ? row : column) > source)
    .map((place) => ({ ...place, text: to === 'down' ? textAt(source, place.column) : textAt(place.row, source) }))
    .filter(({ row, column, text }) => textAt(row, column) !== text)
    .map(({ option, criterion, text }) => ({ option: option.id, criterion: criterion.id, text }));
  return cells.length === 0 ? null : typeCells(cells, `Fill ${to} ${plural(cells.length, 'cell')}`);
}

/** The fill handle: a block's texts repeated over the range that the drag added to it. */
export function fillFrom(decision: Decision, source: Range, target: Range, textAt: (row: number, column: number) => string): Batch | null {
  const height = source.bottom - source.top + 1;
  const width = source.right - source.left + 1;
  const wrap = (value: number, start: number, size: number) => start + ((((value - start) % size) + size) % size);
  const cells = cellsIn(decision, target)
    .map((place) => ({ ...place, text: textAt(wrap(place.row, source.top, height), wrap(place.column, source.left, width)) }))
    .filter(({ row, column, text }) => textAt(row, column) !== text)
    .map(({ option, criterion, text }) => ({ option: option.id, criterion: criterion.id, text }));
  return cells.length === 0 ? null : typeCells(cells, `Fill ${plural(cells.length, 'cell')}`);
}

/** One text into every cell of the range (Ctrl+Enter). */
export function fillWith(decision: Decision, range: Range, text: string): Batch | null {
  const cells = cellsIn(decision, range).map(({ option, criterion }) => ({ option: option.id, criterion: criterion.id, text }));
  return cells.length === 0 ? null : typeCells(cells, `Fill ${plural(cells.length, 'cell')}`);
}

/**
 * A table at a place. Inside the values it is typed cell by cell, so that a bad one can be refused alone; where it
 * reaches the names, the header or beyond the last row or column, it goes as a `paste`.
 */
export function paste(decision: Decision, place: Place, rows: string[][]): Batch | null {
  const width = rows[0]?.length ?? 0;
  if (rows.length === 0 || width === 0) return null;
  const label = rows.length * width === 1 ? 'Paste' : `Paste ${rows.length}×${width}`;
  const inside =
    place.row >= 0 &&
    place.column >= 0 &&
    place.row + rows.length <= decision.options.length &&
    place.column + width <= decision.criteria.length;
  if (!inside) return { edits: [{ edit: 'paste', option: place.row, criterion: place.column, rows }], label };
  const range = { top: place.row, left: place.column, bottom: place.row + rows.length - 1, right: place.column + width - 1 };
  const cells = cellsIn(decision, range).map(({ option, criterion, row, column }) => ({
    option: option.id,
    criterion: criterion.id,
    text: (rows[row - place.row]?.[column - place.column] ?? '').trim(),
  }));
  return typeCells(cells, label);
}

/** "Monthly cost (USD)" is a measured criterion with its unit; a name alone is judged, as in a decision file. */
export function addCriterion(typed: string): Batch {
  const name = typed.trim();
  const parts = /^(.*\S)\s*[([]([^()[\]]{1,20})[)\]]$/.exec(name);
  const edit: Edit = parts?.[1] && parts[2]
    ? { edit: 'add_criterion', at: null, name: parts[1], kind: 'measured', unit: parts[2].trim() }
    : { edit: 'add_criterion', at: null, name, kind: 'judged' };
  return { edits: [edit], label: `Add criterion ${edit.name}` };
}

export function addOption(typed: string): Batch {
  const name = typed.trim();
  return { edits: [{ edit: 'add_option', at: null, name }], label: `Add option ${name}` };
}

/**
 * Moves the selected options one up or down by carrying their neighbour over them: one edit, whatever the size of the
 * block. `to` is the place in the finished order.
 */
export function carryOptions(decision: Decision, range: Range, to: 'up' | 'down'): Batch | null {
  const [top, bottom] = [Math.max(0, range.top), Math.min(range.bottom, decision.options.length - 1)];
  const neighbour = decision.options[to === 'up' ? top - 1 : bottom + 1];
  if (!neighbour || top > bottom) return null;
  const edit: Edit = { edit: 'move_option', id: neighbour.id, to: to === 'up' ? bottom : top };
  return { edits: [edit], label: `Move ${plural(bottom - top + 1, 'option')} ${to}` };
}

export function carryCriteria(decision: Decision, range: Range, to: 'left' | 'right'): Batch | null {
  const [left, right] = [Math.max(0, range.left), Math.min(range.right, decision.criteria.length - 1)];
  const neighbour = decision.criteria[to === 'left' ? left - 1 : right + 1];
  if (!neighbour || left > right) return null;
  const edit: Edit = { edit: 'move_criterion', id: neighbour.id, to: to === 'left' ? right : left };
  const noun = left === right ? 'criterion' : 'criteria';
  return { edits: [edit], label: `Move ${right - left + 1} ${noun} ${to}` };
}

/** Removes what is selected whole: criteria when the header is in the range, else options when a name is. */
export function remove(decision: Decision, range: Range): Batch | null {
  const options = decision.options.slice(Math.max(0, range.top), range.bottom + 1);
  const criteria = decision.criteria.slice(Math.max(0, range.left), range.right + 1);
  const wholeColumns = range.top <= 0 && range.bottom === decision.options.length - 1 && range.left >= 0;
  if (range.top === -1 ? criteria.length > 0 && range.left >= 0 : wholeColumns && range.bottom > range.top) {
    const label = criteria.length === 1 ? `Remove criterion ${criteria[0]?.name}` : `Remove ${criteria.length} criteria`;
    return { edits: criteria.map(({ id }) => ({ edit: 'remove_criterion', id })), label };
  }
  if (range.left === -1 && range.top >= 0 && options.length > 0) {
    const label = options.length === 1 ? `Remove option ${options[0]?.name}` : `Remove ${options.length} options`;
    return { edits: options.map(({ id }) => ({ edit: 'remove_option', id })), label };
  }
  return null;
}
