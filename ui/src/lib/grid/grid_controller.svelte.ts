// What the grid does for each command: moves the cursor, edits in place, changes ranges, and hands batches to the outbox.
// Knows the editor's text field and nothing else of the page.
import { tick } from 'svelte';
import type { Answer, CellRef, Decision, Edit, Problem } from '../backend/types.ts';
import type { JudgedCells } from '../judging/judged_cells.ts';
import * as batches from './batch.ts';
import type { Batch } from './batch.ts';
import { Clipboard, type Copy } from './clipboard.ts';
import { GridModel, type Target } from './grid_model.svelte.ts';
import type { Command, Mode } from './keys.ts';
import { Outbox } from './outbox.ts';
import * as select from './selection.ts';
import { rangeOf, type Motion, type Place, type Range, type Selection } from './selection.ts';
import { tile } from './tsv.ts';

export interface Ports {
  send: (edits: Edit[], label: string | null) => Promise<Problem[]>;
  opencell: (option: string, criterion: string) => void;
  opencriterion: (criterion: string) => void;
  openoption: (option: string) => void;
  editor: () => HTMLTextAreaElement;
  pageRows: () => number;
  reveal: (place: Place) => void;
  menu: () => void;
  /** Asks models for these cells; null where none can be asked now. */
  ask: ((cells: CellRef[]) => void) | null;
}

export class GridController {
  readonly model: GridModel;
  mode: Mode = $state.raw('idle');
  /** Where the edit under way goes. */
  edited: Place = $state.raw({ row: 0, column: 0 });
  /** What a screen reader is told; the number makes the same words news again. */
  said = $state.raw({ text: '', urgent: false, count: 0 });
  /** What went wrong last, in sight until the cursor goes on: a refused paste may have no cell to stand in. */
  fault = $state.raw('');
  #target: Target = { kind: 'corner' };
  #before = '';
  #outbox: Outbox;
  #ports: Ports;
  #readonly: boolean;
  /** Esc was pressed with no edit under way: the next Tab leaves the grid. */
  #letGo = false;
  #clipboard = new Clipboard();

