// The one table from error codes to words and a way on. Nothing else in the page looks at a code.
import type { AppError } from './types.ts';

/** What the page can offer after a failure. `retry` repeats the call; the others are fixed places to go. */
export type WayOn = 'retry' | 'data_folder' | 'backups' | 'refresh' | 'details';

export interface ErrorWords {
  title: string;
  /** Shown when the engine sent no hint of its own. */
  hint: string;
  ways: WayOn[];
}

const TABLE: Record<string, ErrorWords> = {
  invalid_input: { title: 'This was not accepted', hint: 'Nothing was changed.', ways: [] },
  invalid_decision: { title: 'This decision file has errors', hint: 'Nothing was imported.', ways: ['details'] },
  import_failed: { title: 'This could not be read as a decision', hint: 'Nothing was imported.', ways: ['details'] },
  not_found: {
    title: 'This is no longer in the history',
    hint: 'Another program may have removed it.',
    ways: ['refresh'],
  },
  conflict: {
    title: 'Another program changed this decision',
    hint: 'Look at the new state, then make the change again.',
    ways: ['refresh'],
  },
  history_locked: {
    title: 'The history is in use by another program',
    hint: 'Your change is not saved yet. Close the other program or wait a moment.',
    ways: ['retry', 'details'],
  },
  history_corrupt: {
    title: 'The history is damaged',
    hint: 'It is opened read-only. Restore a backup to go on.',
    ways: ['backups', 'data_folder', 'details'],
  },
  history_newer: {
    title: 'The history was written by a newer Ponder',
    hint: 'Install the newer version; nothing was changed.',
    ways: ['data_folder', 'details'],
  },
  disk_full: {
    title: 'The disk is full',
    hint: 'Your change is not saved. Make room, then try again.',
    ways: ['retry', 'data_folder', 'details'],
  },
  read_only: {
    title: 'The history cannot be written now',
    hint: 'You can read and export everything.',
    ways: ['retry', 'data_folder'],
  },
  network_folder: {
    title: 'The data folder is on a network drive',
    hint: 'A history there can be damaged by two computers. Choose a local folder.',
    ways: ['data_folder'],
  },
  file_exists: { title: 'A file of this name is already there', hint: 'It was left as it is.', ways: [] },
  file_unreadable: { title: 'The file cannot be read', hint: 'Check that it exists and is a file.', ways: ['details'] },
  file_unwritable: {
    title: 'The file cannot be written',
    hint: 'Choose another folder.',
    ways: ['retry', 'details'],
  },
  clipboard: {
    title: 'The clipboard did not answer',
    hint: 'Export a file instead, or try again.',
    ways: ['retry', 'details'],
  },
  backup_failed: { title: 'The backup was not made', hint: 'The history itself is untouched.', ways: ['retry', 'details'] },
  restore_failed: {
    title: 'The backup was not restored',
    hint: 'The history is as it was.',
    ways: ['retry', 'data_folder', 'details'],
  },
};

/** Other names under which rooms below may report the same thing. */
const SAME_AS: Record<string, string> = {
  locked: 'history_locked',
  busy: 'history_locked',
  corrupt: 'history_corrupt',
  damaged: 'history_corrupt',
  newer: 'history_newer',
  too_new: 'history_newer',
  newer_version: 'history_newer',
  full: 'disk_full',
  readonly: 'read_only',
  rescue: 'history_corrupt',
  checking: 'read_only',
  network: 'network_folder',
  network_file_system: 'network_folder',
  invalid: 'invalid_input',
  not_a_decision: 'import_failed',
  session_not_found: 'not_found',
  no_such_session: 'not_found',
  exists: 'file_exists',
  io: 'file_unreadable',
};

const UNKNOWN: ErrorWords = {
  title: 'Something went wrong',
  hint: 'Nothing you typed is lost.',
  ways: ['retry', 'data_folder', 'details'],
};

export function words(error: AppError): ErrorWords {
  return TABLE[error.code] ?? TABLE[SAME_AS[error.code] ?? ''] ?? UNKNOWN;
}

export const isCode = (error: AppError, code: string): boolean =>
  error.code === code || SAME_AS[error.code] === code;

/** Anything thrown, as the one shape the page knows. A bug in the page itself gets the code `page`. */
export function asAppError(cause: unknown): AppError {
  if (typeof cause === 'object' && cause !== null && 'code' in cause && 'message' in cause) {
    return cause as AppError;
  }
  return { code: 'page', message: cause instanceof Error ? cause.message : String(cause) };
}

/** What "Copy details" puts on the clipboard. */
export function details(error: AppError, version: string): string {
  const lines = [`Ponder ${version}`, `code: ${error.code}`, `message: ${error.message}`];
  if (error.hint) lines.push(`hint: ${error.hint}`);
  for (const problem of error.problems ?? []) {
    lines.push(`- ${problem.field}${problem.line ? ` (line ${problem.line})` : ''}: ${problem.message}`);
  }
  return lines.join('\n');
}
