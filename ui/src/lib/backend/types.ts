// The shapes that cross between window and engine, under the names the page uses. They are generated from the engine's
// own types (`make bindings`); only what is the page's own is written here.
import type { ChartView } from './bindings/ChartView.ts';
import type { Format } from './bindings/Format.ts';
import type { MissingPolicy } from './bindings/MissingPolicy.ts';
import type { NewSession } from './bindings/NewSession.ts';
import type { Problem as EngineProblem } from './bindings/Problem.ts';
import type { ScreenedOption } from './bindings/ScreenedOption.ts';
import type { TracedFunction } from './bindings/TracedFunction.ts';
import type { TypedCell } from './bindings/TypedCell.ts';
import type { UiSettings } from './bindings/UiSettings.ts';

export type { Answer } from './bindings/Answer.ts';
export type { AppError } from './bindings/AppError.ts';
export type { BackupInfo } from './bindings/BackupInfo.ts';
export type { Cell } from './bindings/Cell.ts';
export type { CellResult } from './bindings/CellResult.ts';
export type { CellState } from './bindings/CellState.ts';
export type { ChartKind } from './bindings/ChartKind.ts';
export type { CloseRace } from './bindings/CloseRace.ts';
export type { CopyAs } from './bindings/CopyAs.ts';
export type { Criterion } from './bindings/Criterion.ts';
export type { Decision } from './bindings/Decision.ts';
export type { DecisionOption } from './bindings/DecisionOption.ts';
export type { Direction } from './bindings/Direction.ts';
export type { Problem as EngineProblem } from './bindings/Problem.ts';
export type { ProblemCode } from './bindings/ProblemCode.ts';
export type { Erased } from './bindings/Erased.ts';
export type { Evidence } from './bindings/Evidence.ts';
export type { Exported } from './bindings/Exported.ts';
export type { Health } from './bindings/Health.ts';
export type { HistoryState } from './bindings/HistoryState.ts';
export type { Judge } from './bindings/Judge.ts';
export type { Kind } from './bindings/Kind.ts';
export type { Method } from './bindings/Method.ts';
export type { Normalisation } from './bindings/Normalisation.ts';
export type { Ranked } from './bindings/Ranked.ts';
export type { SessionFilter } from './bindings/SessionFilter.ts';
export type { SessionState } from './bindings/SessionState.ts';
export type { SessionSummary } from './bindings/SessionSummary.ts';
export type { Source } from './bindings/Source.ts';
export type { Startup } from './bindings/Startup.ts';
export type { Template } from './bindings/Template.ts';
export type { UiSettings } from './bindings/UiSettings.ts';

export type {
  AskReason,
  BackendConfigView,
  BackendInfo,
  BackendTest,
  CellJudgement,
  CellRef,
  CellTrace,
  ComparedCell,
  CriterionPatch,
  Edit,
  EvidenceUse,
  JudgedSample,
  Judging,
  LiveRun,
  ModelCall,
  ModelInfo,
  PlannedPrompt,
  RankedShort,
  RunChoice,
  RunComparison,
  RunEvent,
  RunInfo,
  RunOutcome,
  RunPlan,
  Scope,
  SessionView,
  TestState,
} from './judging_types.ts';

export type CellText = TypedCell;
export type Chart = ChartView;
export type CreateFrom = NewSession;
export type Density = UiSettings['density'];
export type ExportFormat = Format;
export type Missing = MissingPolicy;
export type ScreenedOut = ScreenedOption;
export type Theme = UiSettings['theme'];
export type ValueFunction = TracedFunction;

/** A problem of the engine, or one the page found before asking it; then the code is the page's own. */
export type Problem = Omit<EngineProblem, 'code'> & { code: string };
