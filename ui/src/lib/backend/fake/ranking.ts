// A small weighted sum and product for the in-memory backend. The engine's own mathematics lives in Rust;
// this is only good enough that the page can be developed and tested in a browser.
import type { Answer, Cell, CellJudgement, CellResult, Criterion, Decision, EngineProblem, ProblemCode, Ranked, ValueFunction } from '../types.ts';

export function valueFunction(decision: Decision, column: number): ValueFunction | null {
  const criterion = decision.criteria[column]!;
  const { min, max } = decision.scale;
  if (criterion.kind !== 'measured') return { kind: 'scale', points: [[min, 0], [max, 1]], found_in_data: false };
  if (criterion.points) return { kind: 'piecewise', points: criterion.points, found_in_data: false };
  let range = criterion.range;
  if (!range) {
    const seen = decision.cells.map((row) => row[column]!.value).filter((value) => value !== null);
    if (seen.length === 0) return null;
    range = [Math.min(...seen), Math.max(...seen)];
  }
  const [worst, best]: [number, number] = criterion.direction === 'cost' ? [1, 0] : [0, 1];
  return { kind: 'linear', points: [[range[0], worst], [range[1], best]], found_in_data: !criterion.range };
}

export function valueAt(fn: ValueFunction, x: number): { value: number; outside: boolean } {
  const points = fn.points;
  const first = points[0]!;
  const last = points[points.length - 1]!;
  if (first[0] === last[0]) return { value: 1, outside: false };
  if (x <= first[0]) return { value: first[1], outside: x < first[0] };
  if (x >= last[0]) return { value: last[1], outside: x > last[0] };
  const right = points.findIndex(([at]) => at >= x);
  const [x0, v0] = points[right - 1]!;
  const [x1, v1] = points[right]!;
  return { value: v0 + ((x - x0) / (x1 - x0)) * (v1 - v0), outside: false };
}

export function failsMust(criterion: Criterion, raw: number | null): string | null {
  const rule = criterion.must?.match(/^\s*(<=|>=|<|>|=)\s*(-?[\d.]+)/);
  if (!rule || raw === null) return null;
  const limit = Number(rule[2]);
  const passes = { '<=': raw <= limit, '>=': raw >= limit, '<': raw < limit, '>': raw > limit, '=': raw === limit }[
    rule[1] as '<='
  ];
  return passes ? null : `${raw}${criterion.unit ? ` ${criterion.unit}` : ''}, must be ${criterion.must}`;
}

export function problemsOf(decision: Decision): EngineProblem[] {
  const problems: EngineProblem[] = [];
  const say = (code: ProblemCode, field: string, message: string) =>
    problems.push({ code, field, line: null, found: null, allowed: null, message });
  if (decision.options.length < 2) {
    say('incomplete', 'options', `A ranking needs at least 2 options; there ${decision.options.length === 1 ? 'is 1' : 'are none'} so far.`);
  }
  if (decision.criteria.length < 1) say('incomplete', 'criteria', 'A ranking needs at least 1 criterion.');
  else if (decision.criteria.every((criterion) => criterion.weight === 0)) {
    say('not_computable', 'criteria', 'All weights are 0. Give at least one criterion a weight above 0.');
  }
  if (!decision.method.startsWith('weighted_')) {
    say('not_computable', 'method', 'This browser preview only knows weighted sum and weighted product.');
  }
  return problems;
}

/** What a model said of a cell, if it was asked. */
export type JudgedAt = (option: string, criterion: string) => CellJudgement | null;

function cellResult(decision: Decision, row: number, column: number, fn: ValueFunction | null, judged: JudgedAt): CellResult {
  const option = decision.options[row]!;
  const criterion = decision.criteria[column]!;
  const cell: Cell = decision.cells[row]![column]!;
  const base: CellResult = {
    option: option.name,
    option_id: option.id,
    criterion: criterion.name,
    criterion_id: criterion.id,
    state: 'pending',
    source: null,
    score: null,
    raw: null,
    unit: criterion.unit,
    value: null,
    flags: cell.before_edit ? ['before_edit'] : [],
    justification: null,
    evidence: option.evidence.filter((item) => item.criterion === criterion.id),
  };
  if (criterion.kind === 'measured') {
    if (cell.value === null || !fn) return base;
    const { value, outside } = valueAt(fn, cell.value);
    if (outside) base.flags.push('out_of_range');
    return { ...base, state: 'scored', source: 'measured', raw: cell.value, value };
  }
  if (cell.score === 'abstain') return { ...base, state: 'abstained', source: 'hand' };
  if (cell.score === null) {
    const said = criterion.kind === 'judged' ? judged(option.id, criterion.id) : null;
    if (!said) return base;
    const value = said.state === 'scored' && said.score !== null ? valueAt(fn!, said.score).value : null;
    return { ...base, state: said.state, source: 'model', score: said.score, value, justification: said.justification };
  }
  return { ...base, state: 'scored', source: 'hand', score: cell.score, value: valueAt(fn!, cell.score).value };
}

