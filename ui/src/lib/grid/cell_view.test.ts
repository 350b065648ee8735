import { describe, expect, test } from 'vitest';
import type { Cell, CellJudgement, CellResult, Criterion } from '../backend/types.ts';
import type { CellNow } from '../judging/judged_cells.ts';
import { classesOf, sameView, viewOf, type CellFacts, type CellView } from './cell_view.ts';

const criterion = { id: 'c1', name: 'Cost', kind: 'measured' } as Criterion;
const judged = { ...criterion, kind: 'judged' } as Criterion;
const manual = { ...criterion, kind: 'manual' } as Criterion;
const cell = (extra: Partial<Cell> = {}): Cell => ({ value: null, score: null, note: '', before_edit: false, ...extra });
const result = (extra: Partial<CellResult> = {}): CellResult => ({
  option: 'A',
  option_id: 'o1',
  criterion: 'Cost',
  criterion_id: 'c1',
  state: 'scored',
  source: 'measured',
  score: null,
  raw: null,
  unit: '',
  value: 0.5,
  flags: [],
  justification: null,
  evidence: [],
  ...extra,
});
const unasked: CellNow = { judgement: null, fresh: false, asking: false };
const says = (extra: Partial<CellJudgement> = {}): CellJudgement => ({
  option_id: 'o1',
  criterion_id: 'c1',
  state: 'scored',
  score: 4,
  spread: null,
  samples: 1,
  justification: null,
  evidence: [],
  memory: false,
  backend: 'ollama',
  model: 'm',
  at: 1,
  latency_ms: 1,
  cached: false,
  error: null,
  carried_from: null,
  ...extra,
});
const now = (extra: Partial<CellNow>): CellNow => ({ ...unasked, ...extra });
const facts = (extra: Partial<CellFacts>): CellFacts => ({
  cell: cell(),
  result: null,
  criterion,
  draft: null,
  knockOut: null,
  now: unasked,
  scale: { min: 0, max: 5 },
  ...extra,
});

