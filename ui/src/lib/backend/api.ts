// What the page may ask of the engine, one method a command. No other folder knows how a command travels.
import type {
  Answer,
  AppError,
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

  /** Another process or a background job wrote. Returns what ends the subscription. */
  on_history_changed(listener: (session: string | null) => void): () => void;
  on_health_changed(listener: (health: Health) => void): () => void;
  /** The program was started again with a file: this is its session, or why it could not be opened. */
  on_open_session(listener: (session: string) => void): () => void;
  on_problem(listener: (error: AppError) => void): () => void;
}
