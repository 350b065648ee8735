// Runs of the in-memory backend: cells that are judged one after another in simulated time, kept run by run. A test takes the
// clock away with `manual` and lets cells finish with `finish`.
import type {
  AppError,
  AskReason,
  BackendInfo,
  CellJudgement,
  Decision,
  JudgedSample,
  Judging,
  LiveRun,
  RankedShort,
  RunChoice,
  RunComparison,
  RunEvent,
  RunInfo,
  RunOutcome,
  RunPlan,
} from '../types.ts';
import { FakeBackends, type Reach } from './backends.ts';
import { chance, judge, promptOf } from './prompts.ts';
import { rank } from './ranking.ts';

const MEDIAN_MS = 600;

interface Row {
  judgement: CellJudgement;
  samples: JudgedSample[];
  fingerprint: string;
}

interface Run {
  info: RunInfo;
  rows: Map<string, Row>;
}

interface Place {
  row: number;
  column: number;
  key: string;
  reason: AskReason;
}

interface Going {
  session: string;
  run: Run;
  waiting: Place[];
  flying: Place[];
  live: LiveRun;
  backend: BackendInfo;
  model: string;
  samples: number;
  limit: number;
}

export interface JudgingScenario {
  reach: Reach;
  /** Time stands still: cells finish when a test says so. */
  manual: boolean;
  faulty: boolean;
}

interface Host {
  decisionOf: (session: string) => Decision;
  revisionOf: (session: string) => number;
  tell: (events: RunEvent[]) => void;
}

const keyOf = (option: string, criterion: string) => `${option} ${criterion}`;

export class FakeJudging {
  readonly backends: FakeBackends;
  readonly #scenario: JudgingScenario;
  readonly #host: Host;
  readonly #runs = new Map<string, Run[]>();
  readonly #going = new Map<string, Going>();
  readonly #confirmed = new Set<string>();
  #counter = 0;

  constructor(scenario: JudgingScenario, host: Host) {
    this.#scenario = scenario;
    this.#host = host;
    this.backends = new FakeBackends(scenario.reach);
  }

  of(session: string): Judging {
    const decision = this.#host.decisionOf(session);
    const judgements = this.#present(session);
    const backend = this.#backend(decision, null);
    return {
      run: this.#newest(session)?.info ?? null,
      judgements,
      to_ask: this.#missing(session, 'missing').length,
      live: this.#going.has(session) ? { ...this.#going.get(session)!.live } : null,
      judge: backend ? { backend: backend.name, model: decision.judge?.model ?? backend.model, this_machine: backend.this_machine } : null,
    };
  }