describe('what a cell shows', () => {
  const cases: [why: string, facts: Partial<CellFacts>, expected: Partial<CellView>][] = [
    ['a measured value, to its last digit', { cell: cell({ value: 0.123456789 }) }, { shown: '0.123456789', look: 'scored', number: true }],
    ['a zero is a value', { cell: cell({ value: 0 }) }, { shown: '0', look: 'scored' }],
    ['a score by hand', { cell: cell({ score: 4 }), criterion: manual }, { shown: '4', look: 'scored', words: '' }],
    ['an abstention is a dash, and edits as its word', { cell: cell({ score: 'abstain' }), criterion: manual }, { shown: '—', text: 'abstain', look: 'abstained', words: 'abstains' }],
    ['no measured value is missing, the analyst has to give it', {}, { shown: '', look: 'missing', words: 'no value yet' }],
    ['no score by hand is missing too', { criterion: manual, result: result({ state: 'pending' }) }, { look: 'missing' }],
    ['no judgement is pending', { criterion: judged, result: result({ state: 'pending' }) }, { look: 'pending', words: 'waits for a judgement' }],
    ['no judgement is pending before there is any answer', { criterion: judged }, { look: 'pending' }],
    ["a model's score is shown as judged", { criterion: judged, result: result({ source: 'model', score: 3 }) }, { shown: '3', text: '3', judged: true }],
    ["a score by hand stands over a model's", { cell: cell({ score: 5 }), criterion: judged, result: result({ source: 'hand', score: 5 }) }, { shown: '5', judged: false }],
    ['a failure is a failure and no empty cell', { criterion: judged, result: result({ state: 'failed', value: null }) }, { look: 'failed', words: 'the judgement failed' }],
    ['a reply that could not be read', { criterion: judged, result: result({ state: 'unparsed', value: null }) }, { look: 'unparsed' }],
    ['a stale score is shown and says that it does not count', { criterion: judged, result: result({ state: 'stale', score: 2, source: 'model', value: 0.4 }) }, { shown: '2', look: 'stale', value: null }],
    ['a cell being asked says so', { criterion: judged, now: now({ asking: true }) }, { asking: true, mark: '…', words: 'being judged now' }],
    ['a cell asked again keeps its old score in sight', { criterion: judged, result: result({ state: 'stale', score: 2, source: 'model' }), now: now({ judgement: says({ state: 'stale', score: 2 }), asking: true }) }, { shown: '2', look: 'stale', mark: '…' }],
    ['a stale score that the ranking left out is shown', { criterion: judged, result: result({ state: 'stale', score: null, source: 'model', value: null }), now: now({ judgement: says({ state: 'stale', score: 2 }) }) }, { shown: '2', look: 'stale', value: null }],
    ['a score that is newer than the ranking fills the cell and its tint', { criterion: judged, result: result({ state: 'pending', value: null }), now: now({ judgement: says(), fresh: true }) }, { shown: '4', look: 'scored', value: 0.8, judged: true }],
    ['a failure that is newer than the ranking is no score and says why', { criterion: judged, result: result({ source: 'model', score: 3 }), now: now({ judgement: says({ state: 'failed', score: null, error: 'It hung up.' }), fresh: true }) }, { shown: '', look: 'failed', value: null, words: 'the judgement failed: It hung up' }],
    ['where less is better a low score is the deeper tint', { criterion: { ...judged, direction: 'cost' } as Criterion, now: now({ judgement: says({ score: 1 }), fresh: true }) }, { value: 0.8 }],
    ['a hand score shows what the model says beside it', { cell: cell({ score: 5 }), criterion: judged, result: result({ source: 'hand', score: 5 }), now: now({ judgement: says({ score: 3 }) }) }, { shown: '5', said: '3', mark: '(3)', judged: false, words: 'given by hand; the model says 3' }],
    ['a fresh judgement never covers a hand score', { cell: cell({ score: 5 }), criterion: judged, result: result({ source: 'hand', score: 5, value: 1 }), now: now({ judgement: says({ score: 3 }), fresh: true }) }, { shown: '5', value: 1 }],
    ['samples that differ are marked', { criterion: judged, result: result({ source: 'model', score: 4 }), now: now({ judgement: says({ spread: [3, 5], samples: 3 }) }) }, { mark: '↕', words: 'samples from 3 to 5' }],
    ['samples that agree are not', { criterion: judged, result: result({ source: 'model', score: 4 }), now: now({ judgement: says({ spread: [4, 4], samples: 3 }) }) }, { mark: '', words: '' }],
    ['a quote that is nowhere in the evidence is told', { criterion: judged, result: result({ source: 'model', score: 4 }), now: now({ judgement: says({ evidence: [{ source: 's', quote: 'q', found: false }] }) }) }, { words: 'a quote was not found in the evidence' }],
    ['a value held at the end of its range says so', { cell: cell({ value: 900 }), result: result({ flags: ['out_of_range'] }) }, { outOfRange: true, words: 'outside its range, held at the end' }],
    ['a hand score from before an edit says so', { cell: cell({ score: 4, before_edit: true }), criterion: judged }, { beforeEdit: true, words: 'scored before the texts were last edited' }],
    ['a knock-out names its rule', { cell: cell({ value: 500 }), knockOut: '500 is not <= 450' }, { knockedOut: true, words: 'screens this option out: 500 is not <= 450' }],
    ['a note is marked', { cell: cell({ value: 1, note: 'quote from May' }) }, { noted: true, words: 'has a note' }],
    ['what was typed shows at once while it is saved', { cell: cell({ value: 1 }), draft: { text: '1 200,50', state: 'saving', message: '' } }, { shown: '1 200,50', draft: 'saving', number: true, words: 'being saved' }],
    ['what was refused keeps its text and the reason', { cell: cell({ value: 1 }), draft: { text: 'cheap', state: 'refused', message: 'not a number' } }, { shown: 'cheap', text: 'cheap', draft: 'refused', words: 'not saved: not a number' }],
    ['a cell that is being cleared is empty', { cell: cell({ value: 1 }), draft: { text: '', state: 'saving', message: '' } }, { shown: '', value: null }],
  ];
  test.each(cases)('%s', (_why, given, expected) => expect(viewOf(facts(given))).toMatchObject(expected));
});

test('each state has a class of its own', () => {
  const states = ['scored', 'abstained', 'pending', 'unparsed', 'failed', 'cancelled', 'stale'] as const;
  const classes = states.map((state) => classesOf(viewOf(facts({ criterion: judged, result: result({ state }) }))));
  expect(new Set(classes).size).toBe(states.length);
});

test('a view that says the same is the same, so that nothing is drawn again', () => {
  const one = facts({ cell: cell({ value: 2 }), result: result() });
  expect(sameView(viewOf(one), viewOf({ ...one, result: result() }))).toBe(true);
  expect(sameView(viewOf(one), viewOf({ ...one, result: result({ value: 0.6 }) }))).toBe(false);
});
