import { expect, it } from 'vitest';
import type { CellJudgement, ComparedCell } from '../backend/types.ts';
import { agreementWords, byDifference, differs, signed } from './comparison.ts';

const said = (state: CellJudgement['state']) => ({ state }) as CellJudgement;
const cell = (option: string, difference: number | null, a = said('scored'), b = said('scored')): ComparedCell => ({
  option_id: option,
  option,
  criterion_id: 'c',
  criterion: 'c',
  a,
  b,
  difference,
  prompt_changed: false,
});

it('the_largest_difference_comes_first_and_agreement_last_in_the_order_of_the_table', () => {
  const cells = [cell('same 1', 0), cell('up', 1), cell('far', -4), cell('lost', null, said('scored'), said('failed')), cell('same 2', 0)];
  expect(byDifference(cells).map((entry) => entry.option)).toEqual(['far', 'up', 'lost', 'same 1', 'same 2']);
  expect(cells.filter(differs).map((entry) => entry.option)).toEqual(['up', 'far', 'lost']);
});

it('two_abstentions_agree', () => {
  expect(differs(cell('x', null, said('abstained'), said('abstained')))).toBe(false);
});

it('agreement_is_said_with_what_it_is_counted_over', () => {
  expect(agreementWords({ same: 3, within_one: 9, compared: 19 })).toBe('Of 19 cells scored in both, 3 are equal (16 %) and 9 within one level (47 %).');
  expect(agreementWords({ same: 0, within_one: 0, compared: 0 })).toBe('No cell was scored in both.');
});

it.each([
  [0, '0'],
  [2, '+2'],
  [-1.5, '−1.5'],
])('%s is written %s', (difference, words) => expect(signed(difference)).toBe(words));
