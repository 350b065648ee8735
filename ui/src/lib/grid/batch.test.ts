import { describe, expect, test } from 'vitest';
import type { Decision } from '../backend/types.ts';
import { addCriterion, carryCriteria, carryOptions, cellsIn, clear, fill, fillFrom, paste, remove, type Batch } from './batch.ts';

const named = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => ({ id: `${prefix}${index}`, name: `${prefix.toUpperCase()}${index}` }));
// 3 options × 3 criteria; texts are "row,column", the middle cell is empty.
const decision = { options: named('o', 3), criteria: named('c', 3) } as unknown as Decision;
const textAt = (row: number, column: number) => (row === 1 && column === 1 ? '' : `${row},${column}`);
const range = (top: number, left: number, bottom: number, right: number) => ({ top, left, bottom, right });
const typed = (batch: Batch | null) => {
  const edit = batch?.edits[0];
  return edit?.edit === 'type_cells' ? edit.cells.map(({ option, criterion, text }) => `${option}${criterion}=${text}`) : null;
};

test('names and header in a range are no cells', () => expect(cellsIn(decision, range(-1, -1, 0, 1))).toHaveLength(2));

describe('clearing', () => {
  test('touches filled cells only and counts them', () => {
    const batch = clear(decision, range(0, 1, 2, 1), textAt);
    expect(typed(batch)).toEqual(['o0c1=', 'o2c1=']);
    expect(batch?.label).toBe('Clear 2 cells');
  });
  test('of empty cells is no action', () => expect(clear(decision, range(1, 1, 1, 1), textAt)).toBeNull());
});

describe('filling', () => {
  test('down repeats the first row', () => expect(typed(fill(decision, range(0, 0, 2, 0), 'down', textAt))).toEqual(['o1c0=0,0', 'o2c0=0,0']));
  test('right repeats the first column', () => expect(typed(fill(decision, range(0, 0, 0, 2), 'right', textAt))).toEqual(['o0c1=0,0', 'o0c2=0,0']));
  test('down on one cell takes the one above', () => expect(typed(fill(decision, range(1, 2, 1, 2), 'down', textAt))).toEqual(['o1c2=0,2']));
  test('down in the first row has nothing above', () => expect(fill(decision, range(0, 0, 0, 0), 'down', textAt)).toBeNull());
  test('right in the first criterion does not take the name', () => expect(fill(decision, range(0, 0, 0, 0), 'right', textAt)).toBeNull());
  test('an empty cell fills as empty', () => expect(typed(fill(decision, range(1, 1, 2, 1), 'down', textAt))).toEqual(['o2c1=']));
  test('by the handle repeats a block downward', () =>
    expect(typed(fillFrom(decision, range(0, 0, 0, 1), range(0, 0, 2, 1), textAt))).toEqual(['o1c0=0,0', 'o1c1=0,1', 'o2c0=0,0', 'o2c1=0,1']));
  test('by the handle keeps the pattern when dragged up', () =>
    expect(typed(fillFrom(decision, range(1, 0, 2, 0), range(0, 0, 2, 0), textAt))).toEqual(['o0c0=2,0']));
});

describe('pasting', () => {
  test('inside the values is typed cell by cell', () => {
    const batch = paste(decision, { row: 1, column: 1 }, [['a', ' b '], ['c', 'd']]);
    expect(typed(batch)).toEqual(['o1c1=a', 'o1c2=b', 'o2c1=c', 'o2c2=d']);
    expect(batch?.label).toBe('Paste 2×2');
  });
  test.each([
    ['below the last option', { row: 2, column: 0 }, [['1'], ['2']]],
    ['beyond the last criterion', { row: 0, column: 2 }, [['1', '2']]],
    ['over names', { row: 0, column: -1 }, [['A', '1']]],
    ['over the header', { row: -1, column: 0 }, [['Cost'], ['1']]],
  ])('%s goes as a paste', (_why, place, rows) =>
    expect(paste(decision, place, rows)?.edits).toEqual([{ edit: 'paste', option: place.row, criterion: place.column, rows }]),
  );
});

describe('a new criterion', () => {
  test.each([
    ['Monthly cost (USD)', { name: 'Monthly cost', kind: 'measured', unit: 'USD' }],
    ['Latency [ms]', { name: 'Latency', kind: 'measured', unit: 'ms' }],
    ['Ease of use', { name: 'Ease of use', kind: 'judged' }],
    ['(USD)', { name: '(USD)', kind: 'judged' }],
    ['Fit (see the note on page 4 of the report)', { name: 'Fit (see the note on page 4 of the report)', kind: 'judged' }],
  ])('%s', (text, expected) => expect(addCriterion(text).edits[0]).toEqual({ edit: 'add_criterion', at: null, ...expected }));
});

describe('moving', () => {
  test('an option up carries its neighbour over it', () => expect(carryOptions(decision, range(1, 0, 1, 0), 'up')?.edits).toEqual([{ edit: 'move_option', id: 'o0', to: 1 }]));
  test('a block down is still one edit', () => expect(carryOptions(decision, range(0, 0, 1, 0), 'down')?.edits).toEqual([{ edit: 'move_option', id: 'o2', to: 0 }]));
  test('at the edge there is nothing to do', () => expect(carryOptions(decision, range(0, 0, 0, 0), 'up')).toBeNull());
  test('a criterion right', () => expect(carryCriteria(decision, range(-1, 0, -1, 0), 'right')?.edits).toEqual([{ edit: 'move_criterion', id: 'c1', to: 0 }]));
});

describe('removing', () => {
  test('names in the range remove options', () => expect(remove(decision, range(0, -1, 1, 2))?.label).toBe('Remove 2 options'));
  test('a head removes its criterion', () => expect(remove(decision, range(-1, 2, -1, 2))?.edits).toEqual([{ edit: 'remove_criterion', id: 'c2' }]));
  test('a whole column removes its criterion', () => expect(remove(decision, range(0, 1, 2, 1))?.edits).toEqual([{ edit: 'remove_criterion', id: 'c1' }]));
  test('some values remove nothing', () => expect(remove(decision, range(0, 0, 1, 1))).toBeNull());
  test('everything at once removes nothing: too much for one key', () => expect(remove(decision, range(-1, -1, 2, 2))).toBeNull());
});
