// The decision that is open: its last saved view, the weights under the hand, and every way to change it.
// A total shown anywhere comes from `view.answer` or `preview`, both of which the backend computed.
import type { Backend } from '../backend/api.ts';
import { asAppError } from '../backend/errors.ts';
import type { Answer, Edit, Judging, Problem, SessionSummary, SessionView } from '../backend/types.ts';
import type { Announcer } from './announcer.svelte.ts';
import type { Faults } from './faults.svelte.ts';
import { Latest } from './latest.ts';
import type { Progress } from './progress.svelte.ts';
import type { Toasts } from './toasts.svelte.ts';

export type Inspected =
  | { kind: 'cell'; option: string; criterion: string }
  | { kind: 'criterion'; id: string }
  | { kind: 'option'; id: string };

interface Around {
  backend: Backend;
  faults: Faults;
  toasts: Toasts;
  progress: Progress;
  announcer: Announcer;
  onsaved: (summary: SessionSummary) => void;
}

export class OpenDecision {
  view = $state.raw<SessionView | null>(null);
  /** The answer for the weights under the hand; null while nothing is being dragged. */
  preview = $state.raw<Answer | null>(null);
  /** Weights as dragged, by criterion id. Empty while nothing is being dragged. */
  dragged = $state.raw<Record<string, number>>({});
  inspected = $state.raw<Inspected | null>(null);
  readonly #around: Around;
  readonly #previews: Latest<{ id: string; weights: Record<string, number> }, Answer>;
  #queue: Promise<unknown> = Promise.resolve();
  #undoToast: number | null = null;

  constructor(around: Around) {
    this.#around = around;
    this.#previews = new Latest(
      ({ id, weights }) => around.backend.preview_weights(id, weights),
      (answer, { id }) => {
        if (this.view?.session.id === id) this.preview = answer;
      },
      (cause) => {
        // Weights that cannot be ranked (all zero) keep the last ranking on screen; releasing them says why.
        if (!asAppError(cause).problems?.length) around.faults.show(cause);
      },
    );
  }

  get id(): string | null {
    return this.view?.session.id ?? null;
  }

  get answer(): Answer | null {
    return this.preview ?? this.view?.answer ?? null;
  }

  show(view: SessionView | null): void {
    if (view?.session.id !== this.id) {
      this.inspected = null;
      this.#letGo();
    }
    this.view = view;
  }

  /** Saves one action of the user as one undo step. Resolves to what was refused; empty when all is saved. */
  edit(edits: Edit[], label: string | null = null): Promise<Problem[]> {
    const id = this.id;
    if (!id || edits.length === 0) return Promise.resolve([]);
    return this.#inTurn(async () => {
      try {
        const work = this.#around.backend.edit_session(id, edits, label);
        this.#accept(await this.#around.progress.during('Saving…', work), edits);
        return [];
      } catch (cause) {
        const error = asAppError(cause);
        if (error.problems?.length) return error.problems;
        this.#around.faults.show(error, () => this.edit(edits, label));
        return [{ code: error.code, field: '', line: null, found: null, allowed: null, message: error.message }];
      }
    });
  }

  undo(): Promise<void> {
    return this.#step('undo');
  }

  redo(): Promise<void> {
    return this.#step('redo');
  }

  /** The hand is on a slider: rank with these weights and save nothing. */
  drag(weights: Record<string, number>): void {
    const { view } = this;
    if (!view) return;
    this.dragged = { ...this.dragged, ...weights };
    const all = Object.fromEntries(view.decision.criteria.map((criterion) => [criterion.id, criterion.weight]));
    this.#previews.push({ id: view.session.id, weights: { ...all, ...this.dragged } });
  }

  /** The hand left the slider: one undo step. The dragged ranking stays until the saved one is here. */
  async release(weights: Record<string, number>): Promise<Problem[]> {
    this.#previews.cancel();
    const before = this.view?.decision.criteria ?? [];
    const changed = before.some((criterion) => (weights[criterion.id] ?? criterion.weight) !== criterion.weight);
    const problems = changed ? await this.edit([{ edit: 'set_weights', weights }]) : [];
    this.#letGo();
    return problems;
  }

  /** Another process wrote: read again, and say so only if something is different. */
  reload(): Promise<void> {
    const id = this.id;
    if (!id) return Promise.resolve();
    return this.#inTurn(async () => {
      try {
        const view = await this.#around.backend.open_session(id);
        if (this.id !== id) return;
        const edited = view.revision !== this.view?.revision;
        // A model's judgements change without an edit, and are told where the run is.
        if (!edited && (!this.view || sameJudging(this.view.judging, view.judging))) return;
        this.show(view);
        if (!edited) return;
        this.#around.toasts.show('Another program changed this decision. You see the new state.');
        this.#around.announcer.say('Another program changed this decision. You see the new state.');
      } catch (cause) {
        if (this.id === id) this.#around.faults.show(cause, () => this.reload());
      }
    });
  }

  /** A run of models wrote: read again, without a word. */
  refresh(): Promise<void> {
    const id = this.id;
    if (!id) return Promise.resolve();
    return this.#inTurn(async () => {
      try {
        const view = await this.#around.backend.open_session(id);
        if (this.id !== id) return;
        this.show(view);
        this.#around.onsaved(view.session);
      } catch (cause) {
        if (this.id === id) this.#around.faults.show(cause, () => this.refresh());
      }
    });
  }

  /** Resolves when every edit made so far has reached the backend. */
  async settled(): Promise<void> {
    await this.#queue;
  }

  #step(direction: 'undo' | 'redo'): Promise<void> {
    const id = this.id;
    const label = this.view?.[direction];
    if (!id || !label) return Promise.resolve();
    return this.#inTurn(async () => {
      try {
        this.#accept(await this.#around.progress.during('Saving…', this.#around.backend[direction](id)), []);
        this.#around.announcer.say(`${direction === 'undo' ? 'Undone' : 'Done again'}: ${label}`);
      } catch (cause) {
        this.#around.faults.show(cause, () => this.#step(direction));
      }
    });
  }

  #accept(view: SessionView, edits: Edit[]): void {
    this.#around.onsaved(view.session);
    if (this.id !== view.session.id) return;
    const leader = this.view?.answer?.winner;
    this.view = view;
    if (this.#undoToast !== null) this.#around.toasts.dismiss(this.#undoToast);
    this.#undoToast = null;
    if (edits.some((edit) => edit.edit === 'remove_option' || edit.edit === 'remove_criterion')) {
      const words = `${view.undo ?? 'Removed'}.`;
      this.#undoToast = this.#around.toasts.show(words, { label: 'Undo', run: () => void this.undo() });
      this.#around.announcer.say(words);
    }
    const winner = view.answer?.winner;
    if (winner !== leader) this.#around.announcer.say(winner ? `${winner} leads now.` : 'No option leads now.');
  }

  #letGo(): void {
    this.#previews.cancel();
    this.dragged = {};
    this.preview = null;
  }

  /** Edits of one decision reach the backend in the order they were made. */
  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(act);
    this.#queue = result.catch(() => {});
    return result;
  }
}

function sameJudging(a: Judging, b: Judging): boolean {
  const [one, two] = [a.run, b.run];
  const sameRun = one?.id === two?.id && one?.finished_at === two?.finished_at && one?.scored === two?.scored && one?.abstained === two?.abstained;
  return sameRun && a.to_ask === b.to_ask && a.live?.run === b.live?.run && a.judge?.backend === b.judge?.backend && a.judge?.model === b.judge?.model;
}
