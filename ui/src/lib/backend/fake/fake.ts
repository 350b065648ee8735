// An honest in-memory backend for a plain browser and for tests: it forgets everything on reload and says so.
// Faults are asked for in the address: `?fake=large`, `rescue`, `checking`, `failing`, `slow`, `none`, joined by commas; for
// judging `judged` or `tender` (what is open), `past` (with two runs), `manual`, `nomodel`, `remote`, `down`, `faulty`.
import type { Backend } from '../api.ts';
import type {
  AppError,
  Answer,
  BackendConfigView,
  BackendInfo,
  BackendTest,
  BackupInfo,
  CellTrace,
  Chart,
  ChartKind,
  CreateFrom,
  Decision,
  Edit,
  Erased,
  ExportFormat,
  Health,
  HistoryState,
  LiveRun,
  ModelInfo,
  RunChoice,
  RunComparison,
  RunEvent,
  RunInfo,
  RunPlan,
  SessionState,
  SessionSummary,
  SessionView,
  Startup,
  Template,
  UiSettings,
} from '../types.ts';
import { draw } from './drawing.ts';
import { apply, Refused } from './edits.ts';
import { FakeJudging, type JudgingScenario } from './judging.ts';
import { sensors, tender } from './judged_samples.ts';
import { problemsOf, rank } from './ranking.ts';
import { blank, crm, database, large, office, TEMPLATES } from './samples.ts';
import { trace, type Step } from './trace.ts';

const DAY = 86_400_000;

export interface Scenario {
  sessions: 'three' | 'none' | 'large' | 'judged' | 'tender';
  history: HistoryState;
  /** Every write is refused as if another program held the history. */
  failing: boolean;
  delay_ms: number;
  judging?: Partial<JudgingScenario>;
  /** Two runs are over when the page opens. */
  past?: boolean;
}

export function scenarioFrom(search: string): Scenario {
  const asked = new Set((new URLSearchParams(search).get('fake') ?? '').split(','));
  return {
    sessions: (['none', 'large', 'judged', 'tender'] as const).find((name) => asked.has(name)) ?? 'three',
    history: asked.has('rescue') ? 'rescue' : asked.has('checking') ? 'checking' : asked.has('read_only') ? 'read_only' : 'ok',
    failing: asked.has('failing'),
    delay_ms: asked.has('slow') ? 1500 : 0,
    past: asked.has('past'),
    judging: {
      reach: asked.has('nomodel') ? 'none' : asked.has('remote') ? 'remote' : asked.has('down') ? 'down' : 'fine',
      manual: asked.has('manual'),
      faulty: asked.has('faulty'),
    },
  };
}

interface Held {
  id: string;
  decision: Decision;
  done: Step[];
  undone: Step[];
  revision: number;
  state: SessionState;
  created_at: number;
  updated_at: number;
  trashed_at: number | null;
}

const fail = (code: string, message: string, more: Partial<AppError> = {}): never => {
  const error: AppError = { code, message, ...more };
  throw error;
};

export class FakeBackend implements Backend {
  readonly #held = new Map<string, Held>();
  readonly #historyListeners = new Set<(session: string | null) => void>();
  readonly #runListeners = new Set<(events: RunEvent[]) => void>();
  readonly #healthListeners = new Set<(health: Health) => void>();
  readonly scenario: Scenario;
  readonly calls: string[] = [];
  /** For tests: runs, and `finish` where time stands still. */
  readonly judging: FakeJudging;
  readonly notified: string[] = [];
  copied = '';
  #settings: UiSettings = { theme: 'system', last_session: null, sidebar_width: 248, density: 'comfortable' };
  #backups: BackupInfo[];
  #counter = 0;

