// The shapes that cross between window and engine, as the engine writes them (snake_case JSON).
// No behaviour lives here.

export type Method =
  | 'weighted_sum'
  | 'weighted_product'
  | 'topsis'
  | 'vikor'
  | 'promethee_ii'
  | 'electre_i'
  | 'moora';
export type Normalisation = 'minmax' | 'max' | 'sum' | 'vector' | 'linear_max' | 'none';
export type Missing = 'bounds' | 'renormalise' | 'neutral' | 'refuse';
export type Direction = 'benefit' | 'cost';
export type Kind = 'judged' | 'measured' | 'manual';
export type Extra = Record<string, unknown>;

export interface Judge {
  backend?: string | null;
  model?: string | null;
  temperature?: number | null;
  samples?: number | null;
}

export interface Params {
  v?: number | null;
  concordance?: number | null;
  discordance?: number | null;
}

export interface Preference {
  type: 'usual' | 'u_shape' | 'v_shape' | 'level' | 'linear' | 'gaussian';
  q?: number | null;
  p?: number | null;
  s?: number | null;
}

export type Weighting = { method: string } & Extra;

export interface Criterion {
  id: string;
  name: string;
  description: string;
  weight: number;
  direction: Direction;
  kind: Kind;
  unit: string;
  range: [number, number] | null;
  points: [number, number][] | null;
  must: string | null;
  group: string | null;
  rubric: Record<string, string>;
  prompt: string;
  judge: Judge | null;
  preference: Preference | null;
  note: string;
  extra: Extra;
}

export interface Evidence {
  source: string;
  quote: string;
  criterion: string | null;
}

export interface DecisionOption {
  id: string;
  name: string;
  description: string;
  note: string;
  evidence: Evidence[];
  extra: Extra;
}

export interface Cell {
  value: number | null;
  score: number | 'abstain' | null;
  note: string;
  before_edit: boolean;
}

export interface Decision {
  topic: string;
  context: string;
  notes: string;
  method: Method;
  normalisation: Normalisation | null;
  missing: Missing;
  scale: { min: number; max: number };
  judge: Judge | null;
  params: Params;
  weighting: Weighting | null;
  criteria: Criterion[];
  options: DecisionOption[];
  cells: Cell[][];
  extra: Extra;
  next_key: number;
}

export interface Problem {
  code: string;
  field: string;
  line: number | null;
  found: string | null;
  allowed: string | null;
  message: string;
}

export type CellText = { option: string; criterion: string; text: string };

export type Edit =
  | { edit: 'set_topic'; text: string }
  | { edit: 'set_context'; text: string }
  | { edit: 'set_notes'; text: string }
  | { edit: 'set_method'; method: Method; normalisation: Normalisation | null }
  | { edit: 'set_missing'; missing: Missing }
  | { edit: 'set_scale'; min: number; max: number }
  | { edit: 'add_option'; at: number | null; name: string }
  | { edit: 'remove_option'; id: string }
  | { edit: 'move_option'; id: string; to: number }
  | ({ edit: 'update_option'; id: string } & Partial<Pick<DecisionOption, 'name' | 'description' | 'note' | 'evidence'>>)
  | {
      edit: 'add_criterion';
      at: number | null;
      name: string;
      kind: Kind;
      weight?: number;
      direction?: Direction;
      unit?: string;
    }
  | { edit: 'remove_criterion'; id: string }
  | { edit: 'move_criterion'; id: string; to: number }
  | ({ edit: 'update_criterion'; id: string } & CriterionPatch)
  | { edit: 'set_weights'; weights: Record<string, number> }
  | { edit: 'type_cells'; cells: CellText[] }
  | { edit: 'set_cell_note'; option: string; criterion: string; text: string }
  | { edit: 'paste'; option: number; criterion: number; rows: string[][] };

export type CriterionPatch = Partial<
  Pick<
    Criterion,
    | 'name'
    | 'description'
    | 'weight'
    | 'direction'
    | 'kind'
    | 'unit'
    | 'range'
    | 'points'
    | 'must'
    | 'group'
    | 'rubric'
    | 'prompt'
    | 'note'
  >
>;

export interface Ranked {
  option: string;
  option_id: string;
  score: number | null;
  interval: [number, number] | null;
  rank: number;
  coverage: number;
  contributions: number[];
}

