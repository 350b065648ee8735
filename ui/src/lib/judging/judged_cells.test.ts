import { beforeEach, describe, expect, it } from 'vitest';
import type { CellJudgement, RunEvent } from '../backend/types.ts';
import { JudgedCells } from './judged_cells.ts';

const judgement = (option: string, more: Partial<CellJudgement> = {}): CellJudgement =>
  ({ option_id: option, criterion_id: 'c1', state: 'scored', score: 4, at: 10, ...more }) as CellJudgement;
const asking = (option: string): RunEvent => ({ event: 'asking', session: 's', run: 'r', option_id: option, criterion_id: 'c1' });
const cell = (said: CellJudgement): RunEvent => ({ event: 'cell', session: 's', run: 'r', cell: said, done: 1, total: 2, eta_ms: null, in_flight: 0, elapsed_ms: 1 });

describe('JudgedCells', () => {
  let cells: JudgedCells;
  let told: string[][];
  beforeEach(() => {
    cells = new JudgedCells();
    told = [];
    cells.onchange((keys) => told.push([...keys]));
  });

  it('a_cell_is_asked_and_then_answered_and_only_it_is_told', () => {
    cells.hear([asking('o1')]);
    expect(cells.at('o1', 'c1')).toEqual({ judgement: null, fresh: false, asking: true });
    expect(cells.asking).toBe(1);
    cells.hear([cell(judgement('o1'))]);
    expect(cells.at('o1', 'c1')).toMatchObject({ fresh: true, asking: false, judgement: { score: 4 } });
    expect(cells.at('o2', 'c1').judgement).toBeNull();
    expect(told).toEqual([['o1 c1'], ['o1 c1']]);
  });

  it('many_events_of_one_cell_in_a_batch_are_told_once', () => {
    cells.hear([asking('o1'), cell(judgement('o1')), asking('o2')]);
    expect(told).toEqual([['o1 c1', 'o2 c1']]);
  });

  it('a_view_from_before_the_answer_does_not_take_it_back', () => {
    cells.saved([judgement('o1', { score: 2, at: 5 })]);
    cells.hear([cell(judgement('o1', { score: 4, at: 10 }))]);
    cells.saved([judgement('o1', { score: 2, at: 5 })]);
    expect(cells.at('o1', 'c1')).toMatchObject({ fresh: true, judgement: { score: 4 } });
  });

  it('a_view_that_knows_the_answer_takes_over_and_may_call_it_stale', () => {
    cells.hear([cell(judgement('o1'))]);
    cells.saved([judgement('o1', { state: 'stale' })]);
    expect(cells.at('o1', 'c1')).toMatchObject({ fresh: false, judgement: { state: 'stale' } });
  });

  it('the_end_of_a_run_leaves_nothing_asking_and_tells_those_cells', () => {
    cells.hear([asking('o1'), cell(judgement('o2'))]);
    told.length = 0;
    cells.settle();
    expect(cells.asking).toBe(0);
    expect(cells.at('o1', 'c1')).toMatchObject({ asking: false, judgement: null });
    expect(told.flat().sort()).toEqual(['o1 c1', 'o2 c1']);
  });
});
