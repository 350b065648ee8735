// What one cell shows: its text, its state in words, and the marks that tell states apart without colour.
// Reads the decision and the answer; computes no number.
import type { Cell, CellResult, Criterion } from '../backend/types.ts';

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
}

export function viewOf({ cell, result, criterion, draft, knockOut }: CellFacts): CellView {
  const given = givenText(cell, criterion);
  const text = draft ? draft.text.trim() : (given ?? judgedText(result, criterion));
  const look = lookOf(given, result, criterion);
  const flags = new Set(result?.flags ?? []);
  if (cell?.before_edit) flags.add('before_edit');
  const current = draft === null;
  const shown = draft ? draft.text : shownText(text, look);
  const outOfRange = current && flags.has('out_of_range');
  const beforeEdit = current && flags.has('before_edit');
  const knockedOut = current && knockOut !== null;
  return {
    shown,
    text,
    look: draft && draft.state === 'saving' ? 'scored' : look,
    draft: draft?.state ?? null,
    number: draft ? isNumeric(text) : look === 'scored' || look === 'stale',
    judged: current && given === null && result?.source === 'model',
    outOfRange,
    beforeEdit,
    knockedOut,
    noted: Boolean(cell?.note) || Boolean(result?.evidence.length),
    value: current && result?.state === 'scored' ? result.value : null,
    mark: draft ? DRAFT_MARKS[draft.state] : `${LOOK_MARKS[look]}${knockedOut ? '⊗' : ''}${outOfRange ? '⇥' : ''}${beforeEdit ? '✎' : ''}`,
    words: draft ? draftWords(draft) : wordsOf(look, flags, cell, knockOut),
  };
}

/** The number or "abstain" that the decision itself holds; null where it holds none. Never rounded. */
function givenText(cell: Cell | null, criterion: Criterion): string | null {
  if (!cell) return null;
  const given = criterion.kind === 'measured' ? cell.value : cell.score;
  return given === null ? null : String(given);
}

function judgedText(result: CellResult | null, criterion: Criterion): string {
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

function wordsOf(look: CellLook, flags: Set<string>, cell: Cell | null, knockOut: string | null): string {
  const words = [LOOK_WORDS[look], ...[...flags].map((flag) => FLAG_WORDS[flag] ?? flag.replaceAll('_', ' '))];
  if (knockOut !== null) words.push(`screens this option out: ${knockOut}`);
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
  if (view.outOfRange) names.push('out-of-range');
  if (view.beforeEdit) names.push('before-edit');
  if (view.knockedOut) names.push('knocked-out');
  if (view.noted) names.push('noted');
  if (view.draft) names.push(view.draft);
  return names.join(' ');
}
