import { describe, expect, test } from 'vitest';
import type { CellText, Decision, Edit, Problem } from '../backend/types.ts';
import { addOption, typeCells } from './batch.ts';
import type { Draft } from './cell_view.ts';
import { ADD_OPTION, cellKey, Outbox } from './outbox.ts';

const decision = {
  options: [{ id: 'o0', name: 'A' }, { id: 'o1', name: 'B' }],
  criteria: [{ id: 'c0', name: 'Cost', kind: 'measured' }, { id: 'c1', name: 'Fit', kind: 'manual' }],
  cells: [[{ value: 7, score: null }, { value: null, score: 2 }], [{ value: 8, score: null }, { value: null, score: 3 }]],
} as unknown as Decision;

const problem = (field: string, message = 'no number', found: string | null = null): Problem => ({ code: 'x', field, line: null, found, allowed: null, message });
const cell = (option: string, criterion: string, text: string): CellText => ({ option, criterion, text });

/** An outbox over an engine that the test plays: what it sent, what is shown, and the answers it waits for. */
function setUp(answer: (edits: Edit[], nth: number) => Problem[] | Promise<Problem[]>) {
  const sent: { edits: Edit[]; label: string }[] = [];
  const shown = new Map<string, Draft>();
  const said: string[] = [];
  const outbox = new Outbox({
    send: async (edits, label) => {
      sent.push({ edits, label });
      return answer(edits, sent.length);
    },
    decision: () => decision,
    show: (key, draft) => (draft ? shown.set(key, draft) : shown.delete(key)),
    settled: () => Promise.resolve(),
    announce: (text) => said.push(text),
  });
  return { outbox, sent, shown, said };
}

test('what was typed shows before it is saved, and is released after', async () => {
  const { outbox, shown } = setUp(() => []);
  const done = outbox.post(typeCells([cell('o0', 'c0', '120')], 'Score'));
  expect(shown.get(cellKey('o0', 'c0'))).toEqual({ text: '120', state: 'saving', message: '' });
  expect(await done).toBe(true);
  expect(shown.size).toBe(0);
});

test('a refused text stays with the reason', async () => {
  const { outbox, shown, said } = setUp(() => [problem('options[0].values.Cost')]);
  expect(await outbox.post(typeCells([cell('o0', 'c0', 'cheap')], 'Score'))).toBe(false);
  expect(shown.get(cellKey('o0', 'c0'))).toEqual({ text: 'cheap', state: 'refused', message: 'no number' });
  expect(said).toEqual(['Not saved: no number']);
});

test('a call that fails keeps the text too', async () => {
  const { outbox, shown } = setUp(() => Promise.reject(Object.assign(new Error('the disk is full'), { code: 'full' })));
  await outbox.post(typeCells([cell('o0', 'c0', '5')], 'Score'));
  expect(shown.get(cellKey('o0', 'c0'))).toMatchObject({ text: '5', state: 'refused', message: 'the disk is full' });
});

describe('one bad cell of many', () => {
  const batch = typeCells([cell('o0', 'c0', '1'), cell('o0', 'c1', 'good'), cell('o1', 'c0', '2')], 'Paste 3×1');
  test.each(['options[0].scores.Fit', 'options[0].scores."Fit"', 'cells[0][1]', 'edits[0].cells[1]'])('named as %s: the others are saved as the same action', async (field) => {
    const { outbox, sent, shown } = setUp((_edits, nth) => (nth === 1 ? [problem(field)] : []));
    expect(await outbox.post(batch)).toBe(false);
    expect(sent.at(-1)).toEqual({ edits: [{ edit: 'type_cells', cells: [cell('o0', 'c0', '1'), cell('o1', 'c0', '2')] }], label: 'Paste 3×1' });
    expect([...shown.keys()]).toEqual([cellKey('o0', 'c1')]);
  });
  test('named by its text only', async () => {
    const { outbox, shown } = setUp((_edits, nth) => (nth === 1 ? [problem('', 'no number', 'good')] : []));
    await outbox.post(batch);
    expect([...shown.keys()]).toEqual([cellKey('o0', 'c1')]);
  });
  test('not named at all: everything stays, nothing is half saved', async () => {
    const { outbox, sent, shown } = setUp(() => [problem('topic')]);
    await outbox.post(batch);
    expect(sent).toHaveLength(1);
    expect([...shown.values()].map(({ state }) => state)).toEqual(['refused', 'refused', 'refused']);
  });
});

test('a bad field of a pasted table keeps what its cell holds, and shows what was pasted', async () => {
  const { outbox, sent, shown } = setUp((_edits, nth) => (nth === 1 ? [problem('options[1].values.Cost', 'no number', 'x')] : []));
  await outbox.post({ edits: [{ edit: 'paste', option: 0, criterion: -1, rows: [['A', '1'], ['B', 'x']] }], label: 'Paste 2×2' });
  expect(sent.at(-1)?.edits).toEqual([{ edit: 'paste', option: 0, criterion: -1, rows: [['A', '1'], ['B', '8']] }]);
  expect([...shown]).toEqual([[cellKey('o1', 'c0'), { text: 'x', state: 'refused', message: 'no number' }]]);
});

test('an older answer does not hide what was typed since', async () => {
  let free = () => {};
  const { outbox, shown } = setUp((_edits, nth) => (nth === 1 ? new Promise((resolve) => (free = () => resolve([problem('cells[0][0]')]))) : []));
  const first = outbox.post(typeCells([cell('o0', 'c0', 'old')], 'Score'));
  await Promise.resolve();
  const second = outbox.post(typeCells([cell('o0', 'c0', '5')], 'Score'));
  free();
  await first;
  expect(shown.get(cellKey('o0', 'c0'))?.text).toBe('5');
  await second;
  expect(shown.size).toBe(0);
});

test('actions reach the engine one after the other, in order', async () => {
  let under = 0;
  const { outbox, sent } = setUp(async () => {
    under += 1;
    expect(under).toBe(1);
    await Promise.resolve();
    under -= 1;
    return [];
  });
  await Promise.all(['1', '2', '3'].map((text) => outbox.post(typeCells([cell('o0', 'c0', text)], text))));
  expect(sent.map(({ label }) => label)).toEqual(['1', '2', '3']);
});

test('a refused new option is not lost when the next one is typed meanwhile', async () => {
  const { outbox, shown } = setUp((_edits, nth) => (nth === 1 ? [problem('options.name', 'already there')] : []));
  await Promise.all([outbox.post(addOption('A')), outbox.post(addOption('C'))]);
  expect(shown.get(ADD_OPTION)).toEqual({ text: 'A', state: 'refused', message: 'already there' });
  outbox.forget(ADD_OPTION);
  expect(shown.size).toBe(0);
});

test('a table of nonsense ends in one refusal', async () => {
  const { outbox, sent } = setUp((edits) => {
    const [edit] = edits;
    return edit?.edit === 'type_cells' && edit.cells[0] ? [problem('edits[0].cells[0]')] : [];
  });
  const cells = Array.from({ length: 200 }, () => cell('o0', 'c0', 'x'));
  expect(await outbox.post(typeCells(cells, 'Paste 200×1'))).toBe(false);
  expect(sent.length).toBeLessThan(100);
});