  constructor(scenario: Scenario, now = Date.now()) {
    this.scenario = scenario;
    this.#backups = [
      { file: 'history-2026-11-20T0700.db', at: now - DAY, bytes: 184_320, reason: 'daily', sessions: 3 },
      { file: 'history-2026-11-13T0700.db', at: now - 8 * DAY, bytes: 151_552, reason: 'before migration 3', sessions: 2 },
    ];
    this.judging = new FakeJudging(
      { reach: 'fine', manual: false, faulty: false, ...scenario.judging },
      {
        decisionOf: (id) => this.#find(id).decision,
        revisionOf: (id) => this.#find(id).revision,
        tell: (events) => {
          if (events.length > 0) for (const listener of this.#runListeners) listener(events);
        },
      },
    );
    if (scenario.sessions === 'judged' || scenario.sessions === 'tender') {
      if (scenario.sessions === 'judged') this.#add(office(), now - 40 * DAY);
      const held = this.#add(scenario.sessions === 'judged' ? sensors() : tender(), now - 3_600_000);
      if (scenario.past) {
        this.judging.past(held.id, 'llama3.2:3b', now - 2 * DAY);
        this.judging.past(held.id, 'qwen3:8b', now - 3_600_000, 3);
      }
    }
    if (scenario.sessions === 'three') {
      this.#add(office(), now - 40 * DAY);
      this.#add(crm(), now - 2 * DAY);
      this.#add(database(), now - 3_600_000);
    }
    if (scenario.sessions === 'large') this.#add(large(), now - 3_600_000);
    this.#settings.last_session = [...this.#held.keys()].pop() ?? null;
    Object.assign(globalThis, { ponderFake: this });
  }

