// The state of the grid: decision and answer as views a cell, drafts, selection, the edit under way. One signal a cell, set only
// when what it shows changes, so that a keystroke or a new ranking redraws those cells and no others.
import type { Answer, CellResult, Criterion, Decision, DecisionOption } from '../backend/types.ts';
import { JudgedCells } from '../judging/judged_cells.ts';
import { viewOf, sameView, type CellFacts, type CellView, type Draft } from './cell_view.ts';
import { criterionView, optionView, type CriterionView, type OptionView } from './head_view.ts';
import { ADD_CRITERION, ADD_OPTION, cellKey, criterionKey, optionKey, type DraftKey } from './outbox.ts';
import { at, clamp, isAddCriterion, isAddOption, type Field, type Place, type Selection } from './selection.ts';

/** One view in a signal of its own. */
export class Slot<View> {
  view: View = $state.raw() as View;
  constructor(view: View) {
    this.view = view;
  }
}

/** A cell's view with what it was made from, so that a new ranking can tell at a glance that nothing changed here. */
class CellSlot extends Slot<CellView> {
  readonly option: string;
  readonly criterion: string;
  made: Made;
  constructor(option: string, criterion: string, made: Made) {
    super(viewOf(made));
    this.option = option;
    this.criterion = criterion;
    this.made = made;
  }

  update(made: Made): void {
    if (sameFacts(this.made, made)) return;
    this.made = made;
    const view = viewOf(made);
    if (!sameView(this.view, view)) this.view = view;
  }
}

type Made = CellFacts;

function sameFacts(a: Made, b: Made): boolean {
  const sameNow = a.now.judgement === b.now.judgement && a.now.fresh === b.now.fresh && a.now.asking === b.now.asking;
  const sameScale = a.scale.min === b.scale.min && a.scale.max === b.scale.max;
  return a.cell === b.cell && a.criterion === b.criterion && a.draft === b.draft && a.knockOut === b.knockOut && sameNow && sameScale && sameResult(a.result, b.result);
}

function sameResult(a: CellResult | null, b: CellResult | null): boolean {
  if (a === b) return true;
  if (!a || !b || a.flags.length !== b.flags.length || a.evidence.length !== b.evidence.length) return false;
  if (a.state !== b.state || a.source !== b.source || a.score !== b.score || a.value !== b.value) return false;
  return a.flags.every((flag, index) => flag === b.flags[index]);
}

interface Facts {
  decision: Decision;
  answer: Answer | null;
  resultAt: (row: number, column: number) => CellResult | null;
  ranked: Map<string, Answer['ranking'][number]>;
  screened: Map<string, Answer['screened_out'][number]>;
  rowOf: Map<string, number>;
  columnOf: Map<string, number>;
}

export type Target =
  | { kind: 'cell'; option: DecisionOption; criterion: Criterion; key: DraftKey }
  | { kind: 'option'; option: DecisionOption; key: DraftKey }
  | { kind: 'criterion'; criterion: Criterion; key: DraftKey }
  | { kind: 'addOption'; key: DraftKey }
  | { kind: 'addCriterion'; key: DraftKey }
  | { kind: 'corner' };

export class GridModel {
  optionIds: string[] = $state.raw([]);
  criterionIds: string[] = $state.raw([]);
  #selection: Selection = $state.raw(at({ row: 0, column: 0 }));
  adding: Record<typeof ADD_OPTION | typeof ADD_CRITERION, Draft | null> = $state.raw({ [ADD_OPTION]: null, [ADD_CRITERION]: null });
  #cells = new Map<DraftKey, CellSlot>();
  #options = new Map<string, Slot<OptionView>>();
  #criteria = new Map<string, Slot<CriterionView>>();
  #drafts = new Map<DraftKey, Draft>();
  #facts: Facts;
  #readonly = false;
  readonly #judged: JudgedCells;

  constructor(decision: Decision, answer: Answer | null, readonly: boolean, judged = new JudgedCells()) {
    this.#judged = judged;
    this.#facts = factsOf(decision, answer);
    this.take(decision, answer, readonly);
    const first = decision.options.length > 0 && decision.criteria.length > 0 ? { row: 0, column: 0 } : this.#firstPlace(decision);
    this.selection = at(clamp(first, this.field(1)));
  }

