// The shapes of judging by models, as they cross between window and engine, until the engine's own are generated. This is
// the one place that names them: `types.ts` hands them on, and nothing else imports this file.
import type { AppError } from './bindings/AppError.ts';
import type { CellState } from './bindings/CellState.ts';
import type { CriterionChange } from './bindings/CriterionChange.ts';
import type { Edit as DecisionEdit } from './bindings/Edit.ts';
import type { Judge } from './bindings/Judge.ts';
import type { SessionView as DecisionView } from './bindings/SessionView.ts';
import type { TracedCell } from './bindings/TracedCell.ts';

export type Edit =
  | DecisionEdit
  | { edit: 'set_judge'; judge: Judge | null }
  | ({ edit: 'update_criterion' } & CriterionChange & { judge?: Judge | null });

export type CriterionPatch = Omit<CriterionChange, 'id'> & { judge?: Judge | null };

export type SessionView = DecisionView & { judging: Judging };

/** What models have said about the cells of a session, and what is under way. */
export interface Judging {
  run: RunInfo | null;
  judgements: CellJudgement[];
  /** Judged cells with neither a hand score nor a valid judgement. */
  to_ask: number;
  live: LiveRun | null;
  judge: { backend: string; model: string | null; this_machine: boolean } | null;
}

export interface EvidenceUse {
  source: string;
  quote: string;
  /** The quote stands literally in that evidence. */
  found: boolean;
}

export interface CellJudgement {
  option_id: string;
  criterion_id: string;
  state: CellState;
  /** Kept when stale. */
  score: number | null;
  spread: [number, number] | null;
  samples: number;
  justification: string | null;
  evidence: EvidenceUse[];
  /** It rests, also, on what the model remembers. */
  memory: boolean;
  backend: string | null;
  model: string | null;
  /** Milliseconds since 1970. */
  at: number | null;
  latency_ms: number | null;
  cached: boolean;
  error: string | null;
  /** The id of the run that asked it. */
  carried_from: string | null;
}

export interface LiveRun {
  run: string;
  session: string;
  /** Cells asked in this run. */
  total: number;
  done: number;
  failed: number;
  in_flight: number;
  started_at: number;
  eta_ms: number | null;
  tokens_out: number;
}

export type RunOutcome = 'complete' | 'incomplete' | 'cancelled' | 'failed';

export type RunEvent =
  | { event: 'started'; session: string; run: string; cells: number; scored: number; asked: number }
  | { event: 'asking'; session: string; run: string; option_id: string; criterion_id: string }
  | {
      event: 'cell';
      session: string;
      run: string;
      cell: CellJudgement;
      done: number;
      total: number;
      eta_ms: number | null;
      in_flight: number;
      elapsed_ms: number;
    }
  | { event: 'notice'; session: string; message: string }
  | {
      event: 'finished';
      session: string;
      run: string;
      outcome: RunOutcome;
      scored: number;
      missing: number;
      failed: number;
      elapsed_ms: number;
      error: AppError | null;
    };

export interface CellRef {
  option_id: string;
  criterion_id: string;
}

export type Scope = 'missing' | 'failed' | 'all' | { cells: CellRef[] };

/** What one run does otherwise than the decision and the settings say; null leaves it to them. */
export interface RunChoice {
  backend: string | null;
  model: string | null;
  base_url: string | null;
  samples: number | null;
  concurrency: number | null;
  temperature: number | null;
  offline: boolean;
  scope: Scope;
}

export interface RunInfo {
  id: string;
  /** 1, 2, … in the session. */
  number: number;
  started_at: number;
  finished_at: number | null;
  outcome: string | null;
  backend: string | null;
  model: string | null;
  samples: number;
  asked: number;
  carried: number;
  scored: number;
  abstained: number;
  failed: number;
  unparsed: number;
  calls: number;
  input_tokens: number;
  output_tokens: number;
  document_revision: number;
  kind: 'judged' | 'ranked';
  /** Its judgements are the session's. */
  current: boolean;
}

export type AskReason = 'pending' | 'stale' | 'failed' | 'unparsed' | 'cancelled' | 'asked_again';

export interface PlannedPrompt {
  option: string;
  criterion: string;
  stable: string;
  cell: string;
}

export interface RunPlan {
  cells: (CellRef & { reason: AskReason })[];
  calls: number;
  backend: string | null;
  model: string | null;
  destination: { address: string; this_machine: boolean };
  /** Of all prompts. */
  bytes: number;
  tokens_about: number;
  /** The first three. */
  prompts: PlannedPrompt[];
  /** It leaves the machine, and that was not agreed to for this session. */
  must_confirm: boolean;
  /** Why it cannot start. */
  problem: AppError | null;
}

export interface RankedShort {
  option: string;
  score: number | null;
  rank: number;
}

export interface ComparedCell {
  option_id: string;
  option: string;
  criterion_id: string;
  criterion: string;
  a: CellJudgement | null;
  b: CellJudgement | null;
  difference: number | null;
  prompt_changed: boolean;
}

export interface RunComparison {
  a: RunInfo;
  b: RunInfo;
  cells: ComparedCell[];
  agreement: { same: number; within_one: number; compared: number };
  ranking_a: RankedShort[];
  ranking_b: RankedShort[];
}

export interface BackendInfo {
  name: string;
  kind: 'builtin' | 'ollama' | 'openai';
  base_url: string | null;
  model: string | null;
  address: string | null;
  this_machine: boolean;
  key: 'none' | 'environment' | 'memory' | 'missing';
  is_default: boolean;
  removable: boolean;
  concurrency: number;
  /** Seconds. */
  first_byte_timeout: number;
}

/** Adds a backend, or changes the one of that name; null leaves a setting as it is. */
export interface BackendConfigView {
  name: string;
  kind: 'ollama' | 'openai';
  base_url: string | null;
  model: string | null;
  concurrency: number | null;
  first_byte_timeout: number | null;
}

export interface ModelInfo {
  name: string;
  size_bytes: number | null;
  parameters: string | null;
  quantization: string | null;
  context: number | null;
  loaded: boolean | null;
  /** Runs elsewhere behind a local name. */
  cloud: boolean;
  digest: string | null;
}

export type TestState = 'ok' | 'slow' | 'down' | 'unauthorised' | 'model_missing' | 'odd';

export interface BackendTest {
  state: TestState;
  message: string;
  hint: string | null;
  latency_ms: number | null;
  version: string | null;
  models: ModelInfo[];
}

/** One request to a model and what came back. Times are milliseconds. */
export interface ModelCall {
  attempt: number;
  backend: string;
  address: string;
  model: string;
  model_digest: string | null;
  /** JSON. */
  parameters: string;
  stable: string;
  cell: string;
  /** What was said to the second attempt. */
  extra: string | null;
  schema: string;
  /** As it came, whole. */
  reply: string;
  finish: string | null;
  input_tokens: number | null;
  output_tokens: number | null;
  started_at: number;
  first_byte_ms: number | null;
  first_token_ms: number | null;
  load_ms: number | null;
  total_ms: number | null;
  error: string | null;
  notice: string | null;
}

export interface JudgedSample {
  number: number;
  state: CellState;
  score: number | null;
  justification: string | null;
  evidence: EvidenceUse[];
  memory: boolean;
  problem: string | null;
  calls: ModelCall[];
}

export type CellTrace = TracedCell & { judgement: CellJudgement | null; samples: JudgedSample[] };