  constructor(decision: Decision, answer: Answer | null, readonly: boolean, ports: Ports, judged?: JudgedCells) {
    this.model = new GridModel(decision, answer, readonly, judged);
    this.#readonly = readonly;
    this.#ports = ports;
    this.#outbox = new Outbox({
      send: ports.send,
      decision: () => this.model.decision,
      show: (key, draft) => this.model.show(key, draft),
      settled: tick,
      announce: (text, urgent) => this.say(text, urgent),
    });
  }

  take(decision: Decision, answer: Answer | null, readonly: boolean): void {
    this.#readonly = readonly;
    this.model.take(decision, answer, readonly);
    if (this.mode === 'idle') return;
    if (readonly || !this.#relocate()) this.#stopEditing();
  }

  /** The judged cells of the selection, for a model to be asked again. */
  judgedInRange(): CellRef[] {
    const { options, criteria } = this.model.decision;
    const range = rangeOf(this.selection);
    return options.slice(Math.max(0, range.top), range.bottom + 1).flatMap((option) =>
      criteria
        .slice(Math.max(0, range.left), range.right + 1)
        .filter((criterion) => criterion.kind === 'judged')
        .map((criterion) => ({ option_id: option.id, criterion_id: criterion.id })),
    );
  }

  ask(cells: CellRef[]): void {
    this.#ports.ask?.(cells);
  }

  get canAsk(): boolean {
    return this.#ports.ask !== null;
  }

  /** The place of the edit under way after options or criteria moved; false when it is gone. */
  #relocate(): boolean {
    const target = this.#target;
    const row = target.kind === 'cell' || target.kind === 'option' ? this.model.rowOf(target.option.id) : target.kind === 'addOption' ? this.model.decision.options.length : -1;
    const column =
      target.kind === 'cell' || target.kind === 'criterion'
        ? this.model.columnOf(target.criterion.id)
        : target.kind === 'addCriterion'
          ? this.model.decision.criteria.length
          : -1;
    const now = this.model.targetAt({ row, column });
    if (now.kind !== target.kind) return false;
    if (row !== this.edited.row || column !== this.edited.column) this.edited = { row, column };
    return true;
  }

  get selection(): Selection {
    return this.model.selection;
  }

  get range(): Range {
    return rangeOf(this.model.selection);
  }

  #field() {
    return this.model.field(this.#ports.pageRows());
  }

  say(text: string, urgent = false): void {
    this.said = { text, urgent, count: this.said.count + 1 };
    if (urgent) this.fault = text;
  }

  goTo(selection: Selection): void {
    this.#letGo = false;
    this.fault = '';
    this.model.selection = selection;
    this.#ports.reveal(select.same(selection.anchor, selection.head) ? selection.active : selection.head);
    const range = rangeOf(selection);
    if (!select.isSingle(range)) this.say(`${range.bottom - range.top + 1} × ${range.right - range.left + 1} selected`);
  }

  /** True when the command was ours and the browser must leave the key alone. */
  run(command: Command): boolean {
    const { selection } = this;
    switch (command.do) {
      case 'move':
        this.goTo((command.extend ? select.extend : select.move)(selection, command.motion, this.#field()));
        return true;
      case 'tab':
        return this.#tab(command.back);
      case 'enter':
        this.goTo(select.enter(selection, command.up, this.#field()));
        return true;
      case 'selectAll':
        this.goToQuietly(select.all(selection, this.#field()));
        return true;
      case 'selectRows':
        this.goToQuietly(select.rows(selection, this.#field()));
        return true;
      case 'selectColumns':
        this.goToQuietly(select.columns(selection, this.#field()));
        return true;
      case 'open':
        this.open(selection.active);
        return true;
      case 'menu':
        this.#ports.menu();
        return true;
      case 'letGo':
        return this.#release();
      case 'commit':
        return this.#commitThen(command.then);
      case 'cancel':
        this.#stopEditing();
        return true;
      case 'edit':
        if (this.mode === 'idle') this.edit(selection.active);
        else this.mode = this.mode === 'typing' ? 'inPlace' : 'typing';
        return true;
      case 'editEmpty':
        this.#begin(selection.active, 'typing', '');
        return true;
      case 'clear':
        this.clear();
        return true;
      case 'fill':
        this.fill(command.to);
        return true;
      case 'carry':
        this.carry(command.to);
        return true;
      case 'remove':
        this.remove();
        return true;
    }
  }

  /** A selection of whole rows or columns does not scroll to their far end. */
  goToQuietly(selection: Selection): void {
    this.#letGo = false;
    this.fault = '';
    this.model.selection = selection;
    const { top, bottom, left, right } = rangeOf(selection);
    this.say(`${bottom - top + 1} × ${right - left + 1} selected`);
  }

  #tab(back: boolean): boolean {
    const next = this.#letGo ? null : select.tab(this.selection, back, this.#field());
    this.#letGo = false;
    if (!next) return false;
    this.goTo(next);
    return true;
  }

  #release(): boolean {
    const target = this.model.targetAt(this.selection.active);
    if (target.kind !== 'corner' && this.model.draft(target.key)?.state === 'refused') {
      this.#outbox.forget(target.key);
      this.say('What was not saved is dropped.');
      return true;
    }
    const single = select.isSingle(this.range);
    if (!single) this.goTo(select.at(this.selection.active));
    this.#letGo = true;
    return !single;
  }

  open(place: Place): void {
    const target = this.model.targetAt(place);
    if (target.kind === 'cell') this.#ports.opencell(target.option.id, target.criterion.id);
    else if (target.kind === 'option') this.#ports.openoption(target.option.id);
    else if (target.kind === 'criterion') this.#ports.opencriterion(target.criterion.id);
    else if (target.kind !== 'corner') this.edit(place);
  }

  /** Edits a place with the text it has. */
  edit(place: Place): void {
    this.#begin(place, 'inPlace', this.model.textAt(place));
  }

  /** The first character typed, or the first of a composition, is in the text field already. */
  typingBegan(): void {
    if (this.mode === 'idle') this.#begin(this.selection.active, 'typing', null);
  }

  #begin(place: Place, mode: Mode, text: string | null): void {
    const target = this.model.targetAt(place);
    if (this.#readonly || target.kind === 'corner') {
      this.#ports.editor().value = '';
      if (this.#readonly) this.say('This decision cannot be edited now.');
      return;
    }
    this.#target = target;
    this.#before = this.model.textAt(place);
    this.edited = place;
    this.mode = mode;
    this.#ports.reveal(place);
    if (text === null) return;
    const editor = this.#ports.editor();
    editor.value = text;
    editor.setSelectionRange(text.length, text.length);
  }

  #stopEditing(): void {
    this.mode = 'idle';
    this.#ports.editor().value = '';
    this.#target = { kind: 'corner' };
  }

  /** Takes what the editor holds. Safe to call with no edit under way. */
  commit(): void {
    if (this.mode === 'idle') return;
    const target = this.#target;
    const text = this.#ports.editor().value.replace(/\s*[\r\n]+\s*/g, ' ').trim();
    const refused = target.kind !== 'corner' && this.model.draft(target.key)?.state === 'refused';
    const changed = text !== this.#before || refused;
    this.#stopEditing();
    if (!changed) return;
    const batch = batchOf(target, text);
    if (batch) this.#post(batch);
    else if (target.kind === 'option' || target.kind === 'criterion') this.say('A name cannot be empty; the old one stays.', true);
    else if (refused && target.kind !== 'cell') this.#outbox.forget(target.key);
  }

  #commitThen(then: 'enter' | 'enterUp' | 'tab' | 'tabBack' | 'fillRange' | Motion): boolean {
    const { kind } = this.#target;
    if (then === 'fillRange') {
      this.#commitOverRange();
      return true;
    }
    const was = this.model.decision;
    this.commit();
    if (kind === 'addOption' || kind === 'addCriterion') return this.#afterAdding(kind, then, was);
    switch (then) {
      case 'enter':
      case 'enterUp':
        this.goTo(select.enter(this.selection, then === 'enterUp', this.#field()));
        return true;
      case 'tab':
      case 'tabBack':
        this.#tab(then === 'tabBack');
        return true;
      default:
        this.goTo(select.move(this.selection, then, this.#field()));
        return true;
    }
  }

  /**
   * Along the list the cursor stays where the next name is typed: Enter below the options, Tab after the criteria.
   * The other key goes into the new row or column once it is there, unless the cursor was moved meanwhile.
   */
  #afterAdding(kind: 'addOption' | 'addCriterion', then: string, was: Decision): true {
    const along = kind === 'addOption' ? 'enter' : 'tab';
    if (then === along) return true;
    if (then !== 'tab' && then !== 'enter') {
      this.goTo(select.move(this.selection, then === 'tabBack' ? 'left' : then === 'enterUp' ? 'up' : (then as Motion), this.#field()));
      return true;
    }
    void this.#outbox.postLater(() => {
      const { decision } = this.model;
      const grew = decision.options.length > was.options.length || decision.criteria.length > was.criteria.length;
      const stays = this.mode === 'idle' && this.model.targetAt(this.selection.active).kind === kind;
      if (grew && stays) this.goTo(select.at(kind === 'addOption' ? { row: decision.options.length - 1, column: 0 } : { row: 0, column: decision.criteria.length - 1 }));
      return null;
    });
    return true;
  }

  #commitOverRange(): void {
    const text = this.#ports.editor().value.trim();
    const batch = select.isSingle(this.range) ? null : batches.fillWith(this.model.decision, this.range, text);
    if (!batch || this.#target.kind !== 'cell') return this.commit();
    this.#stopEditing();
    this.#post(batch);
  }

  #post(batch: Batch): void {
    void this.#outbox.post(batch).then((saved) => {
      if (saved) this.say(`${batch.label}: saved`);
    });
  }

  #textAt = (row: number, column: number): string => this.model.textAt({ row, column });

  #change(batch: Batch | null, otherwise: string): void {
    if (this.#readonly) this.say('This decision cannot be edited now.');
    else if (batch) this.#post(batch);
    else this.say(otherwise);
  }

  clear(verb = 'Clear'): void {
    this.#change(batches.clear(this.model.decision, this.range, this.#textAt, verb), 'Nothing to clear here.');
  }

  fill(to: 'down' | 'right'): void {
    this.#change(batches.fill(this.model.decision, this.range, to, this.#textAt), 'Nothing to fill here.');
  }

  fillTo(target: Range): void {
    const source = this.range;
    this.#change(batches.fillFrom(this.model.decision, source, target, this.#textAt), 'Nothing to fill here.');
    const far = { row: target.bottom, column: target.right };
    this.model.selection = { ...select.at({ row: target.top, column: target.left }), head: far };
  }

  remove(): void {
    this.#change(batches.remove(this.model.decision, this.range), 'To remove an option or a criterion, go to its name first.');
  }

  carry(to: 'up' | 'down' | 'left' | 'right'): void {
    if (this.#readonly) return this.say('This decision cannot be edited now.');
    const { top, bottom, left, right } = this.range;
    const { decision } = this.model;
    const options = decision.options.slice(Math.max(0, top), bottom + 1).map(({ id }) => id);
    const criteria = decision.criteria.slice(Math.max(0, left), right + 1).map(({ id }) => id);
    const made = this.#outbox.postLater(() => {
      const now = this.model.decision;
      const rows = options.map((id) => this.model.rowOf(id));
      const columns = criteria.map((id) => this.model.columnOf(id));
      const range = { top: Math.min(...rows), bottom: Math.max(...rows), left: Math.min(...columns), right: Math.max(...columns) };
      if (to === 'up' || to === 'down') return options.length > 0 ? batches.carryOptions(now, range, to) : null;
      return criteria.length > 0 ? batches.carryCriteria(now, range, to) : null;
    });
    void made.then(() => this.#ports.reveal(this.selection.active));
  }

  /** What the selection puts on the clipboard. */
  copy(): Copy {
    const { top, bottom, left, right } = this.range;
    const rows: string[][] = [];
    for (let row = top; row <= bottom; row += 1) {
      rows.push(Array.from({ length: right - left + 1 }, (_, index) => this.model.textAt({ row, column: left + index })));
    }
    this.say(`Copied ${rows.length} × ${right - left + 1}`);
    return this.#clipboard.write(rows);
  }

  cut(): Copy {
    const copied = this.copy();
    this.clear('Cut');
    return copied;
  }

  paste(text: string): void {
    if (this.#readonly) return this.say('This decision cannot be edited now.');
    const { top, bottom, left, right } = this.range;
    const rows = tile(this.#clipboard.read(text), bottom - top + 1, right - left + 1);
    const start = this.#pasteStart({ row: top, column: left });
    const batch = batches.paste(this.model.decision, start, rows);
    if (!batch) return;
    this.#post(batch);
    const last = { row: start.row + rows.length - 1, column: start.column + (rows[0]?.length ?? 1) - 1 };
    this.goToQuietly(select.extendTo(select.at(start), last, this.#field()));
  }

  /** In the line that adds options a table begins with names, wherever the cursor stands in it. */
  #pasteStart(place: Place): Place {
    return this.model.targetAt(place).kind === 'addOption' ? { row: place.row, column: -1 } : place;
  }
}

function batchOf(target: Target, text: string): Batch | null {
  switch (target.kind) {
    case 'cell':
      return batches.typeOne(target.option, target.criterion, text);
    case 'option':
      return text === '' ? null : { edits: [{ edit: 'update_option', id: target.option.id, name: text }], label: `Rename ${target.option.name}` };
    case 'criterion':
      return text === '' ? null : { edits: [{ edit: 'update_criterion', id: target.criterion.id, name: text }], label: `Rename ${target.criterion.name}` };
    case 'addOption':
      return text === '' ? null : batches.addOption(text);
    case 'addCriterion':
      return text === '' ? null : batches.addCriterion(text);
    case 'corner':
      return null;
  }
}
