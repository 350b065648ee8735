// Judging of the open decision: the plan, the run under way and how the last one ended; of other decisions only how far they
// are. Every event of a run passes through here once.
import { untrack } from 'svelte';
import type { Backend } from '../backend/api.ts';
import { asAppError } from '../backend/errors.ts';
import type { AppError, LiveRun, RunChoice, RunEvent, RunPlan, Scope, SessionView } from '../backend/types.ts';
import type { Announcer } from '../state/announcer.svelte.ts';
import type { Faults } from '../state/faults.svelte.ts';
import type { OpenDecision } from '../state/open_decision.svelte.ts';
import type { Progress } from '../state/progress.svelte.ts';
import type { Toasts } from '../state/toasts.svelte.ts';
import { Latest } from '../state/latest.ts';
import { Backends } from './backends.svelte.ts';
import { EventBatch } from './event_batch.ts';
import { JudgedCells } from './judged_cells.ts';
import { Paced } from './paced.ts';
import { endedWords, reasonsOf, tenth, type Ended, type ReasonCounts } from './run_words.ts';

/** A run that the window watches. Times that count down are on the page's own clock. */
export interface Watched extends LiveRun {
  /** When a cell was last answered, or the run began. */
  heard_at: number;
  cancelling: boolean;
}

export interface Asking {
  plan: RunPlan;
  choice: RunChoice;
}

interface Around {
  backend: Backend;
  toasts: Toasts;
  faults: Faults;
  progress: Progress;
  announcer: Announcer;
  open: OpenDecision;
  /** Opens the chooser, with why there is no way on without it. */
  choose: (why: AppError | null) => void;
  /** Shows what would leave the machine. */
  disclose: (asking: Asking) => void;
  topicOf: (session: string) => string | null;
  openSession: (session: string) => void;
}

const REFRESH_MS = 500;
const LONG_MS = 20_000;

export const AS_SET: RunChoice = {
  backend: null,
  model: null,
  base_url: null,
  samples: null,
  concurrency: null,
  temperature: null,
  offline: false,
  scope: 'missing',
};

export class Judging {
  readonly backends: Backends;
  readonly cells = new JudgedCells();
  live = $state.raw<Watched | null>(null);
  /** How the last run of this decision ended in this window. */
  ended = $state.raw<(Ended & { run: string }) | null>(null);
  plan = $state.raw<RunPlan | null>(null);
  planFailed = $state.raw<AppError | null>(null);
  /** Every session under way, by id: the share that is done, 0 to 1. */
  running = $state.raw<ReadonlyMap<string, number>>(new Map());
  readonly #around: Around;
  readonly #events: EventBatch<RunEvent>;
  readonly #refresh: Paced;
  readonly #plans: Latest<string, RunPlan>;
  #session: string | null = null;
  #over = new Set<string>();
  #announced = 0;
  #notices = new Set<string>();
  /** The toast that tells how the last run ended, until the next one begins. */
  #told: number | null = null;
  #progress = new Map<string, { done: number; asked: number; failed: number }>();

