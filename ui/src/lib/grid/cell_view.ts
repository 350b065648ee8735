// What one cell shows: its text, its state in words, and the marks that tell states apart without colour.
// Reads the decision, the answer and what models said; computes no number of the answer.
import type { Cell, CellResult, Criterion } from '../backend/types.ts';
import type { CellNow } from '../judging/judged_cells.ts';

/** `missing`: a value only the analyst can give. `pending`: a judgement that is still to be made. */
export type CellLook = 'scored' | 'abstained' | 'missing' | 'pending' | 'unparsed' | 'failed' | 'cancelled' | 'stale';

/** What the analyst typed and the engine has not taken yet: on its way, or refused with the reason. */
export interface Draft {
  text: string;
  state: 'saving' | 'refused';
  message: string;
}

export interface CellView {
  /** What is shown. */
  shown: string;
  /** What F2 puts into the editor, a copy takes along, and typing back in would give the same cell. */
  text: string;
  look: CellLook;
  draft: 'saving' | 'refused' | null;
  number: boolean;
  /** By a model rather than by hand: shown in another face. */
  judged: boolean;
  /** A model is asked this moment. */
  asking: boolean;
  /** What the model says where a hand score stands over it; empty where none does. */
  said: string;
  outOfRange: boolean;
  beforeEdit: boolean;
  knockedOut: boolean;
  noted: boolean;
  /** 0–1 after the value function, for the tint; null where nothing counts. */
  value: number | null;
  /** One or two signs at the left edge, so that a state never rests on colour alone; empty for a plain score. */
  mark: string;
  /** The state in words, for the tooltip, the status line and screen readers; empty for a plain score. */
  words: string;
}

const FLAG_WORDS: Record<string, string> = {
  out_of_range: 'outside its range, held at the end',
  before_edit: 'scored before the texts were last edited',
  near_limit: 'close to a knock-out limit',
};

const LOOK_WORDS: Record<CellLook, string> = {
  scored: '',
  abstained: 'abstains',
  missing: 'no value yet',
  pending: 'waits for a judgement',
  unparsed: 'the reply could not be read',
  failed: 'the judgement failed',
  cancelled: 'the judgement was cancelled',
  stale: 'out of date after an edit, not ranked',
};

const LOOK_MARKS: Record<CellLook, string> = {
  scored: '',
  abstained: '',
  missing: '',
  pending: '○',
  unparsed: '?',
  failed: '✕',
  cancelled: '⊘',
  stale: '↻',
};

const DRAFT_MARKS: Record<Draft['state'], string> = { saving: '•', refused: '!' };

export interface CellFacts {
  cell: Cell | null;
  result: CellResult | null;
  criterion: Criterion;
  draft: Draft | null;
  /** Why this cell screens its option out, if it does. */
  knockOut: string | null;
  /** What a model said, where one was asked. */
  now: CellNow;
  scale: { min: number; max: number };
}

export function viewOf(facts: CellFacts): CellView {
  const { cell, result, criterion, draft, knockOut, now } = facts;
  const given = givenText(cell, criterion);
  const fresh = criterion.kind === 'judged' && now.fresh && given === null ? now.judgement : null;
  const look = fresh ? fresh.state : lookOf(given, result, criterion);
  // A ranking has no number for a score that does not count; it is shown all the same.
  const said = fresh ?? (look === 'stale' ? (now.judgement ?? result) : result);
  const text = draft ? draft.text.trim() : (given ?? judgedText(said, criterion));
  const flags = new Set(result?.flags ?? []);
  if (cell?.before_edit) flags.add('before_edit');
  const current = draft === null;
  const shown = draft ? draft.text : shownText(text, look);
  const outOfRange = current && flags.has('out_of_range');
  const beforeEdit = current && flags.has('before_edit');
  const knockedOut = current && knockOut !== null;
  const asking = current && now.asking;
  const under = current && given !== null && criterion.kind === 'judged' ? saidText(now) : '';
  const apart = current && given === null && look === 'scored' && farApart(facts);
  const signs = `${asking ? '…' : LOOK_MARKS[look]}${knockedOut ? '⊗' : ''}${outOfRange ? '⇥' : ''}${beforeEdit ? '✎' : ''}${apart ? '↕' : ''}`;
  return {
    shown,
    text,
    look: draft && draft.state === 'saving' ? 'scored' : look,
    draft: draft?.state ?? null,
    number: draft ? isNumeric(text) : look === 'scored' || (look === 'stale' && text !== ''),
    judged: current && given === null && (fresh !== null || result?.source === 'model'),
    asking,
    said: under,
    outOfRange,
    beforeEdit,
    knockedOut,
    noted: Boolean(cell?.note) || Boolean(result?.evidence.length),
    value: !current ? null : fresh ? freshValue(fresh.state === 'scored' ? fresh.score : null, facts) : result?.state === 'scored' ? result.value : null,
    mark: draft ? DRAFT_MARKS[draft.state] : signs + (under && `(${under})`),
    words: draft ? draftWords(draft) : wordsOf(look, flags, facts, under),
  };
}