  /** The judgement that counts, for the ranking: null where there is none or it is stale. */
  valid(session: string): (option: string, criterion: string) => CellJudgement | null {
    const present = new Map(this.#present(session).map((entry) => [keyOf(entry.option_id, entry.criterion_id), entry]));
    return (option, criterion) => present.get(keyOf(option, criterion)) ?? null;
  }

  rowOf(session: string, option: string, criterion: string): { judgement: CellJudgement; samples: JudgedSample[] } | null {
    const row = this.#newest(session)?.rows.get(keyOf(option, criterion));
    const judgement = this.valid(session)(option, criterion);
    return row && judgement ? { judgement, samples: row.samples } : null;
  }

  plan(session: string, choice: RunChoice): RunPlan {
    const decision = this.#host.decisionOf(session);
    const backend = this.#backend(decision, choice);
    const model = choice.model ?? decision.judge?.model ?? backend?.model ?? null;
    const cells = this.#missing(session, choice.scope);
    const prompts = cells.map(({ row, column }) => promptOf(decision, row, column));
    const bytes = prompts.reduce((sum, prompt) => sum + prompt.stable.length + prompt.cell.length, 0);
    const samples = choice.samples ?? decision.judge?.samples ?? 1;
    const cloud = this.#cloud(backend, model);
    const here = (backend?.this_machine ?? true) && !cloud;
    return {
      cells: cells.map(({ row, column, reason }) => ({ option_id: decision.options[row]!.id, criterion_id: decision.criteria[column]!.id, reason })),
      calls: cells.length * samples,
      backend: backend?.name ?? null,
      model,
      destination: { address: backend?.address ?? '', this_machine: here },
      destinations: backend ? [{ backend: backend.name, address: backend.address ?? '', this_machine: here, calls: cells.length * samples, bytes: bytes * samples }] : [],
      bytes,
      tokens_about: Math.round((bytes * samples) / 4),
      prompts: cells.slice(0, 3).map(({ row, column }, index) => ({ option: decision.options[row]!.name, criterion: decision.criteria[column]!.name, ...prompts[index]! })),
      must_confirm: backend !== null && !here && !this.#confirmed.has(session),
      problem: problemOf(backend, model),
    };
  }

  start(session: string, choice: RunChoice, confirmed: boolean): LiveRun | AppError {
    const plan = this.plan(session, choice);
    if (plan.problem) return plan.problem;
    if (this.#going.has(session)) return { code: 'run_in_use', message: 'This decision is being judged already.' };
    if (plan.must_confirm && !confirmed) return { code: 'refused_offline', message: `${plan.destination.address} is not this machine.` };
    if (!plan.destination.this_machine) this.#confirmed.add(session);
    const decision = this.#host.decisionOf(session);
    const waiting = this.#missing(session, choice.scope);
    const backend = this.#backend(decision, choice)!;
    // Every row is carried, those that are asked again too: a run that is stopped then loses nothing.
    const carried = new Map(this.#newest(session)?.rows);
    const run = this.#newRun(session, { backend: backend.name, model: plan.model, samples: choice.samples ?? decision.judge?.samples ?? 1, asked: waiting.length }, carried);
    const live: LiveRun = { run: run.info.id, session, total: waiting.length, done: 0, failed: 0, in_flight: 0, started_at: Date.now(), eta_ms: null, tokens_out: 0 };
    const going: Going = { session, run, waiting: [...waiting], flying: [], live, backend, model: plan.model!, samples: run.info.samples, limit: choice.concurrency ?? backend.concurrency };
    this.#going.set(session, going);
    this.#host.tell([{ event: 'started', session, run: run.info.id, cells: this.#judged(decision).length, scored: this.#judged(decision).length - waiting.length, asked: waiting.length }]);
    this.#fill(going);
    return { ...live };
  }

  cancel(session: string): boolean {
    const going = this.#going.get(session);
    if (!going) return false;
    for (const place of [...going.flying, ...going.waiting]) {
      if (going.run.rows.has(place.key)) continue;
      const { judgement } = judge({ ...this.#asked(going, place, this.#host.decisionOf(session)), broken: 'cancelled' });
      going.run.rows.set(place.key, { judgement: { ...judgement, state: 'cancelled', error: null, latency_ms: null }, samples: [], fingerprint: '' });
    }
    this.#end(going, 'cancelled');
    return true;
  }

  runs(session: string): RunInfo[] {
    const runs = this.#runs.get(session) ?? [];
    return runs.map((run) => ({ ...run.info, current: run === runs.at(-1) })).reverse();
  }

  compare(session: string, a: string, b: string): RunComparison | null {
    const runs = this.#runs.get(session) ?? [];
    const [left, right] = [a, b].map((id) => runs.find((run) => run.info.id === id));
    if (!left || !right) return null;
    const decision = this.#host.decisionOf(session);
    const cells = this.#judged(decision).map(({ row, column, key }) => {
      const [one, two] = [left.rows.get(key), right.rows.get(key)];
      const [from, to] = [one?.judgement.score ?? null, two?.judgement.score ?? null];
      return {
        option_id: decision.options[row]!.id,
        option: decision.options[row]!.name,
        criterion_id: decision.criteria[column]!.id,
        criterion: decision.criteria[column]!.name,
        a: one?.judgement ?? null,
        b: two?.judgement ?? null,
        difference: from === null || to === null ? null : to - from,
        prompt_changed: one !== undefined && two !== undefined && one.fingerprint !== two.fingerprint,
      };
    });
    const both = cells.filter((cell) => cell.difference !== null);
    const ranking = (run: Run): RankedShort[] =>
      (rank(decision, (option, criterion) => run.rows.get(keyOf(option, criterion))?.judgement ?? null)?.ranking ?? []).map(({ option, score, rank }) => ({ option, score, rank }));
    return {
      a: { ...left.info, current: left === runs.at(-1) },
      b: { ...right.info, current: right === runs.at(-1) },
      cells,
      agreement: {
        same: both.filter((cell) => cell.difference === 0).length,
        within_one: both.filter((cell) => Math.abs(cell.difference!) <= 1).length,
        compared: both.length,
      },
      ranking_a: ranking(left),
      ranking_b: ranking(right),
    };
  }

  adopt(session: string, id: string): boolean {
    const run = this.#runs.get(session)?.find((entry) => entry.info.id === id);
    if (!run) return false;
    const next = this.#newRun(session, { ...run.info, asked: 0 }, new Map(run.rows));
    this.#count(next, 'complete');
    return true;
  }

  /** For tests: the next `cells` in flight are answered now, in one batch of events. */
  finish(session: string, cells = Infinity): void {
    const events: RunEvent[] = [];
    for (let done = 0; done < cells; done += 1) {
      const going = this.#going.get(session);
      const place = going?.flying[0];
      if (!going || !place) break;
      events.push(...this.#answer(going, place));
    }
    this.#host.tell(events);
  }

  /** For tests and pictures: a run that is over before anybody looks, `at` the given time. */
  past(session: string, model: string, at: number, samples = 1): void {
    const decision = this.#host.decisionOf(session);
    const places = this.#judged(decision);
    const run = this.#newRun(session, { backend: 'ollama', model, samples, asked: places.length }, new Map());
    run.info.started_at = at;
    for (const place of places) {
      const { judgement, samples: taken } = judge({ decision, row: place.row, column: place.column, samples, backend: 'ollama', address: 'http://127.0.0.1:11434', model, at, broken: null, faulty: this.#scenario.faulty });
      run.rows.set(place.key, { judgement, samples: taken, fingerprint: fingerprint(decision, place.row, place.column) });
    }
    this.#count(run, 'complete');
    run.info.finished_at = at + 41_000;
  }

  #newRun(session: string, from: Pick<RunInfo, 'backend' | 'model' | 'samples' | 'asked'>, carried: Map<string, Row>): Run {
    const runs = this.#runs.get(session) ?? [];
    const before = runs.at(-1)?.info.id ?? null;
    const rows = new Map([...carried].map(([key, row]) => [key, { ...row, judgement: { ...row.judgement, carried_from: row.judgement.carried_from ?? before } }]));
    const info: RunInfo = {
      id: `r_${++this.#counter}`,
      number: runs.length + 1,
      started_at: Date.now(),
      finished_at: null,
      outcome: null,
      backend: from.backend,
      model: from.model,
      samples: from.samples,
      asked: from.asked,
      carried: carried.size,
      scored: 0,
      abstained: 0,
      failed: 0,
      unparsed: 0,
      calls: 0,
      input_tokens: 0,
      output_tokens: 0,
      document_revision: this.#host.revisionOf(session),
      kind: 'judged',
      current: true,
    };
    const run = { info, rows };
    this.#runs.set(session, [...runs, run]);
    return run;
  }

  #fill(going: Going): void {
    const events: RunEvent[] = [];
    const decision = this.#host.decisionOf(going.session);
    while (going.flying.length < going.limit && going.waiting.length > 0) {
      const place = going.waiting.shift()!;
      going.flying.push(place);
      events.push({ event: 'asking', session: going.session, run: going.run.info.id, option_id: place.key.split(' ')[0]!, criterion_id: place.key.split(' ')[1]! });
      if (!this.#scenario.manual) {
        // Log-normal around the median, as a real server's times are, and tied to the cell.
        const [u, v] = [chance(`u ${place.key}`), chance(`v ${place.key}`)];
        const normal = Math.sqrt(-2 * Math.log(u + 1e-9)) * Math.cos(2 * Math.PI * v);
        setTimeout(() => {
          if (this.#going.get(going.session) === going) this.#host.tell(this.#answer(going, place));
        }, MEDIAN_MS * Math.exp(0.8 * normal));
      }
    }
    going.live.in_flight = going.flying.length;
    if (decision) this.#host.tell(events);
  }

  #asked(going: Going, place: Place, decision: Decision) {
    const { backend, model, samples } = going;
    const broken = this.#scenario.reach === 'down' ? 'Nothing listens on 127.0.0.1:11434.' : null;
    // What failed once is answered the second time.
    const faulty = this.#scenario.faulty && place.reason !== 'failed' && place.reason !== 'unparsed';
    return { decision, row: place.row, column: place.column, samples, backend: backend.name, address: backend.address ?? '', model, at: Date.now(), broken, faulty };
  }

  #answer(going: Going, place: Place): RunEvent[] {
    const { session, run, live } = going;
    const decision = this.#host.decisionOf(session);
    const { judgement, samples } = judge(this.#asked(going, place, decision));
    run.rows.set(place.key, { judgement, samples, fingerprint: fingerprint(decision, place.row, place.column) });
    going.flying = going.flying.filter((other) => other !== place);
    live.done += 1;
    if (judgement.state === 'failed' || judgement.state === 'unparsed') live.failed += 1;
    live.in_flight = going.flying.length;
    const elapsed = Date.now() - live.started_at;
    live.eta_ms = live.done < 3 ? null : Math.round((elapsed / live.done) * (live.total - live.done));
    const event: RunEvent = { event: 'cell', session, run: run.info.id, cell: judgement, done: live.done, total: live.total, eta_ms: live.eta_ms, in_flight: live.in_flight, elapsed_ms: elapsed };
    if (live.done < live.total) {
      this.#host.tell([event]);
      this.#fill(going);
      return [];
    }
    this.#host.tell([event]);
    this.#end(going, live.failed > 0 ? 'incomplete' : 'complete');
    return [];
  }

  #end(going: Going, outcome: RunOutcome): void {
    this.#going.delete(going.session);
    this.#count(going.run, outcome);
    const { info } = going.run;
    const missing = [...going.run.rows.values()].filter((row) => row.judgement.state !== 'scored' && row.judgement.state !== 'abstained').length;
    this.#host.tell([
      {
        event: 'finished',
        session: going.session,
        run: info.id,
        outcome,
        scored: info.scored,
        missing,
        failed: info.failed + info.unparsed,
        elapsed_ms: Date.now() - going.live.started_at,
        error: null,
      },
    ]);
  }

  #count(run: Run, outcome: RunOutcome): void {
    const rows = [...run.rows.values()];
    const inState = (state: string) => rows.filter((row) => row.judgement.state === state).length;
    const calls = rows.filter((row) => row.judgement.carried_from === null).flatMap((row) => row.samples.flatMap((sample) => sample.calls));
    Object.assign(run.info, {
      outcome,
      finished_at: Date.now(),
      scored: inState('scored'),
      abstained: inState('abstained'),
      failed: inState('failed'),
      unparsed: inState('unparsed'),
      calls: calls.length,
      input_tokens: calls.reduce((sum, call) => sum + (call.input_tokens ?? 0), 0),
      output_tokens: calls.reduce((sum, call) => sum + (call.output_tokens ?? 0), 0),
    });
  }