  constructor(around: Around) {
    this.#around = around;
    const { backend, open } = around;
    this.backends = new Backends(backend);
    this.#events = new EventBatch((events) => this.#take(events));
    this.#refresh = new Paced(REFRESH_MS, () => open.refresh());
    this.#plans = new Latest(
      (id) => backend.plan_run(id, AS_SET),
      (plan, id) => {
        if (open.id !== id) return;
        this.plan = plan;
        this.planFailed = null;
      },
      (cause, id) => {
        if (open.id === id) this.planFailed = asAppError(cause);
      },
    );
  }

  listen(): () => void {
    return this.#around.backend.on_run_events((events) => this.#events.push(events));
  }

  get reasons(): ReasonCounts {
    return reasonsOf(this.plan?.cells ?? []);
  }

  /** The open decision's view is another one: by an edit, by a run, or because another decision was opened. */
  follow(view: SessionView): void {
    untrack(() => {
      const { judgements, live } = view.judging;
      if (view.session.id !== this.#session) {
        this.#session = view.session.id;
        this.#refresh.stop();
        this.cells.settle();
        this.live = null;
        this.ended = null;
        this.plan = null;
        this.planFailed = null;
      }
      this.cells.saved(judgements);
      if (live && this.live === null && !this.#over.has(live.run)) this.#watch(live);
    });
  }

  replan(): void {
    const { id } = this.#around.open;
    if (id !== null && this.live === null) this.#plans.push(id);
  }

  /** Starts a run, or opens what stands before it: the chooser where no model is set, what would leave the machine where it would. */
  async begin(scope: Scope = 'missing', choice: Partial<RunChoice> = {}): Promise<void> {
    const { backend, open, faults, progress, toasts, choose, disclose } = this.#around;
    const id = open.id;
    if (id === null || this.live !== null) return;
    const wanted: RunChoice = { ...AS_SET, ...choice, scope };
    try {
      await open.settled();
      const plan = await progress.during('Looking what is to be judged…', backend.plan_run(id, wanted));
      if (open.id !== id) return;
      if (plan.problem) return choose(plan.problem);
      if (plan.cells.length === 0) return void toasts.show('Nothing is left to judge.');
      if (plan.must_confirm) return disclose({ plan, choice: wanted });
      await this.start(wanted, false);
    } catch (cause) {
      faults.show(cause, () => this.begin(scope, choice));
    }
  }

  /** `confirmed`: the user has seen what leaves the machine. */
  async start(choice: RunChoice, confirmed: boolean): Promise<void> {
    const { backend, open, faults, progress } = this.#around;
    const id = open.id;
    if (id === null) return;
    try {
      const live = await progress.during('Starting…', backend.judge_session(id, choice, confirmed));
      if (open.id === id && this.live === null && !this.#over.has(live.run)) this.#watch(live);
    } catch (cause) {
      faults.show(cause, () => this.start(choice, confirmed));
    }
  }

  async cancel(): Promise<void> {
    const { backend, open, faults } = this.#around;
    const { live } = this;
    if (open.id === null || live === null || live.cancelling) return;
    this.live = { ...live, cancelling: true };
    try {
      if (!(await backend.cancel_run(open.id)) && this.live?.run === live.run) {
        this.live = null;
        this.#refresh.ask();
      }
    } catch (cause) {
      if (this.live?.run === live.run) this.live = { ...this.live, cancelling: false };
      faults.show(cause, () => this.cancel());
    }
  }

  /** Makes an older run's judgements the present ones. */
  async adopt(run: string, number: number): Promise<boolean> {
    const { backend, open, faults, progress, toasts, announcer } = this.#around;
    const before = open.view?.judging.run ?? null;
    const id = open.id;
    if (id === null) return false;
    try {
      const view = await progress.during('Going back…', backend.adopt_run(id, run));
      if (open.id === id) open.show(view);
      this.ended = null;
      const words = `The judgements of run ${number} count again.`;
      toasts.show(words, before ? { label: 'Undo', run: () => void this.adopt(before.id, before.number) } : null);
      announcer.say(words);
      return true;
    } catch (cause) {
      faults.show(cause, () => this.adopt(run, number));
      return false;
    }
  }

  #watch(live: LiveRun): void {
    this.#announced = tenth(live.done, live.total);
    this.#notices.clear();
    if (this.#told !== null) this.#around.toasts.dismiss(this.#told);
    this.#told = null;
    this.ended = null;
    this.live = { ...live, heard_at: Date.now(), cancelling: false };
  }

  #take(events: RunEvent[]): void {
    const running = new Map(this.running);
    const own = events.filter((event) => event.session === this.#session);
    this.cells.hear(own);
    for (const event of events) {
      const at = this.#progress.get(event.session);
      if (event.event === 'started') {
        this.#progress.set(event.session, { done: 0, asked: event.asked, failed: 0 });
        running.set(event.session, 0);
      } else if (event.event === 'cell') {
        const bad = event.cell.state === 'failed' || event.cell.state === 'unparsed' ? 1 : 0;
        this.#progress.set(event.session, { done: event.done, asked: event.total, failed: (at?.failed ?? 0) + bad });
        running.set(event.session, event.total === 0 ? 1 : event.done / event.total);
      } else if (event.event === 'finished') {
        running.delete(event.session);
      }
    }
    if (!sameShares(running, this.running)) this.running = running;
    this.#fold(own);
    for (const event of events) if (event.event === 'finished') this.#end(event);
    if (own.some((event) => event.event === 'cell') && this.live !== null) this.#refresh.ask();
  }

  /** One update of the signal for all that arrived in a frame. */
  #fold(events: RunEvent[]): void {
    let { live } = this;
    for (const event of events) {
      // A run that was broken off is gone on with under its own name.
      if (event.event === 'started') this.#over.delete(event.run);
      if (event.event === 'started' && live?.run !== event.run) {
        const { run, session, asked } = event;
        this.#watch({ run, session, total: asked, done: 0, failed: 0, in_flight: 0, started_at: Date.now(), eta_ms: null, tokens_out: 0 });
        live = this.live;
      } else if (event.event === 'cell') {
        const { session, run, done, total, eta_ms, in_flight, elapsed_ms, cell } = event;
        if (this.#over.has(run)) continue;
        const bad = cell.state === 'failed' || cell.state === 'unparsed' ? 1 : 0;
        const before = live?.run === run ? live : null;
        live = {
          run,
          session,
          total,
          done,
          failed: (before?.failed ?? 0) + bad,
          in_flight,
          started_at: before?.started_at ?? Date.now() - elapsed_ms,
          eta_ms,
          tokens_out: before?.tokens_out ?? 0,
          heard_at: Date.now(),
          cancelling: before?.cancelling ?? false,
        };
      } else if (event.event === 'notice' && !this.#notices.has(event.message)) {
        this.#notices.add(event.message);
        this.#around.toasts.show(event.message);
      }
    }
    // Counted from the cells themselves: the number in an event is older than the askings that follow it.
    if (live !== null && live.in_flight !== this.cells.asking && this.cells.asking > 0) live = { ...live, in_flight: this.cells.asking };
    if (live === this.live || live === null) return;
    this.live = live;
    const now = tenth(live.done, live.total);
    if (now > this.#announced && now < 10) this.#around.announcer.say(`${now * 10} % judged, ${live.done} of ${live.total}.`);
    this.#announced = Math.max(this.#announced, now);
  }

  #end(event: RunEvent & { event: 'finished' }): void {
    const { open, toasts, announcer, faults, backend, topicOf, openSession } = this.#around;
    const { session, run, outcome, elapsed_ms, error } = event;
    if (this.#over.has(run)) return;
    this.#over.add(run);
    const at = this.#progress.get(session) ?? { done: 0, asked: 0, failed: 0 };
    this.#progress.delete(session);
    // A window that was opened in the middle of a run has not heard its beginning.
    const failures = Math.max(at.failed, event.failed);
    const ended = { run, outcome, elapsed_ms, ...at, failed: failures };
    const words = endedWords(ended);
    if (session === this.#session) {
      this.live = null;
      this.ended = ended;
      this.#refresh.stop();
      void open.refresh().then(() => {
        if (this.#session === session && this.live === null) this.cells.settle();
      });
      announcer.say(words);
      if (error) faults.show(error, () => this.begin());
      const failed = failures > 0 && outcome !== 'failed';
      this.#told = toasts.show(words, failed ? { label: `Retry ${failures} failed`, run: () => void this.begin('failed') } : null);
    } else {
      toasts.show(`${topicOf(session) ?? 'Another decision'}: ${words}`, { label: 'Open', run: () => openSession(session) });
    }
    if (elapsed_ms >= LONG_MS && !document.hasFocus()) {
      const title = topicOf(session) ?? open.view?.session.topic ?? 'Ponder';
      // A desktop without notifications is no fault of the run: the toast says the same.
      void backend.notify(title, words).catch(() => {});
    }
  }
}

function sameShares(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): boolean {
  return a.size === b.size && [...a].every(([session, share]) => b.get(session) === share);
}