export interface ScreenedOut {
  option: string;
  option_id: string;
  criterion: string;
  why: string;
}

export type CellState = 'pending' | 'scored' | 'abstained' | 'unparsed' | 'failed' | 'cancelled' | 'stale';
export type Source = 'model' | 'measured' | 'hand';

export interface CellResult {
  option: string;
  option_id: string;
  criterion: string;
  criterion_id: string;
  state: CellState;
  source: Source | null;
  score: number | null;
  raw: number | null;
  unit: string;
  value: number | null;
  flags: string[];
  justification: string | null;
  evidence: Evidence[];
}

export interface CloseRace {
  rivals: string[];
  because: string;
}

export interface Answer {
  topic: string;
  method: Method;
  normalisation: Normalisation | null;
  missing: Missing;
  params: Params;
  ranking: Ranked[];
  score_range: [number, number];
  better: 'higher' | 'lower';
  winner: string | null;
  screened_out: ScreenedOut[];
  cells: CellResult[];
  margin: number | null;
  smallest_flip: string | null;
  close_race: CloseRace | null;
  weights: Record<string, number>;
  coverage: number;
  notes: string[];
}

export type SessionState = 'open' | 'archived' | 'trashed';
export type SessionStatus = 'empty' | 'incomplete' | 'ranked' | 'close_race';

export interface SessionSummary {
  id: string;
  topic: string;
  state: SessionState;
  status: SessionStatus;
  leader: string | null;
  options: number;
  criteria: number;
  cells: number;
  filled: number;
  created_at: number;
  updated_at: number;
  trashed_at: number | null;
  erase_at: number | null;
}

export interface SessionView {
  session: SessionSummary;
  revision: number;
  decision: Decision;
  answer: Answer | null;
  problems: Problem[];
  /** What went well but should be known, e.g. how pasted text was read. */
  notices: Problem[];
  undo: string | null;
  redo: string | null;
}

export interface ValueFunction {
  kind: 'linear' | 'piecewise' | 'scale';
  points: [number, number][];
  found_in_data: boolean;
}

export interface CellTrace {
  option: string;
  criterion: string;
  kind: Kind;
  state: CellState;
  source: Source | null;
  typed_at: number | null;
  raw: number | null;
  unit: string;
  score: number | null;
  value: number | null;
  value_function: ValueFunction | null;
  weight: number;
  weight_share: number;
  contribution: number | null;
  flags: string[];
  must: { rule: string; passed: boolean } | null;
  note: string;
  before_edit: boolean;
  evidence: Evidence[];
  history: { at: number; label: string }[];
  steps: string[];
}

export interface Chart {
  svg: string;
  alt: string;
  table: { columns: string[]; rows: string[][] };
}

export interface BackupInfo {
  file: string;
  at: number;
  bytes: number;
  reason: string;
  sessions: number;
}

export type HistoryState = 'checking' | 'ok' | 'rescue' | 'read_only';

export interface Health {
  version: string;
  data_dir: string;
  history: { state: HistoryState; message: string | null; bytes: number; sessions: number; schema: number };
  backups: BackupInfo[];
  other_processes: number;
}

export interface Erased {
  erased: number;
  backups_holding_it: string[];
}

export interface AppError {
  code: string;
  message: string;
  hint?: string | null;
  retry_after?: number | null;
  problems?: Problem[] | null;
}

export interface Startup {
  /** The session to show first. */
  session: string | null;
  /** Why the file the program was started with could not be opened. */
  problem: AppError | null;
}

export type Theme = 'system' | 'light' | 'dark';
export type Density = 'comfortable' | 'compact';

export interface UiSettings {
  theme: Theme;
  last_session: string | null;
  sidebar_width: number;
  density: Density;
}

export interface Template {
  id: string;
  title: string;
  summary: string;
  kind: 'template' | 'example';
}

export type CreateFrom =
  | { kind: 'blank' }
  | { kind: 'template'; id: string }
  | { kind: 'text'; text: string; name: string | null }
  | { kind: 'file'; path: string };

export type ExportFormat = 'markdown' | 'html' | 'csv' | 'json' | 'toml';
export type ChartKind = 'ranking' | 'heatmap';
