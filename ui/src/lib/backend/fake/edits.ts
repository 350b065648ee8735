// Applies edits to a decision held in memory, with the refusals a person meets while typing.
import type { Cell, Criterion, Decision, DecisionOption, Edit, EngineProblem, Kind } from '../types.ts';

export class Refused extends Error {
  readonly problems: EngineProblem[];
  constructor(problems: EngineProblem[]) {
    super(problems[0]?.message ?? 'refused');
    this.problems = problems;
  }
}

const refuse = (field: string, message: string, found: string | null = null, allowed: string | null = null): never => {
  throw new Refused([{ code: 'bad_text', field, line: null, found, allowed, message }]);
};

export const emptyCell = (): Cell => ({ value: null, score: null, note: '', before_edit: false });

export const newOption = (id: string, name: string): DecisionOption => ({
  id,
  name,
  description: '',
  note: '',
  evidence: [],
  extra: {},
});

export const newCriterion = (id: string, name: string, kind: Kind, more: Partial<Criterion> = {}): Criterion => ({
  id,
  name,
  description: '',
  weight: 1,
  direction: 'benefit',
  kind,
  unit: '',
  range: null,
  points: null,
  must: null,
  group: null,
  rubric: {},
  prompt: '',
  judge: null,
  preference: null,
  note: '',
  extra: {},
  ...more,
});

export function apply(decision: Decision, edits: Edit[]): { next: Decision; label: string } {
  const next = structuredClone(decision);
  for (const edit of edits) applyOne(next, edit);
  return { next, label: labelOf(decision, edits) };
}

function applyOne(d: Decision, edit: Edit): void {
  const row = (id: string) => found(d.options.findIndex((option) => option.id === id), 'options');
  const column = (id: string) => found(d.criteria.findIndex((criterion) => criterion.id === id), 'criteria');
  switch (edit.edit) {
    case 'set_topic':
      if (!edit.text.trim()) refuse('topic', 'A topic needs at least 1 character.', '', '1–500 characters');
      if (edit.text.length > 500) refuse('topic', `A topic has at most 500 characters; this has ${edit.text.length}.`);
      d.topic = edit.text.trim();
      return;
    case 'set_context':
      d.context = edit.text;
      return;
    case 'set_notes':
      d.notes = edit.text;
      return;
    case 'set_method':
      d.method = edit.method;
      d.normalisation = edit.normalisation;
      return;
    case 'set_judge':
      d.judge = edit.judge;
      return;
    case 'set_missing':
      d.missing = edit.missing;
      return;
    case 'set_scale':
      if (!(edit.max > edit.min)) refuse('scale', 'The top of the scale must be above its bottom.');
      d.scale = { min: edit.min, max: edit.max };
      return;
    case 'add_option': {
      const name = uniqueName(d.options, edit.name, 'option', null);
      const at = edit.at ?? d.options.length;
      d.options.splice(at, 0, newOption(`o${d.next_key++}`, name));
      d.cells.splice(at, 0, d.criteria.map(emptyCell));
      return;
    }
    case 'remove_option': {
      const at = row(edit.id);
      d.options.splice(at, 1);
      d.cells.splice(at, 1);
      return;
    }
    case 'move_option': {
      const at = row(edit.id);
      d.options.splice(edit.to, 0, ...d.options.splice(at, 1));
      d.cells.splice(edit.to, 0, ...d.cells.splice(at, 1));
      return;
    }
    case 'update_option': {
      const option = d.options[row(edit.id)]!;
      const { edit: _, id, ...patch } = edit;
      if (patch.name !== undefined) patch.name = uniqueName(d.options, patch.name, 'option', id);
      Object.assign(option, patch);
      return;
    }
    case 'add_criterion': {
      const name = uniqueName(d.criteria, edit.name, 'criterion', null);
      const at = edit.at ?? d.criteria.length;
      const more = { weight: edit.weight ?? 1, direction: edit.direction ?? 'benefit', unit: edit.unit ?? '' } as const;
      d.criteria.splice(at, 0, newCriterion(`c${d.next_key++}`, name, edit.kind, more));
      for (const cells of d.cells) cells.splice(at, 0, emptyCell());
      return;
    }
    case 'remove_criterion': {
      const at = column(edit.id);
      d.criteria.splice(at, 1);
      for (const cells of d.cells) cells.splice(at, 1);
      return;
    }
    case 'move_criterion': {
      const at = column(edit.id);
      d.criteria.splice(edit.to, 0, ...d.criteria.splice(at, 1));
      for (const cells of d.cells) cells.splice(edit.to, 0, ...cells.splice(at, 1));
      return;
    }
    case 'update_criterion': {
      const at = column(edit.id);
      const { edit: _, id, ...patch } = edit;
      if (patch.name !== undefined) patch.name = uniqueName(d.criteria, patch.name, 'criterion', id);
      if (patch.weight !== undefined) weightAllowed(patch.weight, `criteria[${at}].weight`);
      if (patch.must && !/^\s*(<=|>=|<|>|=)\s*-?[\d.]+\s*$/.test(patch.must)) {
        refuse(`criteria[${at}].must`, `"${patch.must}" is not a rule. Write for example <= 450.`, patch.must, '<= 450');
      }
      if (patch.range && !(patch.range[1] > patch.range[0])) {
        refuse(`criteria[${at}].range`, 'The range must go from a smaller to a larger number.');
      }
      Object.assign(d.criteria[at]!, patch);
      return;
    }
    case 'set_weights':
      for (const [id, weight] of Object.entries(edit.weights)) {
        const at = column(id);
        weightAllowed(weight, `criteria[${at}].weight`);
        d.criteria[at]!.weight = weight;
      }
      return;
    case 'type_cells':
      for (const cell of edit.cells) typeCell(d, row(cell.option), column(cell.criterion), cell.text);
      return;
    case 'set_cell_note':
      d.cells[row(edit.option)]![column(edit.criterion)]!.note = edit.text;
      return;
    case 'paste':
      paste(d, edit.option, edit.criterion, edit.rows);
  }
}

