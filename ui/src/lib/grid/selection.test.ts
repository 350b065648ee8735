import { describe, expect, test } from 'vitest';
import { all, at, clamp, columns, enter, extend, extendTo, move, rangeOf, rows, tab, type Field, type Motion, type Place } from './selection.ts';

// 4 options × 3 criteria; the middle cell of column 1 (row 1) and row 2 of it are empty.
const empty = new Set(['1,1', '2,1']);
const field: Field = {
  options: 4,
  criteria: 3,
  canAdd: true,
  page: 2,
  filled: ({ row, column }) => !empty.has(`${row},${column}`),
};
const place = (row: number, column: number): Place => ({ row, column });

describe('moving', () => {
  const cases: [why: string, from: Place, motion: Motion, to: Place][] = [
    ['down', place(0, 0), 'down', place(1, 0)],
    ['up from the first row reaches the header, where names are edited', place(0, 1), 'up', place(-1, 1)],
    ['left from the first criterion reaches the name', place(2, 0), 'left', place(2, -1)],
    ['right stops at the last criterion in a row of values', place(1, 2), 'right', place(1, 2)],
    ['right in the header goes on to the place of a new criterion', place(-1, 2), 'right', place(-1, 3)],
    ['down from there lands on the last criterion', place(-1, 3), 'down', place(0, 2)],
    ['down from the last option reaches the place of a new one and keeps its column', place(3, 2), 'down', place(4, 2)],
    ['and up from there comes back to it', place(4, 2), 'up', place(3, 2)],
    ['Home goes to the first criterion', place(1, 2), 'rowStart', place(1, 0)],
    ['Home again goes to the name', place(1, 0), 'rowStart', place(1, -1)],
    ['End goes to the last criterion', place(1, -1), 'rowEnd', place(1, 2)],
    ['Ctrl+Home goes to the first value', place(3, 2), 'gridStart', place(0, 0)],
    ['Ctrl+End goes to the last value', place(0, 0), 'gridEnd', place(3, 2)],
    ['a page down', place(0, 1), 'pageDown', place(2, 1)],
    ['a page down does not run past the last option', place(3, 1), 'pageDown', place(3, 1)],
    ['a page up does not run into the header', place(1, 1), 'pageUp', place(0, 1)],
    ['Ctrl+down from a cell before a gap jumps the gap', place(0, 1), 'blockDown', place(3, 1)],
    ['Ctrl+down in a full column goes to its end', place(0, 0), 'blockDown', place(3, 0)],
    ['Ctrl+up from a gap stops at the first filled cell', place(2, 1), 'blockUp', place(0, 1)],
    ['Ctrl+right before a gap jumps it', place(1, 0), 'blockRight', place(1, 2)],
    ['Ctrl+left ends at the name', place(0, 2), 'blockLeft', place(0, -1)],
  ];
  test.each(cases)('%s', (_why, from, motion, to) => expect(move(at(from), motion, field).active).toEqual(to));
});

describe('extending', () => {
  test('keeps the active cell and grows the range', () => {
    const grown = extend(extend(at(place(1, 1)), 'down', field), 'right', field);
    expect(rangeOf(grown)).toEqual({ top: 1, left: 1, bottom: 2, right: 2 });
    expect(grown.active).toEqual(place(1, 1));
  });
  test('turns over the anchor', () =>
    expect(rangeOf(extend(extend(at(place(1, 1)), 'up', field), 'left', field))).toEqual({ top: 0, left: 0, bottom: 1, right: 1 }));
  test('never takes in the places that add something', () =>
    expect(rangeOf(extendTo(at(place(3, 2)), place(4, 3), field))).toEqual({ top: 3, left: 2, bottom: 3, right: 2 }));
  test('after Tab inside a range it goes on from the active cell', () => {
    const cycled = tab(extendTo(at(place(0, 0)), place(1, 1), field), false, field)!;
    expect(rangeOf(extend(cycled, 'down', field))).toEqual({ top: 0, left: 1, bottom: 2, right: 1 });
  });
});

describe('Tab', () => {
  const cases: [why: string, from: Place, back: boolean, to: Place | null][] = [
    ['goes right', place(0, 0), false, place(0, 1)],
    ['wraps to the name in the next row', place(0, 2), false, place(1, -1)],
    ['walks the header to the place of a new criterion', place(-1, 2), false, place(-1, 3)],
    ['and from there into the first row', place(-1, 3), false, place(0, -1)],
    ['after the last row reaches the new option', place(3, 2), false, place(4, -1)],
    ['leaves the grid at its end, so that nobody is caught in it', place(4, -1), false, null],
    ['back wraps to the last value of the row above', place(1, -1), true, place(0, 2)],
    ['back from the first row reaches the place of a new criterion', place(0, -1), true, place(-1, 3)],
    ['back from the new option reaches the last value', place(4, 1), true, place(3, 2)],
    ['back leaves the grid at its beginning', place(-1, -1), true, null],
  ];
  test.each(cases)('%s', (_why, from, back, to) => expect(tab(at(from), back, field)?.active ?? null).toEqual(to));

  test('goes round a range and keeps it', () => {
    let selection = extendTo(at(place(0, 0)), place(1, 1), field);
    const seen = [];
    for (let step = 0; step < 4; step += 1) {
      selection = tab(selection, false, field)!;
      seen.push([selection.active.row, selection.active.column]);
    }
    expect(seen).toEqual([[0, 1], [1, 0], [1, 1], [0, 0]]);
    expect(rangeOf(selection)).toEqual({ top: 0, left: 0, bottom: 1, right: 1 });
  });
});

describe('Enter', () => {
  test('goes down', () => expect(enter(at(place(0, 1)), false, field).active).toEqual(place(1, 1)));
  test('with Shift goes up', () => expect(enter(at(place(1, 1)), true, field).active).toEqual(place(0, 1)));
  test('after a run of Tabs returns to its first column', () => {
    const tabbed = tab(tab(at(place(1, 0)), false, field)!, false, field)!;
    expect(enter(tabbed, false, field).active).toEqual(place(2, 0));
  });
  test('goes down through a range first', () =>
    expect(enter(extendTo(at(place(0, 0)), place(1, 1), field), false, field).active).toEqual(place(1, 0)));
});

describe('whole rows, columns and everything', () => {
  test('a row takes its name along', () => expect(rangeOf(rows(at(place(2, 1)), field))).toEqual({ top: 2, left: -1, bottom: 2, right: 2 }));
  test('a column leaves its header out', () => expect(rangeOf(columns(at(place(-1, 1)), field))).toEqual({ top: 0, left: 1, bottom: 3, right: 1 }));
  test('everything is a table with its names', () => expect(rangeOf(all(at(place(2, 1)), field))).toEqual({ top: -1, left: -1, bottom: 3, right: 2 }));
});

describe('an empty decision', () => {
  const blank: Field = { ...field, options: 0, criteria: 0, filled: () => false };
  test.each(['right', 'rowEnd', 'gridEnd', 'pageDown', 'blockRight', 'down'] as const)('%s stays on a place that exists', (motion) => {
    const { active } = move(at(place(-1, -1)), motion, blank);
    expect(clamp(active, blank)).toEqual(active);
  });
  test('the place of the first criterion is one to the right', () => expect(move(at(place(-1, -1)), 'right', blank).active).toEqual(place(-1, 0)));
});
