// Sends what the analyst did, one batch after the other, and keeps what was typed in sight until it is saved.
// A batch is taken whole or not at all; when single cells of it are refused, the rest is sent without them as the same action.
import type { CellText, Decision, Edit, Problem } from '../backend/types.ts';
import type { Batch } from './batch.ts';
import type { Draft } from './cell_view.ts';
import { pastedFieldOf, typedCellsOf } from './problem_place.ts';

/** Where a draft is shown: a cell, a name, or one of the places that add something. */
export type DraftKey = string;

export const ADD_OPTION: DraftKey = 'add option';
export const ADD_CRITERION: DraftKey = 'add criterion';

export function cellKey(option: string, criterion: string): DraftKey {
  return `${option} ${criterion}`;
}

export function optionKey(id: string): DraftKey {
  return `option ${id}`;
}

export function criterionKey(id: string): DraftKey {
  return `criterion ${id}`;
}

export interface OutboxPorts {
  send: (edits: Edit[], label: string) => Promise<Problem[]>;
  /** The decision as it stands now; read anew for each try. */
  decision: () => Decision;
  /** Shows a draft, or with null what is saved. */
  show: (key: DraftKey, draft: Draft | null) => void;
  /** Resolves when the page has taken over the decision that the last answer brought. */
  settled: () => Promise<void>;
  announce: (text: string, urgent: boolean) => void;
}

interface Typed {
  key: DraftKey;
  text: string;
}

/** Each refused cell costs one more try, so a table of nonsense ends here and is refused whole. */
const MOST_TRIES = 64;

export class Outbox {
  #ports: OutboxPorts;
  #tail: Promise<unknown> = Promise.resolve();
  /** The newest action on a place: an older one that comes back must not hide it. */
  #owners = new Map<DraftKey, symbol>();
  /** Names refused at a place that adds something, while a newer name was already typed there. */
  #displaced = new Map<DraftKey, Draft[]>();

  constructor(ports: OutboxPorts) {
    this.#ports = ports;
  }

