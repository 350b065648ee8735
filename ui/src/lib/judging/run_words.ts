// Runs in words: what is to be judged and why, how long it takes, how it ended. Computes no judgement.
import { count } from '../parts/figures.ts';
import type { AskReason, BackendTest, CellJudgement, CellState, RunOutcome, RunPlan, TestState } from '../backend/types.ts';

const REASONS: [AskReason, string][] = [
  ['pending', 'new'],
  ['stale', 'changed'],
  ['failed', 'failed'],
  ['unparsed', 'not understood'],
  ['cancelled', 'stopped'],
  ['asked_again', 'asked again'],
];

export type ReasonCounts = Partial<Record<AskReason, number>>;

export function reasonsOf(cells: RunPlan['cells']): ReasonCounts {
  const counts: ReasonCounts = {};
  for (const { reason } of cells) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}

const sum = (counts: ReasonCounts): number => Object.values(counts).reduce((all, n) => all + n, 0);
const failures = (counts: ReasonCounts): number => (counts.failed ?? 0) + (counts.unparsed ?? 0);

/** "12 to judge: 9 new, 3 changed". */
export function planWords(counts: ReasonCounts): string {
  const all = sum(counts);
  if (all === 0) return 'Nothing to judge';
  const parts = REASONS.filter(([reason]) => counts[reason]);
  if (parts.length === 1) return all === 1 ? `1 to judge: ${parts[0]![1]}` : `${all} to judge, all ${parts[0]![1]}`;
  return `${all} to judge: ${parts.map(([reason, word]) => `${counts[reason]} ${word}`).join(', ')}`;
}

/** The main button's words: what its press will do. `brokenOff`: the last run never came to an end. */
export function judgeLabel(counts: ReasonCounts, brokenOff = false): string {
  const all = sum(counts);
  if (all > 0 && failures(counts) === all) return `Retry ${all} failed`;
  if ((counts.cancelled || brokenOff) && all > 0 && failures(counts) === 0 && !counts.stale) return `Go on with ${count(all, 'cell')}`;
  return `Judge ${count(all, 'cell')}`;
}

/** How many failures can be retried on their own, beside what else waits. */
export function retriable(counts: ReasonCounts): number {
  const failed = failures(counts);
  return failed < sum(counts) ? failed : 0;
}

export function durationWords(ms: number): string {
  if (ms < 100) return `${Math.round(ms)} ms`;
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Time left, as roughly as it is known; null where too little was seen to tell. */
export function etaWords(ms: number | null): string {
  if (ms === null) return 'time left not known yet';
  if (ms < 7_500) return 'a few seconds left';
  if (ms < 52_500) return `about ${Math.round(ms / 5000) * 5} s left`;
  if (ms < 90_000) return 'about a minute left';
  const minutes = Math.round(ms / 60_000);
  if (minutes < 60) return `about ${minutes} min left`;
  const rest = Math.round((minutes % 60) / 5) * 5;
  const hours = Math.floor(minutes / 60) + (rest === 60 ? 1 : 0);
  return rest % 60 === 0 ? `about ${hours} h left` : `about ${hours} h ${rest} min left`;
}

export interface Ended {
  outcome: RunOutcome;
  /** Cells of this run that were answered, whatever the answer. */
  done: number;
  asked: number;
  failed: number;
  elapsed_ms: number;
}

export function endedWords({ outcome, done, asked, failed, elapsed_ms }: Ended): string {
  const took = durationWords(elapsed_ms);
  const judged = done - failed;
  const trouble = failed === 0 ? '' : ` ${failed} failed.`;
  if (judged === 0 && outcome !== 'cancelled') return asked === 1 ? 'The cell could not be judged.' : `None of ${count(asked, 'cell')} could be judged.`;
  switch (outcome) {
    case 'complete':
      return `Judged ${count(judged, 'cell')} in ${took}.`;
    case 'incomplete':
      return `Judged ${judged} of ${count(asked, 'cell')} in ${took}.${trouble}`;
    case 'cancelled':
      return `Stopped after ${judged} of ${count(asked, 'cell')}. What was judged is kept.`;
    case 'failed':
      return `The run failed after ${judged} of ${count(asked, 'cell')}. What was judged is kept.`;
  }
}

/** Past which tenth a run is; what is announced once each. */
export const tenth = (done: number, total: number): number => (total === 0 ? 0 : Math.floor((done / total) * 10));

/** What most of the cells that failed failed of; null where none did. */
export function commonTrouble(judgements: readonly CellJudgement[]): string | null {
  const counts = new Map<string, number>();
  for (const { state, error } of judgements) {
    if ((state === 'failed' || state === 'unparsed') && error) counts.set(error, (counts.get(error) ?? 0) + 1);
  }
  const [most] = [...counts].sort((a, b) => b[1] - a[1]);
  return most === undefined ? null : sentence(most[0]);
}

export const TESTS: Record<TestState, { label: string; tone: 'good' | 'warn' | 'bad'; sign: string }> = {
  ok: { label: 'Ready', tone: 'good', sign: '●' },
  slow: { label: 'Slow', tone: 'warn', sign: '◐' },
  down: { label: 'Down', tone: 'bad', sign: '○' },
  unauthorised: { label: 'Needs a key', tone: 'bad', sign: '✕' },
  model_missing: { label: 'Model missing', tone: 'warn', sign: '?' },
  odd: { label: 'Answers oddly', tone: 'warn', sign: '!' },
};

/** A server's or an error's own words, which may be a fragment, as a sentence. */
export function sentence(text: string): string {
  const clean = text.trim();
  if (clean === '') return '';
  return `${clean[0]!.toUpperCase()}${clean.slice(1)}${/[.!?…]$/.test(clean) ? '' : '.'}`;
}

export const usable = (test: BackendTest | undefined): boolean => test !== undefined && test.state !== 'down' && test.state !== 'unauthorised';

/** 4.9 GB, as disks count it. */
export function modelSize(bytes: number | null): string {
  if (bytes === null) return '';
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.max(1, Math.round(bytes / 1e6))} MB`;
}

export function tokensAbout(tokens: number): string {
  if (tokens < 1000) return `about ${Math.max(10, Math.round(tokens / 10) * 10)} tokens`;
  return `about ${(Math.round(tokens / 1000) * 1000).toLocaleString('en')} tokens`;
}

const SHORT: Record<CellState, string> = {
  pending: 'not asked',
  scored: '',
  abstained: 'abstains',
  unparsed: 'not understood',
  failed: 'failed',
  cancelled: 'stopped',
  stale: 'out of date',
};

/** One judgement in a table: its score, or why there is none. */
export function judgementShort(said: CellJudgement | null, write: (score: number) => string): string {
  if (said === null) return '–';
  if (said.state === 'scored' && said.score !== null) return write(said.score);
  return SHORT[said.state];
}

/** Lines of the new text that the old one lacks, and the other way round: why a judgement went out of date. */
export function changedLines(before: string, after: string): { gone: string[]; came: string[] } {
  const [old, now] = [before.split('\n'), after.split('\n')];
  const lacks = (lines: string[], from: string[]) => from.filter((line) => line.trim() !== '' && !lines.includes(line));
  return { gone: lacks(now, old), came: lacks(old, now) };
}