  #newest(session: string): Run | null {
    return this.#runs.get(session)?.at(-1) ?? null;
  }

  #present(session: string): CellJudgement[] {
    const decision = this.#host.decisionOf(session);
    const rows = this.#newest(session)?.rows;
    if (!rows) return [];
    return this.#judged(decision).flatMap(({ row, column, key }) => {
      const held = rows.get(key);
      if (!held) return [];
      const settled = held.judgement.state === 'scored' || held.judgement.state === 'abstained';
      const stale = settled && held.fingerprint !== fingerprint(decision, row, column);
      return [stale ? { ...held.judgement, state: 'stale' as const } : held.judgement];
    });
  }

  #judged(decision: Decision): Place[] {
    return decision.criteria.flatMap((criterion, column) =>
      criterion.kind === 'judged' ? decision.options.map((option, row) => ({ row, column, key: keyOf(option.id, criterion.id), reason: 'pending' as const })) : [],
    );
  }

  #missing(session: string, scope: RunChoice['scope']): Place[] {
    const decision = this.#host.decisionOf(session);
    const present = this.valid(session);
    return this.#judged(decision).flatMap((place) => {
      const [option, criterion] = [decision.options[place.row]!.id, decision.criteria[place.column]!.id];
      const state = present(option, criterion)?.state ?? 'pending';
      const settled = state === 'scored' || state === 'abstained';
      const again: Place = { ...place, reason: settled ? 'asked_again' : state };
      if (typeof scope === 'object') return scope.cells.some((cell) => cell.option_id === option && cell.criterion_id === criterion) ? [again] : [];
      const byHand = decision.cells[place.row]![place.column]!.score !== null;
      if (scope === 'all') return byHand ? [] : [again];
      if (settled || byHand) return [];
      if (scope === 'failed') return state === 'failed' || state === 'unparsed' ? [again] : [];
      return [again];
    });
  }

  #backend(decision: Decision, choice: RunChoice | null): BackendInfo | null {
    return this.backends.find(choice?.backend ?? decision.judge?.backend ?? null);
  }

  #cloud(backend: BackendInfo | null, model: string | null): boolean {
    return backend !== null && this.backends.models(backend.name).some((offer) => offer.cloud && offer.name === model);
  }
}

function problemOf(backend: BackendInfo | null, model: string | null): AppError | null {
  if (!backend || backend.kind === 'builtin') return { code: 'no_model', message: 'No model is chosen for this decision.', hint: 'Choose who judges.' };
  if (model === null) return { code: 'no_model', message: `“${backend.name}” has no model yet.`, hint: 'Choose one of those it offers.' };
  return backend.key === 'missing' ? { code: 'backend_unauthorised', message: `There is no key for “${backend.name}”.` } : null;
}

const fingerprint = (decision: Decision, row: number, column: number): string => JSON.stringify(promptOf(decision, row, column));
