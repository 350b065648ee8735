// Where one cell's number comes from, for the in-memory backend.
import type { CellJudgement, CellTrace, Decision, JudgedSample } from '../types.ts';
import { failsMust, rank, valueFunction, type JudgedAt } from './ranking.ts';

/** One undo step. */
export interface Step {
  before: Decision;
  after: Decision;
  label: string;
  at: number;
}

interface Past {
  decision: Decision;
  done: Step[];
  created_at: number;
}

/** Null where there is no such option or criterion. */
export function trace(
  held: Past,
  optionId: string,
  criterionId: string,
  said: { judgement: CellJudgement; samples: JudgedSample[] } | null,
  judged: JudgedAt,
): CellTrace | null {
  const d = held.decision;
  const row = d.options.findIndex((option) => option.id === optionId);
  const column = d.criteria.findIndex((criterion) => criterion.id === criterionId);
  if (row < 0 || column < 0) return null;
  const [option, criterion, cell] = [d.options[row]!, d.criteria[column]!, d.cells[row]![column]!];
  const answer = rank(d, judged);
  const result = answer?.cells[row * d.criteria.length + column];
  const entry = answer?.ranking.find((ranked) => ranked.option_id === optionId);
  const share = answer?.weights[criterionId] ?? 0;
  const score = typeof cell.score === 'number' ? cell.score : cell.score === null ? (result?.score ?? null) : null;
  const raw = cell.value ?? score;
  const why = failsMust(criterion, raw);
  const cellOf = (d: Decision) => JSON.stringify(d.cells[d.options.findIndex((o) => o.id === optionId)]?.[d.criteria.findIndex((c) => c.id === criterionId)]);
  const typed = held.done.filter((step) => cellOf(step.before) !== cellOf(step.after));
  const value = result?.value ?? null;
  return {
    option: option.name,
    option_id: option.id,
    criterion: criterion.name,
    criterion_id: criterion.id,
    kind: criterion.kind,
    state: result?.state ?? (cell.score === 'abstain' ? 'abstained' : raw === null ? 'pending' : 'scored'),
    source: result?.source ?? (raw === null ? null : criterion.kind === 'measured' ? 'measured' : 'hand'),
    typed_at: raw === null || result?.source === 'model' ? null : (typed.at(-1)?.at ?? held.created_at),
    raw: cell.value,
    unit: criterion.unit,
    score,
    value,
    value_function: valueFunction(d, column),
    weight: criterion.weight,
    weight_share: share,
    contribution: value === null ? null : (entry?.contributions[column] ?? null),
    flags: result?.flags ?? [],
    must: criterion.must ? { rule: criterion.must, passed: why === null } : null,
    note: cell.note,
    before_edit: cell.before_edit,
    evidence: option.evidence.filter((item) => item.criterion === criterionId || item.criterion === null),
    history: typed.map((step) => ({ at: step.at, label: step.label })).reverse(),
    judgement: said?.judgement ?? null,
    samples: said?.samples ?? [],
    steps:
      value === null
        ? ['Nothing is known here, so this cell counts by the rule for missing cells.']
        : [
            `value(${raw}${criterion.unit ? ` ${criterion.unit}` : ''}) = ${value.toFixed(3)}`,
            `weight share = ${criterion.weight} ÷ ${d.criteria.reduce((sum, c) => sum + c.weight, 0)} = ${(share * 100).toFixed(1)} %`,
            `${value.toFixed(3)} × ${share.toFixed(3)} × ${d.scale.max - d.scale.min} = ${(value * share * (d.scale.max - d.scale.min)).toFixed(3)}`,
          ],
  };
}