  async sessions(filter: { state: SessionState; search: string }): Promise<SessionSummary[]> {
    await this.#tick('sessions');
    const wanted = filter.search.trim().toLowerCase();
    return [...this.#held.values()]
      .filter((held) => held.state === filter.state)
      .filter((held) => JSON.stringify([held.decision.topic, held.decision.options.map((o) => o.name)]).toLowerCase().includes(wanted))
      .sort((a, b) => b.updated_at - a.updated_at)
      .map((held) => this.#summary(held));
  }

  async templates(): Promise<Template[]> {
    await this.#tick('templates');
    return TEMPLATES.map(({ decision: _, ...template }) => template);
  }

  async create_session(from: CreateFrom): Promise<SessionView> {
    await this.#write('create_session');
    if (from.kind === 'template') {
      const template = TEMPLATES.find((entry) => entry.id === from.id) ?? fail('not_found', 'No such template.');
      return this.#view(this.#add(template.decision()));
    }
    if (from.kind === 'file') return fail('cannot_read', 'A browser preview cannot open files.');
    const decision = blank();
    if (from.kind === 'blank') return this.#view(this.#add(decision));
    const rows = from.text.trim().split(/\r?\n/).map((line) => line.split(line.includes('\t') ? '\t' : /[;,]/));
    if (rows.length < 2 || rows[0]!.length < 2) {
      fail('invalid_input', 'This is not a table: it needs a header row and at least one row below it.', {
        problems: [
          { code: 'syntax', field: 'text', line: 1, found: rows[0]![0]!.slice(0, 60), allowed: 'columns split by tabs, ; or ,', message: 'Only one column was found.' },
        ],
      });
    }
    decision.topic = from.name?.trim() || 'Pasted table';
    return this.#view(this.#add(this.#guard(() => apply(decision, [{ edit: 'paste', option: -1, criterion: -1, rows }])).next));
  }

  async open_session(id: string): Promise<SessionView> {
    await this.#tick('open_session');
    return this.#view(this.#find(id));
  }

  async edit_session(id: string, edits: Edit[], label: string | null): Promise<SessionView> {
    await this.#write('edit_session');
    const held = this.#find(id);
    const { next, label: derived } = this.#guard(() => apply(held.decision, edits));
    held.done.push({ before: held.decision, after: next, label: label ?? derived, at: Date.now() });
    held.done.splice(0, held.done.length - 100);
    held.undone = [];
    return this.#move(held, next);
  }

  async undo(id: string): Promise<SessionView> {
    await this.#write('undo');
    const held = this.#find(id);
    const step = held.done.pop();
    if (!step) return this.#view(held);
    held.undone.push(step);
    return this.#move(held, step.before);
  }

  async redo(id: string): Promise<SessionView> {
    await this.#write('redo');
    const held = this.#find(id);
    const step = held.undone.pop();
    if (!step) return this.#view(held);
    held.done.push(step);
    return this.#move(held, step.after);
  }

  async preview_weights(id: string, weights: Record<string, number>): Promise<Answer> {
    await this.#tick('preview_weights');
    const { decision } = this.#find(id);
    const criteria = decision.criteria.map((criterion) => ({ ...criterion, weight: weights[criterion.id] ?? criterion.weight }));
    const tried = { ...decision, criteria };
    return rank(tried, this.judging.valid(id)) ?? fail('invalid_input', problemsOf(tried)[0]?.message ?? 'Cannot be ranked.', { problems: problemsOf(tried) });
  }

  async trace_cell(id: string, optionId: string, criterionId: string): Promise<CellTrace> {
    await this.#tick('trace_cell');
    const held = this.#find(id);
    return trace(held, optionId, criterionId, this.judging.rowOf(id, optionId, criterionId), this.judging.valid(id)) ?? fail('not_found', 'This cell is no longer there.');
  }

  async chart(id: string, kind: ChartKind, theme: 'light' | 'dark'): Promise<Chart> {
    await this.#tick('chart');
    const { decision } = this.#find(id);
    const answer = rank(decision, this.judging.valid(id)) ?? fail('invalid_input', problemsOf(decision)[0]!.message);
    return draw(decision, answer, kind, theme);
  }

  async set_session_state(id: string, state: SessionState): Promise<SessionSummary> {
    await this.#write('set_session_state');
    const held = this.#find(id);
    held.state = state;
    held.trashed_at = state === 'trashed' ? Date.now() : null;
    return this.#summary(held);
  }

  async erase_session(id: string): Promise<Erased> {
    await this.#write('erase_session');
    this.#held.delete(this.#find(id).id);
    return { erased: 1, backups_holding_it: this.#backups.map((backup) => backup.file) };
  }

  async empty_trash(): Promise<Erased> {
    await this.#write('empty_trash');
    const gone = [...this.#held.values()].filter((held) => held.state === 'trashed');
    for (const held of gone) this.#held.delete(held.id);
    return { erased: gone.length, backups_holding_it: this.#backups.map((backup) => backup.file) };
  }

  async duplicate_session(id: string): Promise<SessionView> {
    await this.#write('duplicate_session');
    const copy = structuredClone(this.#find(id).decision);
    return this.#view(this.#add({ ...copy, topic: `${copy.topic} (copy)` }));
  }

  async export_session(id: string, _format: ExportFormat, path: string): Promise<{ path: string; bytes: number }> {
    await this.#tick('export_session');
    if (this.scenario.failing) fail('cannot_write', `The folder of ${path} cannot be written.`);
    return { path, bytes: JSON.stringify(this.#find(id).decision).length };
  }

  async choose_export_path(id: string, format: ExportFormat): Promise<string | null> {
    await this.#tick('choose_export_path');
    const extension = { markdown: 'md', html: 'html', csv: 'csv', json: 'json', toml: 'toml' }[format];
    return `/home/ana/${this.#find(id).decision.topic.replace(/\W+/g, '-').toLowerCase()}.${extension}`;
  }

  async choose_import_file(): Promise<string | null> {
    await this.#tick('choose_import_file');
    return null;
  }

  async copy_to_clipboard(_id: string, what: ChartKind, as: 'table' | 'picture'): Promise<void> {
    await this.#tick('copy_to_clipboard');
    if (this.scenario.failing) fail('clipboard', 'No program holds the clipboard.');
    this.copied = `${what} as ${as}`;
  }

  async copy_text(text: string): Promise<void> {
    await this.#tick('copy_text');
    this.copied = text;
  }

  async paste_text(): Promise<string> {
    await this.#tick('paste_text');
    return this.copied;
  }

  async settings(): Promise<UiSettings> {
    await this.#tick('settings');
    return { ...this.#settings };
  }

  async save_settings(settings: UiSettings): Promise<UiSettings> {
    await this.#tick('save_settings');
    this.#settings = { ...settings };
    return settings;
  }

  async health(): Promise<Health> {
    await this.#tick('health');
    return this.#health();
  }

  async backup_now(): Promise<BackupInfo> {
    await this.#write('backup_now');
    const at = Date.now();
    const backup = { file: `history-${new Date(at).toISOString().slice(0, 16).replace(':', '')}.db`, at, bytes: 184_320, reason: 'by hand', sessions: this.#held.size };
    this.#backups = [backup, ...this.#backups];
    return backup;
  }

  async restore_backup(file: string): Promise<Health> {
    await this.#tick('restore_backup');
    if (!this.#backups.some((backup) => backup.file === file)) fail('not_found', 'This backup is no longer there.');
    this.setHistory('ok');
    if (this.#held.size === 0) this.#add(database(), Date.now() - DAY);
    return this.#health();
  }

  async show_in_folder(_path: string): Promise<void> {
    await this.#tick('show_in_folder');
  }

  async startup(): Promise<Startup> {
    await this.#tick('startup');
    return { session: this.#settings.last_session, problem: null };
  }

  async open_data_folder(): Promise<void> {
    await this.#tick('open_data_folder');
  }

  async first_paint(): Promise<void> {
    await this.#tick('first_paint');
  }

  on_history_changed(listener: (session: string | null) => void): () => void {
    this.#historyListeners.add(listener);
    return () => this.#historyListeners.delete(listener);
  }

  on_health_changed(listener: (health: Health) => void): () => void {
    this.#healthListeners.add(listener);
    return () => this.#healthListeners.delete(listener);
  }

  on_open_session(_listener: (session: string) => void): () => void {
    return () => {};
  }

  async plan_run(id: string, choice: RunChoice): Promise<RunPlan> {
    await this.#tick('plan_run');
    return this.judging.plan(id, choice);
  }

  async judge_session(id: string, choice: RunChoice, confirmed: boolean): Promise<LiveRun> {
    await this.#write('judge_session');
    const started = this.judging.start(id, choice, confirmed);
    return 'code' in started ? fail(started.code, started.message, started) : started;
  }

  async cancel_run(id: string): Promise<boolean> {
    await this.#tick('cancel_run');
    return this.judging.cancel(id);
  }

  async runs(id: string): Promise<RunInfo[]> {
    await this.#tick('runs');
    return this.judging.runs(id);
  }

  async compare_runs(id: string, a: string, b: string): Promise<RunComparison> {
    await this.#tick('compare_runs');
    return this.judging.compare(id, a, b) ?? fail('not_found', 'This run is no longer there.');
  }

  async adopt_run(id: string, run: string): Promise<SessionView> {
    await this.#write('adopt_run');
    if (!this.judging.adopt(id, run)) fail('not_found', 'This run is no longer there.');
    return this.#view(this.#find(id));
  }

  async backends(): Promise<BackendInfo[]> {
    await this.#tick('backends');
    return this.judging.backends.list;
  }

  async add_backend(config: BackendConfigView): Promise<BackendInfo[]> {
    await this.#tick('add_backend');
    const refused = this.judging.backends.add(config);
    return refused ? fail(refused.code, refused.message, refused) : this.judging.backends.list;
  }

  async remove_backend(name: string): Promise<BackendInfo[]> {
    await this.#tick('remove_backend');
    this.judging.backends.remove(name);
    return this.judging.backends.list;
  }

  async set_default_backend(name: string | null): Promise<BackendInfo[]> {
    await this.#tick('set_default_backend');
    this.judging.backends.setDefault(name);
    return this.judging.backends.list;
  }

  async set_backend_key(name: string, key: string): Promise<BackendInfo[]> {
    await this.#tick('set_backend_key');
    this.judging.backends.setKey(name, key);
    return this.judging.backends.list;
  }

  async backend_models(name: string): Promise<ModelInfo[]> {
    await this.#tick('backend_models');
    return this.judging.backends.models(name);
  }

  async test_backend(name: string, model: string | null, _ask: boolean): Promise<BackendTest> {
    await this.#tick('test_backend');
    return this.judging.backends.test(name, model);
  }

  async notify(title: string, body: string): Promise<void> {
    await this.#tick('notify');
    this.notified.push(`${title}: ${body}`);
  }

  on_run_events(listener: (events: RunEvent[]) => void): () => void {
    this.#runListeners.add(listener);
    return () => this.#runListeners.delete(listener);
  }

  on_problem(_listener: (error: AppError) => void): () => void {
    return () => {};
  }

  /** For tests: what another program does to the same history. */
  changeFromOutside(id: string, edits: Edit[]): void {
    const held = this.#find(id);
    this.#move(held, apply(held.decision, edits).next);
    for (const listener of this.#historyListeners) listener(id);
  }

  /** For tests: the integrity check ended, or found damage. */
  setHistory(state: HistoryState): void {
    this.scenario.history = state;
    for (const listener of this.#healthListeners) listener(this.#health());
  }

  async #tick(call: string): Promise<void> {
    this.calls.push(call);
    if (this.scenario.delay_ms > 0) await new Promise((done) => setTimeout(done, this.scenario.delay_ms));
  }

  async #write(call: string): Promise<void> {
    await this.#tick(call);
    if (this.scenario.failing) {
      fail('history_locked', 'Another program has held the history for 5 seconds.', { hint: 'Close the other program, then try again.' });
    }
    if (this.scenario.history !== 'ok') fail('history_read_only', 'The history is open for reading only.');
  }

  #guard<T>(act: () => T): T {
    try {
      return act();
    } catch (cause) {
      if (cause instanceof Refused) return fail('invalid_input', cause.message, { problems: cause.problems });
      throw cause;
    }
  }

  #add(decision: Decision, at = Date.now()): Held {
    const id = `s_${++this.#counter}`;
    const held: Held = { id, decision, done: [], undone: [], revision: 1, state: 'open', created_at: at, updated_at: at, trashed_at: null };
    this.#held.set(id, held);
    return held;
  }

  #find(id: string): Held {
    return this.#held.get(id) ?? fail('not_found', `There is no decision ${id} in the history.`);
  }

  #move(held: Held, decision: Decision): SessionView {
    held.decision = decision;
    held.revision += 1;
    held.updated_at = Date.now();
    return this.#view(held);
  }

  #view(held: Held): SessionView {
    return {
      session: this.#summary(held),
      revision: held.revision,
      decision: structuredClone(held.decision),
      answer: rank(held.decision, this.judging.valid(held.id)),
      problems: problemsOf(held.decision),
      notices: [],
      undo: held.done.at(-1)?.label ?? null,
      redo: held.undone.at(-1)?.label ?? null,
      judging: this.judging.of(held.id),
    };
  }

  #summary(held: Held): SessionSummary {
    const { decision } = held;
    const answer = rank(decision, this.judging.valid(held.id));
    const cells = decision.options.length * decision.criteria.length;
    const filled = answer
      ? answer.cells.filter((cell) => cell.state === 'scored' || cell.state === 'abstained').length
      : decision.cells.flat().filter((cell) => cell.value !== null || cell.score !== null).length;
    return {
      id: held.id,
      topic: decision.topic,
      state: held.state,
      status: !filled ? 'empty' : answer?.close_race ? 'close_race' : answer?.winner ? 'ranked' : 'incomplete',
      leader: answer?.winner ?? null,
      options: decision.options.length,
      criteria: decision.criteria.length,
      cells,
      filled,
      created_at: held.created_at,
      updated_at: held.updated_at,
      trashed_at: held.trashed_at,
      erase_at: held.trashed_at === null ? null : held.trashed_at + 30 * DAY,
    };
  }

  #health(): Health {
    const state = this.scenario.history;
    return {
      version: '0.1.0',
      data_dir: '/home/ana/.local/share/app.ponder.desktop',
      history: {
        state,
        message:
          state === 'rescue'
            ? 'Page 812 of history.db does not match its checksum.'
            : state === 'read_only'
              ? 'The data folder does not allow writing.'
              : null,
        bytes: 212_992,
        sessions: this.#held.size,
        schema: 3,
      },
      backups: this.#backups,
      other_processes: 0,
    };
  }
}
