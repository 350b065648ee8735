import { describe, expect, it } from 'vitest';
import type { CellJudgement, RunPlan } from '../backend/types.ts';
import {
  changedLines,
  commonTrouble,
  durationWords,
  endedWords,
  etaWords,
  judgeLabel,
  judgementShort,
  modelSize,
  planWords,
  reasonsOf,
  retriable,
  sentence,
  tenth,
  tokensAbout,
  type Ended,
  type ReasonCounts,
} from './run_words.ts';

describe('what is to be judged and why', () => {
  const cases: [ReasonCounts, words: string, label: string, retriable: number][] = [
    [{}, 'Nothing to judge', 'Judge 0 cells', 0],
    [{ pending: 1 }, '1 to judge: new', 'Judge 1 cell', 0],
    [{ pending: 20 }, '20 to judge, all new', 'Judge 20 cells', 0],
    [{ pending: 9, stale: 3 }, '12 to judge: 9 new, 3 changed', 'Judge 12 cells', 0],
    [{ failed: 3 }, '3 to judge, all failed', 'Retry 3 failed', 0],
    [{ failed: 2, unparsed: 1 }, '3 to judge: 2 failed, 1 not understood', 'Retry 3 failed', 0],
    [{ pending: 4, failed: 3 }, '7 to judge: 4 new, 3 failed', 'Judge 7 cells', 3],
    [{ cancelled: 7 }, '7 to judge, all stopped', 'Go on with 7 cells', 0],
    [{ cancelled: 7, pending: 1 }, '8 to judge: 1 new, 7 stopped', 'Go on with 8 cells', 0],
    [{ cancelled: 7, failed: 1 }, '8 to judge: 1 failed, 7 stopped', 'Judge 8 cells', 1],
  ];
  it.each(cases)('%o', (counts, words, label, again) => {
    expect(planWords(counts)).toBe(words);
    expect(judgeLabel(counts)).toBe(label);
    expect(retriable(counts)).toBe(again);
  });

  it('a_run_that_was_broken_off_is_gone_on_with', () => {
    expect(judgeLabel({ pending: 7 }, true)).toBe('Go on with 7 cells');
    expect(judgeLabel({ pending: 7, stale: 1 }, true)).toBe('Judge 8 cells');
    expect(judgeLabel({}, true)).toBe('Judge 0 cells');
  });

  it('the_cells_of_a_plan_are_counted_by_reason', () => {
    const cells = (['pending', 'stale', 'pending'] as const).map((reason) => ({ option_id: 'o', criterion_id: 'c', reason }));
    expect(reasonsOf(cells as RunPlan['cells'])).toEqual({ pending: 2, stale: 1 });
  });
});

describe('time', () => {
  it.each([
    [null, 'time left not known yet'],
    [0, 'a few seconds left'],
    [7_000, 'a few seconds left'],
    [12_000, 'about 10 s left'],
    [41_000, 'about 40 s left'],
    [55_000, 'about a minute left'],
    [130_000, 'about 2 min left'],
    [59.4 * 60_000, 'about 59 min left'],
    [60 * 60_000, 'about 1 h left'],
    [82 * 60_000, 'about 1 h 20 min left'],
    [118 * 60_000, 'about 2 h left'],
  ])('%s ms are left: %s', (ms, words) => expect(etaWords(ms)).toBe(words));

  it.each([
    [3, '3 ms'],
    [420, '0.4 s'],
    [1_960, '2.0 s'],
    [34_400, '34 s'],
    [59_700, '1 min'],
    [134_000, '2 min 14 s'],
    [3_600_000, '1 h'],
    [3_780_000, '1 h 3 min'],
  ])('%s ms take %s', (ms, words) => expect(durationWords(ms)).toBe(words));

  it('a_tenth_is_reached_and_not_rounded_to', () => {
    expect([tenth(29, 300), tenth(30, 300), tenth(300, 300), tenth(0, 0)]).toEqual([0, 1, 10, 0]);
  });
});

describe('how a run ended', () => {
  const ended = (more: Partial<Ended>): Ended => ({ outcome: 'complete', done: 12, asked: 12, failed: 0, elapsed_ms: 34_000, ...more });
  it.each([
    [ended({}), 'Judged 12 cells in 34 s.'],
    [ended({ done: 1, asked: 1 }), 'Judged 1 cell in 34 s.'],
    [ended({ outcome: 'incomplete', failed: 3 }), 'Judged 9 of 12 cells in 34 s. 3 failed.'],
    [ended({ outcome: 'incomplete', failed: 12 }), 'None of 12 cells could be judged.'],
    [ended({ outcome: 'incomplete', failed: 1, asked: 1, done: 1 }), 'The cell could not be judged.'],
    [ended({ outcome: 'cancelled', done: 5 }), 'Stopped after 5 of 12 cells. What was judged is kept.'],
    [ended({ outcome: 'cancelled', done: 0 }), 'Stopped after 0 of 12 cells. What was judged is kept.'],
    [ended({ outcome: 'failed', done: 4 }), 'The run failed after 4 of 12 cells. What was judged is kept.'],
    [ended({ outcome: 'failed', done: 0 }), 'None of 12 cells could be judged.'],
  ])('%o', (how, words) => expect(endedWords(how)).toBe(words));
});

const said = (more: Partial<CellJudgement>): CellJudgement => ({ state: 'scored', score: 4, error: null, ...more }) as CellJudgement;

describe('one judgement in short', () => {
  it.each([
    [null, '–'],
    [said({}), '4'],
    [said({ score: 0 }), '0'],
    [said({ state: 'abstained', score: null }), 'abstains'],
    [said({ state: 'failed', score: null }), 'failed'],
    [said({ state: 'stale' }), 'out of date'],
  ])('%o', (judgement, words) => expect(judgementShort(judgement, String)).toBe(words));
});

it('the_commonest_trouble_is_told_and_that_of_scored_cells_is_none', () => {
  const failed = (error: string) => said({ state: 'failed', score: null, error });
  expect(commonTrouble([failed('It hung up.'), failed('No key.'), failed('It hung up.')])).toBe('It hung up.');
  expect(commonTrouble([said({ error: 'asked twice' })])).toBeNull();
});

it.each([
  ['nothing answers at http://x: Connection refused', 'Nothing answers at http://x: Connection refused.'],
  ['It hung up.', 'It hung up.'],
  ['waiting…', 'Waiting…'],
  ['', ''],
])('“%s” becomes “%s”', (text, words) => expect(sentence(text)).toBe(words));

it('what_changed_of_a_prompt_are_the_lines_that_only_one_of_them_has', () => {
  expect(changedLines('Topic\n120 people\nScale', 'Topic\n140 people\n\nScale\nnew')).toEqual({ gone: ['120 people'], came: ['140 people', 'new'] });
  expect(changedLines('same', 'same')).toEqual({ gone: [], came: [] });
});

it.each([
  [null, ''],
  [5_200_000_000, '5.2 GB'],
  [638_000_000, '638 MB'],
])('a model of %s bytes is %s', (bytes, words) => expect(modelSize(bytes)).toBe(words));

it.each([
  [4, 'about 10 tokens'],
  [842, 'about 840 tokens'],
  [3_420, 'about 3,000 tokens'],
  [1_204_000, 'about 1,204,000 tokens'],
])('%s tokens are %s', (tokens, words) => expect(tokensAbout(tokens)).toBe(words));