function found(index: number, field: string): number {
  return index >= 0 ? index : refuse(field, 'This row or column is no longer there.');
}

function weightAllowed(weight: number, field: string): void {
  if (!Number.isFinite(weight) || weight < 0) refuse(field, 'A weight is a number from 0 up.', String(weight), '0 or more');
}

function uniqueName(list: { id: string; name: string }[], text: string, what: string, self: string | null): string {
  const name = text.trim();
  const field = what === 'option' ? 'options' : 'criteria';
  if (!name) refuse(`${field}.name`, `An ${what === 'option' ? 'option' : 'criterion'} needs a name.`.replace('An c', 'A c'));
  const twin = list.find((entry) => entry.id !== self && entry.name.trim().toLowerCase() === name.toLowerCase());
  if (twin) refuse(`${field}.name`, `"${twin.name}" is already there. Names differ by more than case and spaces.`, name);
  return name;
}

function typeCell(d: Decision, row: number, column: number, text: string): void {
  const cell = d.cells[row]![column]!;
  const criterion = d.criteria[column]!;
  const field = `options[${row}].${criterion.kind === 'measured' ? 'values' : 'scores'}.${criterion.name}`;
  const clean = text.trim();
  cell.before_edit = false;
  if (clean === '') {
    cell.value = null;
    cell.score = null;
    return;
  }
  if (criterion.kind !== 'measured' && clean.toLowerCase() === 'abstain') {
    cell.score = 'abstain';
    return;
  }
  const number = Number(clean.replace(/[\s\u00a0]/g, '').replace(',', '.'));
  if (!Number.isFinite(number)) {
    refuse(field, `"${clean}" is not a number.`, clean, criterion.kind === 'measured' ? 'a number' : 'a number or abstain');
  }
  if (criterion.kind === 'measured') cell.value = number;
  else if (number < d.scale.min || number > d.scale.max) {
    refuse(field, `${number} is outside the scale ${d.scale.min}–${d.scale.max}.`, clean, `${d.scale.min}–${d.scale.max}`);
  } else cell.score = number;
}

function paste(d: Decision, option: number, criterion: number, rows: string[][]): void {
  const width = Math.max(0, ...rows.map((cells) => cells.length));
  while (d.criteria.length < criterion + width) {
    applyOne(d, { edit: 'add_criterion', at: null, name: `Criterion ${d.criteria.length + 1}`, kind: 'measured' });
  }
  while (d.options.length < option + rows.length) {
    applyOne(d, { edit: 'add_option', at: null, name: `Option ${d.options.length + 1}` });
  }
  rows.forEach((cells, y) =>
    cells.forEach((text, x) => {
      const [r, c] = [option + y, criterion + x];
      if (r === -1 && c === -1) return;
      if (r === -1) d.criteria[c]!.name = uniqueName(d.criteria, text, 'criterion', d.criteria[c]!.id);
      else if (c === -1) d.options[r]!.name = uniqueName(d.options, text, 'option', d.options[r]!.id);
      else typeCell(d, r, c, text);
    }),
  );
}

function labelOf(d: Decision, edits: Edit[]): string {
  const edit = edits[0];
  const option = (id: string) => d.options.find((entry) => entry.id === id)?.name ?? 'option';
  const criterion = (id: string) => d.criteria.find((entry) => entry.id === id)?.name ?? 'criterion';
  switch (edit?.edit) {
    case 'set_topic':
      return 'Topic';
    case 'set_context':
      return 'Context';
    case 'set_notes':
      return 'Notes';
    case 'set_judge':
      return 'Who judges';
    case 'set_weights': {
      const ids = Object.keys(edit.weights);
      return ids.length === 1 ? `Weight of ${criterion(ids[0]!)}` : 'Weights';
    }
    case 'type_cells':
      return edit.cells.length === 1
        ? `${criterion(edit.cells[0]!.criterion)} of ${option(edit.cells[0]!.option)}`
        : `${edit.cells.length} cells`;
    case 'add_option':
    case 'add_criterion':
      return `Add ${edit.name}`;
    case 'remove_option':
      return `Remove ${option(edit.id)}`;
    case 'remove_criterion':
      return `Remove ${criterion(edit.id)}`;
    case 'update_criterion':
      return `Edit ${criterion(edit.id)}`;
    case 'update_option':
      return `Edit ${option(edit.id)}`;
    case 'paste':
      return 'Paste';
    default:
      return 'Edit';
  }
}
