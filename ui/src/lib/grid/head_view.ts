// What the frozen parts show: an option's name and its result, a criterion's name, kind, direction, unit and weight share.
// Numbers come from the answer and are only written out here.
import type { Answer, Criterion, DecisionOption, Kind, Ranked, ScreenedOut } from '../backend/types.ts';
import { share, total } from '../parts/figures.ts';
import type { Draft } from './cell_view.ts';

export interface ResultView {
  rank: string;
  score: string;
  interval: string;
  coverage: string;
  screened: boolean;
  leads: boolean;
  words: string;
}

export interface OptionView {
  name: string;
  draft: Draft['state'] | null;
  message: string;
  noted: boolean;
  result: ResultView;
  words: string;
}

export interface CriterionView {
  name: string;
  draft: Draft['state'] | null;
  message: string;
  noted: boolean;
  kind: Kind;
  kindWord: string;
  arrow: string;
  unit: string;
  share: string;
  must: string;
  words: string;
}

const KIND_WORDS: Record<Kind, string> = { judged: 'judged', measured: 'measured', manual: 'by hand' };

export function optionView(option: DecisionOption, ranked: Ranked | null, screened: ScreenedOut | null, answer: Answer | null, draft: Draft | null): OptionView {
  const result = resultView(ranked, screened, answer);
  const message = draft?.message ?? '';
  return {
    name: draft?.text ?? option.name,
    draft: draft?.state ?? null,
    message,
    noted: Boolean(option.note) || option.evidence.length > 0,
    result,
    words: [draft?.state === 'refused' ? `not saved: ${message}` : '', result.words].filter(Boolean).join('; '),
  };
}

function resultView(ranked: Ranked | null, screened: ScreenedOut | null, answer: Answer | null): ResultView {
  if (screened) {
    const words = `screened out by ${screened.criterion}: ${screened.why}`;
    return { rank: '⊗', score: 'screened out', interval: '', coverage: '', screened: true, leads: false, words };
  }
  if (!ranked || !answer) return { rank: '', score: '', interval: '', coverage: '', screened: false, leads: false, words: 'not ranked yet' };
  const score = ranked.score === null ? '' : total(ranked.score);
  const wide = ranked.interval !== null && ranked.interval[0] !== ranked.interval[1];
  const interval = wide && ranked.interval ? `${total(ranked.interval[0])} – ${total(ranked.interval[1])}` : '';
  const coverage = ranked.coverage < 1 ? share(ranked.coverage) : '';
  const words = [
    `rank ${ranked.rank}`,
    score && `total ${score}`,
    interval && `between ${interval.replace('–', 'and')}`,
    `${share(ranked.coverage)} of the weight scored`,
  ];
  return {
    rank: String(ranked.rank),
    score,
    interval,
    coverage,
    screened: false,
    leads: answer.winner !== null && answer.winner === ranked.option,
    words: words.filter(Boolean).join(', '),
  };
}

export function criterionView(criterion: Criterion, answer: Answer | null, draft: Draft | null): CriterionView {
  const part = answer?.weights[criterion.id];
  const better = criterion.direction === 'cost' ? 'lower is better' : 'higher is better';
  const shareText = part === undefined ? `weight ${criterion.weight}` : share(part);
  const message = draft?.message ?? '';
  const words = [
    draft?.state === 'refused' ? `not saved: ${message}` : '',
    KIND_WORDS[criterion.kind],
    better,
    criterion.unit && `in ${criterion.unit}`,
    part === undefined ? shareText : `${shareText} of the weight`,
    criterion.must && `must be ${criterion.must}`,
  ];
  return {
    name: draft?.text ?? criterion.name,
    draft: draft?.state ?? null,
    message,
    noted: Boolean(criterion.note),
    kind: criterion.kind,
    kindWord: KIND_WORDS[criterion.kind],
    arrow: criterion.direction === 'cost' ? '↓' : '↑',
    unit: criterion.unit,
    share: shareText,
    must: (criterion.must ?? '').replace('<=', '≤').replace('>=', '≥'),
    words: words.filter(Boolean).join(', '),
  };
}
