// Decisions of any size, with every state a cell can have, and answers for them, on the page's in-memory engine.
import { apply, Refused } from '../../backend/fake/edits.ts';
import { rank } from '../../backend/fake/ranking.ts';
import { build, database } from '../../backend/fake/samples.ts';
import type { Answer, CellResult, Decision, Edit, Problem } from '../../backend/types.ts';

const NAMES = ['Monthly cost', 'Latency', 'Ease of use', 'Support quality', 'Years in production', 'Exit cost', 'Restore time'];

export function sample(options: number, criteria: number): Decision {
  if (options === 0 && criteria === 0) return build('Untitled', [], []);
  if (options === 3 && criteria === 3) return small();
  return build(
    `${options} × ${criteria}`,
    Array.from({ length: criteria }, (_, c) => ({
      name: c < NAMES.length ? (NAMES[c] as string) : `${NAMES[c % NAMES.length]} ${Math.floor(c / NAMES.length) + 1}`,
      kind: c % 3 === 2 ? ('manual' as const) : ('measured' as const),
      weight: 1 + (c % 4),
      more: c % 3 === 2 ? {} : { unit: ['USD', 'ms', '', 'yr'][c % 4] as string, direction: c % 2 === 0 ? ('cost' as const) : ('benefit' as const) },
    })),
    Array.from({ length: options }, (_, r) => [
      `Option ${r + 1}${r % 7 === 3 ? ' with a rather long name' : ''}`,
      ...Array.from({ length: criteria }, (_, c) => ((r * 31 + c * 17) % 11 === 0 ? null : c % 3 === 2 ? (r + c) % 6 : ((r * 37 + c * 91) % 997) / (c % 2 === 0 ? 1 : 10))),
    ]),
  );
}

function small(): Decision {
  const decision = database();
  decision.criteria.push({ ...decision.criteria[4]!, id: 'c20', name: 'Operational fit', kind: 'judged', weight: 2, rubric: {} });
  for (const row of decision.cells) row.push({ value: null, score: null, note: '', before_edit: false });
  decision.next_key = 40;
  decision.cells[0]![4]!.score = 'abstain';
  decision.cells[1]![4]!.before_edit = true;
  decision.cells[2]![0]!.note = 'List price of October';
  decision.cells[2]![2]!.value = null;
  return decision;
}

export function answerOf(decision: Decision): Answer | null {
  const answer = rank(decision);
  if (!answer) return null;
  // What the in-memory engine never meets: the states that only a model's judgement brings.
  const states: Partial<CellResult>[] = [
    {},
    { state: 'scored', source: 'model', score: 3, value: 0.6 },
    { state: 'failed' },
    { state: 'stale', source: 'model', score: 4 },
    { state: 'unparsed' },
  ];
  answer.cells = answer.cells.map((cell) => {
    const row = decision.options.findIndex(({ id }) => id === cell.option_id);
    return cell.criterion_id === 'c20' && cell.state === 'pending' ? { ...cell, ...states[row % states.length] } : cell;
  });
  return answer;
}

export function applied(decision: Decision, edits: Edit[]): { decision: Decision; problems: Problem[] } {
  try {
    return { decision: apply(decision, edits).next, problems: [] };
  } catch (error) {
    if (error instanceof Refused) return { decision, problems: error.problems };
    throw error;
  }
}