  #firstPlace(decision: Decision): Place {
    return decision.criteria.length === 0 ? { row: -1, column: 0 } : { row: 0, column: -1 };
  }

  get selection(): Selection {
    return this.#selection;
  }

  set selection(selection: Selection) {
    const option = this.#facts.decision.options[selection.active.row];
    if (option) this.prepare([option.id]);
    this.#selection = selection;
  }

  get decision(): Decision {
    return this.#facts.decision;
  }

  /** Takes over what the engine answered. The cursor stays with its option and criterion, wherever they moved. */
  take(decision: Decision, answer: Answer | null, readonly: boolean): void {
    const before = this.#facts.decision;
    this.#facts = factsOf(decision, answer);
    this.#readonly = readonly;
    this.optionIds = keepIfSame(this.optionIds, decision.options);
    this.criterionIds = keepIfSame(this.criterionIds, decision.criteria);
    this.#dropRemoved();
    if (before !== decision) this.selection = this.#follow(before);
    for (const option of decision.options) refresh(this.#options, option.id, this.#optionView(option), sameOption);
    for (const slot of this.#cells.values()) this.#update(slot);
    for (const criterion of decision.criteria) refresh(this.#criteria, criterion.id, this.#criterionView(criterion), sameFlat);
  }

  /** A model began or ended with these cells; no other is looked at. */
  judgedChanged(keys: readonly string[]): void {
    for (const key of keys) {
      const slot = this.#cells.get(key as DraftKey);
      if (slot) this.#update(slot);
    }
  }

  #dropRemoved(): void {
    const { rowOf, columnOf } = this.#facts;
    for (const id of this.#options.keys()) if (!rowOf.has(id)) this.#options.delete(id);
    for (const id of this.#criteria.keys()) if (!columnOf.has(id)) this.#criteria.delete(id);
    const gone = (key: DraftKey): boolean => {
      const [first, second] = key.split(' ') as [string, string];
      if (first === 'add') return false;
      if (first === 'option') return !rowOf.has(second);
      return !columnOf.has(second) || (first !== 'criterion' && !rowOf.has(first));
    };
    for (const key of this.#cells.keys()) if (gone(key)) this.#cells.delete(key);
    for (const key of this.#drafts.keys()) if (gone(key)) this.#drafts.delete(key);
  }

  field(page: number): Field {
    const { decision } = this.#facts;
    return {
      options: decision.options.length,
      criteria: decision.criteria.length,
      canAdd: !this.#readonly,
      page,
      filled: (place) => this.textAt(place) !== '',
    };
  }

  /**
   * Makes the cells of the rows that will be drawn: a new ranking then costs those and not a table far below them.
   * Not done in `cell`, because a signal is no dependency of the reaction that made it.
   */
  prepare(options: readonly string[]): void {
    for (const option of options) {
      for (const criterion of this.criterionIds) {
        const key = cellKey(option, criterion);
        const made = this.#cells.has(key) ? null : this.#cellFacts(option, criterion);
        if (made) this.#cells.set(key, new CellSlot(option, criterion, made));
      }
    }
  }

  cell(option: string, criterion: string): Slot<CellView> {
    const slot = this.#cells.get(cellKey(option, criterion));
    if (!slot) throw new Error(`cell ${option} × ${criterion} was not prepared`);
    return slot;
  }

  option(id: string): Slot<OptionView> {
    const slot = this.#options.get(id);
    if (!slot) throw new Error(`no option ${id}`);
    return slot;
  }

  criterion(id: string): Slot<CriterionView> {
    const slot = this.#criteria.get(id);
    if (!slot) throw new Error(`no criterion ${id}`);
    return slot;
  }

  rowOf(option: string): number {
    return this.#facts.rowOf.get(option) ?? -1;
  }

  columnOf(criterion: string): number {
    return this.#facts.columnOf.get(criterion) ?? -1;
  }

  targetAt(place: Place): Target {
    const { decision } = this.#facts;
    const field = this.field(1);
    if (isAddOption(place, field)) return { kind: 'addOption', key: ADD_OPTION };
    if (isAddCriterion(place, field)) return { kind: 'addCriterion', key: ADD_CRITERION };
    const option = decision.options[place.row];
    const criterion = decision.criteria[place.column];
    if (option && criterion) return { kind: 'cell', option, criterion, key: cellKey(option.id, criterion.id) };
    if (option) return { kind: 'option', option, key: optionKey(option.id) };
    if (criterion) return { kind: 'criterion', criterion, key: criterionKey(criterion.id) };
    return { kind: 'corner' };
  }

  /** The text at a place as F2 and copy take it; what was typed and is not saved yet included. */
  textAt(place: Place): string {
    const target = this.targetAt(place);
    if (target.kind === 'corner') return '';
    const draft = this.#drafts.get(target.key);
    if (draft) return draft.text;
    if (target.kind === 'cell') return this.#cellText(target.key, target.option.id, target.criterion.id);
    if (target.kind === 'option') return target.option.name;
    return target.kind === 'criterion' ? target.criterion.name : '';
  }

  #cellText(key: DraftKey, option: string, criterion: string): string {
    const known = this.#cells.get(key);
    const made = known ? null : this.#cellFacts(option, criterion);
    return known?.view.text ?? (made ? viewOf(made).text : '');
  }

  draft(key: DraftKey): Draft | null {
    return this.#drafts.get(key) ?? null;
  }

  show(key: DraftKey, draft: Draft | null): void {
    if (draft) this.#drafts.set(key, draft);
    else this.#drafts.delete(key);
    if (key === ADD_OPTION || key === ADD_CRITERION) {
      this.adding = { ...this.adding, [key]: draft };
      return;
    }
    const [first, second] = key.split(' ') as [string, string];
    const { decision, rowOf, columnOf } = this.#facts;
    if (first === 'option') {
      const option = decision.options[rowOf.get(second) ?? -1];
      if (option) refresh(this.#options, second, this.#optionView(option), sameOption);
    } else if (first === 'criterion') {
      const criterion = decision.criteria[columnOf.get(second) ?? -1];
      if (criterion) refresh(this.#criteria, second, this.#criterionView(criterion), sameFlat);
    } else {
      const slot = this.#cells.get(key);
      if (slot) this.#update(slot);
    }
  }

  #update(slot: CellSlot): void {
    const made = this.#cellFacts(slot.option, slot.criterion);
    if (made) slot.update(made);
  }

  #cellFacts(option: string, criterionId: string): Made | null {
    const { decision, resultAt, screened, rowOf, columnOf } = this.#facts;
    const [row, column] = [rowOf.get(option), columnOf.get(criterionId)];
    const criterion = decision.criteria[column ?? -1];
    if (row === undefined || column === undefined || !criterion) return null;
    const out = screened.get(option);
    return {
      cell: decision.cells[row]?.[column] ?? null,
      result: resultAt(row, column),
      criterion,
      draft: this.#drafts.size === 0 ? null : (this.#drafts.get(cellKey(option, criterionId)) ?? null),
      knockOut: out && out.criterion === criterion.name ? out.why : null,
      now: this.#judged.at(option, criterionId),
      scale: decision.scale,
    };
  }

  #optionView(option: DecisionOption): OptionView {
    const { answer, ranked, screened } = this.#facts;
    return optionView(option, ranked.get(option.id) ?? null, screened.get(option.id) ?? null, answer, this.#drafts.get(optionKey(option.id)) ?? null);
  }

  #criterionView(criterion: Criterion): CriterionView {
    return criterionView(criterion, this.#facts.answer, this.#drafts.get(criterionKey(criterion.id)) ?? null);
  }

  #follow(before: Decision): Selection {
    const { rowOf, columnOf, decision } = this.#facts;
    const follow = (place: Place): Place => {
      const option = before.options[place.row];
      const criterion = before.criteria[place.column];
      const row = option ? (rowOf.get(option.id) ?? place.row) : place.row === before.options.length ? decision.options.length : place.row;
      const column = criterion
        ? (columnOf.get(criterion.id) ?? place.column)
        : place.column === before.criteria.length
          ? decision.criteria.length
          : place.column;
      return clamp({ row, column }, this.field(1));
    };
    const { anchor, head, active, tabbedFrom } = this.selection;
    return { anchor: follow(anchor), head: follow(head), active: follow(active), tabbedFrom };
  }
}

function factsOf(decision: Decision, answer: Answer | null): Facts {
  return {
    decision,
    answer,
    resultAt: resultsOf(decision, answer),
    ranked: new Map(answer?.ranking.map((ranked) => [ranked.option_id, ranked])),
    screened: new Map(answer?.screened_out.map((out) => [out.option_id, out])),
    rowOf: new Map(decision.options.map(({ id }, row) => [id, row])),
    columnOf: new Map(decision.criteria.map(({ id }, column) => [id, column])),
  };
}

/** The engine gives the cells row by row; should it ever not, they are found by their ids. */
function resultsOf(decision: Decision, answer: Answer | null): (row: number, column: number) => CellResult | null {
  const { options, criteria } = decision;
  let byKey: Map<string, CellResult> | null = null;
  return (row, column) => {
    const [option, criterion] = [options[row]?.id ?? '', criteria[column]?.id ?? ''];
    const likely = answer?.cells[row * criteria.length + column];
    if (likely && likely.option_id === option && likely.criterion_id === criterion) return likely;
    byKey ??= new Map(answer?.cells.map((result) => [cellKey(result.option_id, result.criterion_id), result]));
    return byKey.get(cellKey(option, criterion)) ?? null;
  };
}

function keepIfSame(old: string[], items: { id: string }[]): string[] {
  const same = old.length === items.length && items.every(({ id }, index) => id === old[index]);
  return same ? old : items.map(({ id }) => id);
}

function refresh<View>(slots: Map<string, Slot<View>>, key: string, view: View, same: (a: View, b: View) => boolean): void {
  const slot = slots.get(key);
  if (!slot) slots.set(key, new Slot(view));
  else if (!same(slot.view, view)) slot.view = view;
}

function sameFlat<View extends object>(a: View, b: View): boolean {
  return (Object.keys(a) as (keyof View)[]).every((name) => a[name] === b[name]);
}

function sameOption(a: OptionView, b: OptionView): boolean {
  return sameFlat({ ...a, result: null }, { ...b, result: null }) && sameFlat(a.result, b.result);
}