/** For the tint between a judgement and the next ranking: where the score stands on its scale. */
function freshValue(score: number | null, { criterion, scale }: CellFacts): number | null {
  if (score === null || scale.max <= scale.min) return null;
  const share = Math.min(1, Math.max(0, (score - scale.min) / (scale.max - scale.min)));
  return criterion.direction === 'cost' ? 1 - share : share;
}

function saidText({ judgement }: CellNow): string {
  if (judgement === null) return '';
  if (judgement.state === 'abstained') return '—';
  return judgement.score === null ? '' : String(judgement.score);
}

function spreadOf({ judgement }: CellNow): [number, number] | null {
  const spread = judgement?.spread ?? null;
  return spread !== null && spread[1] > spread[0] ? spread : null;
}

/** The number or "abstain" that the decision itself holds; null where it holds none. Never rounded. */
function givenText(cell: Cell | null, criterion: Criterion): string | null {
  if (!cell) return null;
  const given = criterion.kind === 'measured' ? cell.value : cell.score;
  return given === null ? null : String(given);
}

function judgedText(result: Pick<CellResult, 'state' | 'score'> | null, criterion: Criterion): string {
  if (!result || criterion.kind !== 'judged') return '';
  if (result.state === 'abstained') return 'abstain';
  return result.score === null ? '' : String(result.score);
}

function lookOf(given: string | null, result: CellResult | null, criterion: Criterion): CellLook {
  if (given === 'abstain') return 'abstained';
  if (given !== null && result?.state !== 'stale') return 'scored';
  const state = result?.state ?? 'pending';
  if (state !== 'pending') return state;
  return criterion.kind === 'judged' ? 'pending' : 'missing';
}

function shownText(text: string, look: CellLook): string {
  return look === 'abstained' ? '—' : text;
}

function isNumeric(text: string): boolean {
  return /^[+-]?[\d\s  ']*[.,]?\d+([.,]\d+)*(e[+-]?\d+)?\s*%?$/i.test(text);
}

function draftWords(draft: Draft): string {
  return draft.state === 'saving' ? 'being saved' : `not saved: ${draft.message}`;
}

/** Samples a level apart are usual; only what is wider gets a sign of its own. */
function farApart({ now, scale }: CellFacts): boolean {
  const spread = spreadOf(now);
  return spread !== null && spread[1] - spread[0] >= 0.3 * (scale.max - scale.min);
}

function wordsOf(look: CellLook, flags: Set<string>, { cell, knockOut, now }: CellFacts, said: string): string {
  const { judgement } = now;
  const spread = spreadOf(now);
  const trouble = judgement?.error && (look === 'failed' || look === 'unparsed') ? `: ${judgement.error.replace(/\.$/, '')}` : '';
  const words = [now.asking ? 'being judged now' : LOOK_WORDS[look] + trouble, ...[...flags].map((flag) => FLAG_WORDS[flag] ?? flag.replaceAll('_', ' '))];
  if (knockOut !== null) words.push(`screens this option out: ${knockOut}`);
  if (said) words.push(said === '—' ? 'given by hand; the model abstains' : `given by hand; the model says ${said}`);
  else if (look === 'scored' && spread) words.push(`samples from ${spread[0]} to ${spread[1]}`);
  if (look === 'scored' && !said && judgement?.state === 'scored') {
    if (judgement.evidence.some((use) => !use.found)) words.push('a quote was not found in the evidence');
    if (judgement.memory) words.push('from the model’s memory');
  }
  if (cell?.note) words.push('has a note');
  return words.filter(Boolean).join('; ');
}

export function sameView(a: CellView, b: CellView): boolean {
  return (Object.keys(a) as (keyof CellView)[]).every((name) => a[name] === b[name]);
}

/** Characters that fit the narrowest column beside the marks. */
const FITS_ALWAYS = 8;

/** The classes of a cell: each state has a shape or a mark of its own in the style sheet, colour comes on top. */
export function classesOf(view: CellView): string {
  const names = ['cell', `is-${view.look}`];
  if (view.number) names.push('number');
  if (view.shown.length > FITS_ALWAYS) names.push('long');
  if (view.judged) names.push('judged');
  if (view.asking) names.push('asking');
  if (view.said) names.push('over');
  if (view.outOfRange) names.push('out-of-range');
  if (view.beforeEdit) names.push('before-edit');
  if (view.knockedOut) names.push('knocked-out');
  if (view.noted) names.push('noted');
  if (view.draft) names.push(view.draft);
  return names.join(' ');
}