export function rank(decision: Decision, judged: JudgedAt = () => null): Answer | null {
  if (problemsOf(decision).length > 0) return null;
  const { min, max } = decision.scale;
  const span = max - min;
  const total = decision.criteria.reduce((sum, criterion) => sum + criterion.weight, 0);
  const shares = decision.criteria.map((criterion) => criterion.weight / total);
  const functions = decision.criteria.map((_, column) => valueFunction(decision, column));
  const cells = decision.options.map((_, row) => functions.map((fn, column) => cellResult(decision, row, column, fn, judged)));
  const screened_out: Answer['screened_out'] = [];
  const ranked: (Ranked & { middle: number })[] = [];
  const combine = (values: number[]): number =>
    decision.method === 'weighted_product'
      ? values.reduce((product, value, column) => product * Math.pow(value, shares[column]!), 1)
      : values.reduce((sum, value, column) => sum + value * shares[column]!, 0);

  decision.options.forEach((option, row) => {
    const own = cells[row]!;
    for (const [column, cell] of own.entries()) {
      const why = failsMust(decision.criteria[column]!, cell.raw ?? cell.score);
      if (why) {
        screened_out.push({ option: option.name, option_id: option.id, criterion: cell.criterion, why });
        return;
      }
    }
    const coverage = own.reduce((sum, cell, column) => sum + (cell.value === null ? 0 : shares[column]!), 0);
    const known = own.map((cell) => cell.value);
    let score: number | null;
    let interval: [number, number] | null = null;
    if (decision.missing === 'renormalise') {
      score = coverage === 0 ? null : combine(known.map((value) => value ?? 0)) / coverage;
    } else if (decision.missing === 'neutral') {
      score = combine(known.map((value) => value ?? 0.5));
    } else if (decision.missing === 'refuse') {
      score = coverage < 0.9999 ? null : combine(known.map((value) => value ?? 0));
    } else {
      const low = combine(known.map((value) => value ?? 0));
      const high = combine(known.map((value) => value ?? 1));
      interval = coverage < 0.9999 ? [min + low * span, min + high * span] : null;
      score = (low + high) / 2;
    }
    ranked.push({
      option: option.name,
      option_id: option.id,
      score: score === null ? null : min + score * span,
      interval,
      rank: 0,
      coverage,
      contributions: known.map((value, column) => (value ?? 0) * shares[column]! * span),
      middle: score ?? -1,
    });
  });
  ranked.sort((a, b) => b.middle - a.middle);
  ranked.forEach((entry, index) => {
    const before = ranked[index - 1];
    entry.rank = before && Math.abs(before.middle - entry.middle) < 1e-9 ? before.rank : index + 1;
  });

  const [first, second] = ranked;
  const anything = cells.flat().some((cell) => cell.value !== null);
  const margin = first?.score != null && second?.score != null ? first.score - second.score : null;
  const overlap = first && second && (second.interval?.[1] ?? second.score ?? 0) >= (first.interval?.[0] ?? first.score ?? 0);
  const close = anything && margin !== null && margin < span * 0.02 && !first?.interval
    ? { rivals: [first!.option, second!.option], because: `one level of ${decision.criteria[0]!.name} would swap them` }
    : null;
  const notes = decision.criteria.flatMap((criterion, column) => {
    const fn = functions[column];
    return criterion.kind === 'measured' && fn?.found_in_data
      ? [`range of ${criterion.name} found in the data: ${fn.points[0]![0]}–${fn.points[1]![0]} ${criterion.unit}`.trim()]
      : [];
  });
  const sum = ranked.reduce((all, entry) => all + entry.coverage, 0);
  return {
    topic: decision.topic,
    method: decision.method,
    normalisation: null,
    missing: decision.missing,
    params: decision.params,
    ranking: ranked.map(({ middle: _, ...entry }) => entry),
    score_range: [min, max],
    better: 'higher',
    winner: anything && first && !overlap && !close ? first.option : null,
    screened_out,
    cells: cells.flat(),
    margin,
    smallest_flip: anything && first && second ? `${decision.criteria[0]!.name} of ${second.option}, one level up` : null,
    close_race: close,
    weights: Object.fromEntries(decision.criteria.map((criterion, column) => [criterion.id, shares[column]!])),
    coverage: ranked.length ? sum / ranked.length : 0,
    notes,
    details: null,
  };
}
