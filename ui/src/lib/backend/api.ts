// What the page may ask of the engine, one method a command. No other folder knows how a command travels.
import type {
  Answer,
  AppError,
  BackendConfigView,
  BackendInfo,
  BackendTest,
  BackupInfo,
  CellTrace,
  Chart,
  ChartKind,
  CopyAs,
  CreateFrom,
  Edit,
  Erased,
  ExportFormat,
  Exported,
  Health,
  LiveRun,
  ModelInfo,
  RunChoice,
  RunComparison,
  RunEvent,
  RunInfo,
  RunPlan,
  SessionFilter,
  SessionState,
  SessionSummary,
  SessionView,
  Startup,
  Template,
  UiSettings,
} from './types.ts';

/** Every method rejects with an `AppError` and with nothing else. */
export interface Backend {
  sessions(filter: SessionFilter): Promise<SessionSummary[]>;
  templates(): Promise<Template[]>;
  create_session(from: CreateFrom): Promise<SessionView>;
  open_session(id: string): Promise<SessionView>;
  edit_session(id: string, edits: Edit[], label: string | null): Promise<SessionView>;
  undo(id: string): Promise<SessionView>;
  redo(id: string): Promise<SessionView>;
  /** Nothing is saved. */
  preview_weights(id: string, weights: Record<string, number>): Promise<Answer>;
  trace_cell(id: string, option: string, criterion: string): Promise<CellTrace>;
  chart(id: string, kind: ChartKind, theme: 'light' | 'dark'): Promise<Chart>;
  set_session_state(id: string, state: SessionState): Promise<SessionSummary>;
  erase_session(id: string): Promise<Erased>;
  empty_trash(): Promise<Erased>;
  duplicate_session(id: string): Promise<SessionView>;
  export_session(id: string, format: ExportFormat, path: string, force: boolean): Promise<Exported>;
  choose_export_path(id: string, format: ExportFormat): Promise<string | null>;
  choose_import_file(): Promise<string | null>;
  copy_to_clipboard(id: string, what: ChartKind, as: CopyAs): Promise<void>;
  copy_text(text: string): Promise<void>;
  paste_text(): Promise<string>;
  settings(): Promise<UiSettings>;
  save_settings(settings: UiSettings): Promise<UiSettings>;
  health(): Promise<Health>;
  backup_now(): Promise<BackupInfo>;
  restore_backup(file: string): Promise<Health>;
  open_data_folder(): Promise<void>;
  show_in_folder(path: string): Promise<void>;
  /** Asked once, when the page starts. */
  startup(): Promise<Startup>;
  /** Called once, after the first frame is on screen: the engine then starts its integrity check. */
  first_paint(): Promise<void>;

  /** What a run would ask and of whom; nothing is sent. */
  plan_run(id: string, choice: RunChoice): Promise<RunPlan>;
  /** Starts and returns; what happens arrives by `on_run_events`. `confirmed`: the user saw what leaves the machine. */
  judge_session(id: string, choice: RunChoice, confirmed: boolean): Promise<LiveRun>;
  /** Resolves to false where nothing was under way. */
  cancel_run(id: string): Promise<boolean>;
  runs(id: string): Promise<RunInfo[]>;
  compare_runs(id: string, a: string, b: string): Promise<RunComparison>;
  /** Makes an older run's judgements the present ones, as a new run. */
  adopt_run(id: string, run: string): Promise<SessionView>;
  backends(): Promise<BackendInfo[]>;
  add_backend(config: BackendConfigView): Promise<BackendInfo[]>;
  remove_backend(name: string): Promise<BackendInfo[]>;
  set_default_backend(name: string | null): Promise<BackendInfo[]>;
  /** The key is kept in memory only and never comes back to the page. */
  set_backend_key(name: string, key: string): Promise<BackendInfo[]>;
  backend_models(name: string): Promise<ModelInfo[]>;
  /** `ask` puts a word to the model, which may cost money or wake it; without it the server is only looked at. */
  test_backend(name: string, model: string | null, ask: boolean): Promise<BackendTest>;
  /** A message of the desktop, for when nobody is looking at the window. */
  notify(title: string, body: string): Promise<void>;

  /** Another process or a background job wrote. Returns what ends the subscription. */
  on_history_changed(listener: (session: string | null) => void): () => void;
  on_health_changed(listener: (health: Health) => void): () => void;
  /** The program was started again with a file: this is its session, or why it could not be opened. */
  on_open_session(listener: (session: string) => void): () => void;
  on_problem(listener: (error: AppError) => void): () => void;
  /** Of every session, in order, many at once while a run is quick. */
  on_run_events(listener: (events: RunEvent[]) => void): () => void;
}
