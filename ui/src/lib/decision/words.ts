// The field's own terms in plain words, for menus and for the lines that explain a result.
import type { CellState, Direction, Kind, Method, Missing, Normalisation, Source } from '../backend/types.ts';

interface Words {
  /** For a line of text. */
  short: string;
  long: string;
}

export const METHODS: Record<Method, Words> = {
  weighted_sum: { short: 'Weighted sum', long: 'Each value times its weight, added up. Strengths make up for weaknesses.' },
  weighted_product: { short: 'Weighted product', long: 'Values to the power of their weights, multiplied. One zero sinks an option.' },
  topsis: { short: 'TOPSIS', long: 'Nearest to the ideal and farthest from the worst point.' },
  vikor: { short: 'VIKOR', long: 'A compromise between the group’s benefit and the single worst regret.' },
  promethee_ii: { short: 'PROMETHEE II', long: 'Pairwise preference, counted as net flow.' },
  electre_i: { short: 'ELECTRE I', long: 'Which options outrank which; gives a kernel and no totals.' },
  moora: { short: 'MOORA', long: 'Benefits minus costs, after vector normalisation.' },
};

export const MISSING: Record<Missing, Words & { name: string }> = {
  bounds: {
    name: 'Counts as worst and as best',
    short: 'missing as bounds',
    long: 'Totals with missing cells become intervals; no winner while the best overlap.',
  },
  renormalise: { name: 'Is left out', short: 'missing left out', long: 'The weights of what is scored are scaled up.' },
  neutral: { name: 'Counts as the middle', short: 'missing as middle', long: 'A missing cell counts as the middle of the scale.' },
  refuse: { name: 'Must be filled first', short: 'missing refused', long: 'Nothing is ranked until every cell is filled.' },
};

export const NORMALISATIONS: Record<Normalisation, string> = {
  minmax: 'Min–max',
  max: 'Divide by the largest',
  sum: 'Divide by the sum',
  vector: 'Vector length',
  linear_max: 'Linear max',
  none: 'None',
};

export const KINDS: Record<Kind, Words> = {
  measured: { short: 'Measured', long: 'A number with a unit, turned into a value by a line.' },
  manual: { short: 'By hand', long: 'A score on the decision’s scale, given by you.' },
  judged: { short: 'Judged', long: 'A score on the scale, by a model or by you.' },
};

export const DIRECTIONS: Record<Direction, Words> = {
  benefit: { short: 'More is better', long: '' },
  cost: { short: 'Less is better', long: '' },
};

export const STATES: Record<CellState, { label: string; tone: '' | 'good' | 'warn' | 'bad' | 'accent' }> = {
  pending: { label: 'Pending', tone: '' },
  scored: { label: 'Scored', tone: 'good' },
  abstained: { label: 'Abstained', tone: 'accent' },
  unparsed: { label: 'Reply not understood', tone: 'warn' },
  failed: { label: 'Failed', tone: 'bad' },
  cancelled: { label: 'Cancelled', tone: '' },
  stale: { label: 'Stale: its text was edited', tone: 'warn' },
};

export const SOURCES: Record<Source, string> = {
  model: 'judged by a model',
  measured: 'measured',
  hand: 'given by hand',
};

const FLAGS: Record<string, string> = {
  out_of_range: 'Outside the range: held at its end',
  before_edit: 'Given before the last edit of its texts',
  near_limit: 'Close to its limit',
};

export const flagWords = (flag: string): string => FLAGS[flag] ?? flag.replaceAll('_', ' ');