  /** Shows the batch at once and sends it when those before it are done. Resolves with whether all of it was saved. */
  post(batch: Batch): Promise<boolean> {
    const owner = Symbol(batch.label);
    const typed = typedIn(batch.edits, this.#ports.decision());
    for (const { key, text } of typed) {
      this.#owners.set(key, owner);
      this.#ports.show(key, { text, state: 'saving', message: '' });
    }
    return this.#enqueue(() => this.#deliver(batch, typed, owner));
  }

  /** For an action that rests on positions: it is made when its turn comes, from the decision as it stands then. */
  postLater(make: () => Batch | null): Promise<boolean> {
    return this.#enqueue(async () => {
      const batch = make();
      return batch ? this.#deliver(batch, typedIn(batch.edits, this.#ports.decision()), Symbol(batch.label)) : true;
    });
  }

  /** Drops what was refused at a place and shows what is saved there. */
  forget(key: DraftKey): void {
    this.#owners.delete(key);
    this.#showNext(key);
  }

  #enqueue(work: () => Promise<boolean>): Promise<boolean> {
    const turn = this.#tail.then(work);
    this.#tail = turn.catch(() => undefined);
    return turn;
  }

  async #deliver(batch: Batch, typed: Typed[], owner: symbol): Promise<boolean> {
    let edits = batch.edits;
    const refused: Refusal[] = [];
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const problems = await this.#try(edits, batch.label);
      await this.#ports.settled();
      if (problems.length === 0) {
        this.#settle(typed, refused, owner);
        return refused.length === 0;
      }
      const without = leaveOut(edits, problems, this.#ports.decision());
      refused.push(...(without?.refused ?? []));
      if (!without) return this.#refuseAll(typed, problems, refused, owner);
      if (without.edits.length === 0) {
        this.#settle(typed, refused, owner);
        return false;
      }
      edits = without.edits;
    }
    return this.#refuseAll(typed, [{ ...NOTHING, message: 'Too many cells could not be read; nothing was saved.' }], refused, owner);
  }

  async #try(edits: Edit[], label: string): Promise<Problem[]> {
    try {
      return await this.#ports.send(edits, label);
    } catch (error) {
      return [{ ...NOTHING, code: 'not_saved', message: reasonOf(error) }];
    }
  }

  #settle(typed: Typed[], refused: Refusal[], owner: symbol): void {
    const late = new Map(refused.map((refusal) => [keyNow(refusal, this.#ports.decision()), refusal]));
    for (const { key } of typed) if (!late.has(key)) this.#release(key, owner, null);
    for (const [key, { text, message }] of late) {
      if (key === null) continue;
      if (!this.#owners.has(key)) this.#owners.set(key, owner);
      this.#release(key, owner, { text, state: 'refused', message });
    }
    const first = refused[0];
    if (first) this.#ports.announce(refused.length === 1 ? `Not saved: ${first.message}` : `${refused.length} cells not saved: ${first.message}`, true);
  }

  #refuseAll(typed: Typed[], problems: Problem[], known: Refusal[], owner: symbol): false {
    const message = problems.map((problem) => problem.message).join(' ');
    const own = new Map(known.map((refusal) => [keyNow(refusal, this.#ports.decision()), refusal.message]));
    for (const { key, text } of typed) this.#release(key, owner, { text, state: 'refused', message: own.get(key) ?? message });
    this.#ports.announce(`Not saved: ${message}`, true);
    return false;
  }

  #release(key: DraftKey, owner: symbol, draft: Draft | null): void {
    if (this.#owners.get(key) !== owner) {
      const adds = key === ADD_OPTION || key === ADD_CRITERION;
      if (adds && draft) this.#displaced.set(key, [...(this.#displaced.get(key) ?? []), draft]);
      return;
    }
    if (draft) return this.#ports.show(key, draft);
    this.#owners.delete(key);
    this.#showNext(key);
  }

  #showNext(key: DraftKey): void {
    const [next, ...rest] = this.#displaced.get(key) ?? [];
    this.#displaced.set(key, rest);
    if (next) this.#owners.set(key, Symbol(next.text));
    this.#ports.show(key, next ?? null);
  }
}

const NOTHING: Problem = { code: 'refused', field: '', line: null, found: null, allowed: null, message: '' };

function reasonOf(error: unknown): string {
  const message = typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : '';
  return message || 'the change could not be saved.';
}

/** What a batch writes where, so that it can be shown before it is saved. */
function typedIn(edits: Edit[], decision: Decision): Typed[] {
  return edits.flatMap((edit): Typed[] => {
    switch (edit.edit) {
      case 'type_cells':
        return edit.cells.map(({ option, criterion, text }) => ({ key: cellKey(option, criterion), text }));
      case 'update_option':
        return edit.name === undefined ? [] : [{ key: optionKey(edit.id), text: edit.name }];
      case 'update_criterion':
        return edit.name === undefined ? [] : [{ key: criterionKey(edit.id), text: edit.name }];
      case 'add_option':
        return [{ key: ADD_OPTION, text: edit.name }];
      case 'add_criterion':
        return [{ key: ADD_CRITERION, text: edit.unit ? `${edit.name} (${edit.unit})` : edit.name }];
      case 'paste':
        return edit.rows.flatMap((fields, r) =>
          fields.flatMap((text, c) => {
            const key = keyAt(decision, edit.option + r, edit.criterion + c);
            return key === null ? [] : [{ key, text: text.trim() }];
          }),
        );
      default:
        return [];
    }
  });
}

function keyAt(decision: Decision, row: number, column: number): DraftKey | null {
  const option = decision.options[row];
  const criterion = decision.criteria[column];
  if (option && criterion) return cellKey(option.id, criterion.id);
  if (option && column === -1) return optionKey(option.id);
  if (criterion && row === -1) return criterionKey(criterion.id);
  return null;
}

type Refusal = { text: string; message: string } & ({ key: DraftKey } | { row: number; column: number });

function keyNow(refusal: Refusal, decision: Decision): DraftKey | null {
  return 'key' in refusal ? refusal.key : keyAt(decision, refusal.row, refusal.column);
}

/** The same action without the cells that were refused; null when the problems name no cell of it. */
function leaveOut(edits: Edit[], problems: Problem[], decision: Decision): { edits: Edit[]; refused: Refusal[] } | null {
  const [edit] = edits;
  if (edits.length !== 1 || !edit) return null;
  if (edit.edit === 'type_cells') return leaveOutTyped(edit.cells, problems, decision);
  if (edit.edit === 'paste') return leaveOutPasted(edit, problems, decision);
  return null;
}

function leaveOutTyped(cells: CellText[], problems: Problem[], decision: Decision): { edits: Edit[]; refused: Refusal[] } | null {
  const messages = new Map<number, string>();
  for (const problem of problems) {
    const indexes = typedCellsOf(problem, cells, decision);
    if (indexes.length === 0) return null;
    for (const index of indexes) messages.set(index, problem.message);
  }
  const refused = [...messages].flatMap(([index, message]) => {
    const cell = cells[index];
    return cell ? [{ key: cellKey(cell.option, cell.criterion), text: cell.text, message }] : [];
  });
  const rest = cells.filter((_, index) => !messages.has(index));
  return { edits: rest.length === 0 ? [] : [{ edit: 'type_cells', cells: rest }], refused };
}

/** A refused field of a pasted table keeps what its cell holds now; in a new row or column it stays empty. */
function leaveOutPasted(
  edit: Extract<Edit, { edit: 'paste' }>,
  problems: Problem[],
  decision: Decision,
): { edits: Edit[]; refused: Refusal[] } | null {
  const rows = edit.rows.map((fields) => [...fields]);
  const refused: Refusal[] = [];
  for (const problem of problems) {
    const place = pastedFieldOf(problem, edit.rows, { row: edit.option, column: edit.criterion }, decision);
    const fields = place && rows[place.row];
    if (!place || !fields) return null;
    const [row, column] = [edit.option + place.row, edit.criterion + place.column];
    if (row < 0 || column < 0) return null;
    const text = edit.rows[place.row]?.[place.column] ?? '';
    const saved = decision.cells[row]?.[column];
    const instead = String((decision.criteria[column]?.kind === 'measured' ? saved?.value : saved?.score) ?? '');
    if (instead === text) return null;
    fields[place.column] = instead;
    refused.push({ row, column, text: text.trim(), message: problem.message });
  }
  return { edits: [{ ...edit, rows }], refused };
}
