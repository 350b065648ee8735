// The one table from error codes to words and a way on. Nothing else in the page looks at a code.
import type { AppError } from './types.ts';

/** What the page can offer after a failure. `retry` repeats the call; the others are fixed places to go. */
export type WayOn = 'retry' | 'data_folder' | 'backups' | 'refresh' | 'judge' | 'details';

export interface ErrorWords {
  title: string;
  /** What to do next, for someone at the window. The engine's own hint speaks to someone at a terminal. */
  hint: string;
  ways: WayOn[];
}

const TABLE: Record<string, ErrorWords> = {
  invalid_input: { title: 'This was not accepted', hint: 'Nothing was changed.', ways: ['details'] },
  cannot_read: { title: 'The file cannot be read', hint: 'Check that it is there and is a file.', ways: ['details'] },
  cannot_write: { title: 'The file cannot be written', hint: 'Choose another folder.', ways: ['retry', 'details'] },
  file_exists: { title: 'A file of this name is already there', hint: 'It was left as it is.', ways: ['retry'] },
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
    hint: 'Your change is not saved yet. Close the other program or wait a moment, then try again.',
    ways: ['retry', 'details'],
  },
  history_checking: {
    title: 'The history is still being checked',
    hint: 'Your change is not saved yet. Try again when the check has passed.',
    ways: ['retry'],
  },
  history_read_only: {
    title: 'The history cannot be written now',
    hint: 'You can read and export everything.',
    ways: ['retry', 'data_folder', 'details'],
  },
  history_full: {
    title: 'The disk is full',
    hint: 'Your change is not saved yet. Make room, then try again.',
    ways: ['retry', 'data_folder', 'details'],
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
  history_on_network: {
    title: 'The data folder is on a network drive',
    hint: 'A history there can be damaged by two computers. Choose a local folder.',
    ways: ['data_folder', 'details'],
  },
  history_migration_failed: {
    title: 'The history could not be brought up to date',
    hint: 'It is as it was, and a backup was made before.',
    ways: ['retry', 'backups', 'data_folder', 'details'],
  },
  history_refused: {
    title: 'The history did not accept this',
    hint: 'Nothing was changed.',
    ways: ['refresh', 'details'],
  },
  run_in_use: {
    title: 'Another program is evaluating this decision',
    hint: 'Wait until it has finished.',
    ways: ['retry'],
  },
  no_model: {
    title: 'No model is chosen',
    hint: 'Choose who judges: a model on this machine, or a server.',
    ways: ['judge'],
  },
  model_missing: {
    title: 'The server does not have this model',
    hint: 'Choose one of those it offers.',
    ways: ['judge', 'details'],
  },
  backend_unavailable: {
    title: 'The model’s server does not answer',
    hint: 'What was judged is kept. Start the server, or choose another judge.',
    ways: ['retry', 'judge', 'details'],
  },
  backend_unauthorised: {
    title: 'The server refused the key',
    hint: 'Type the key again where the judge is chosen.',
    ways: ['judge', 'details'],
  },
  backend_rate_limited: {
    title: 'The server asks to slow down',
    hint: 'What was judged is kept. Wait a moment, or send fewer requests at once.',
    ways: ['retry', 'judge', 'details'],
  },
  context_too_long: {
    title: 'A prompt is too long for this model',
    hint: 'Shorten the context, the option or its evidence, or choose a model that reads more.',
    ways: ['judge', 'details'],
  },
  invalid_backend: {
    title: 'The server’s settings cannot be used',
    hint: 'Set it right where the judge is chosen.',
    ways: ['judge', 'details'],
  },
  must_confirm: {
    title: 'This would leave the machine',
    hint: 'Nothing was sent. Start again to see what would be.',
    ways: ['details'],
  },
  nothing_to_ask: { title: 'Nothing is left to judge', hint: 'Every judged cell has its score.', ways: ['refresh'] },
  no_backend: {
    title: 'No judge is set up for this',
    hint: 'Choose who judges, or add the server.',
    ways: ['judge', 'details'],
  },
  refused_offline: {
    title: 'This would leave the machine',
    hint: 'Nothing was sent. Choose the judge yourself to allow it.',
    ways: ['judge', 'details'],
  },
  bad_backup: {
    title: 'This backup is damaged',
    hint: 'Nothing was restored and the history is as it was. Choose another backup.',
    ways: ['backups', 'data_folder', 'details'],
  },
  history_io: {
    title: 'The disk did not answer as it should',
    hint: 'Your change may not be saved. Try again; if it stays, look at the data folder.',
    ways: ['retry', 'data_folder', 'details'],
  },
  clipboard: {
    title: 'The clipboard did not answer',
    hint: 'Try again, or export a file instead.',
    ways: ['retry', 'details'],
  },
  cannot_open: { title: 'The folder could not be opened', hint: 'Its path can be copied from the settings.', ways: ['details'] },
  settings: {
    title: 'The settings could not be read or saved',
    hint: 'What you see applies until you close Ponder.',
    ways: ['retry', 'data_folder', 'details'],
  },
  report: { title: 'The report could not be made', hint: 'The decision itself is untouched.', ways: ['retry', 'details'] },
  page: { title: 'Ponder made a mistake', hint: 'What is saved is safe.', ways: ['retry', 'details'] },
};

const UNKNOWN: ErrorWords = {
  title: 'Something went wrong',
  hint: 'What is saved is safe.',
  ways: ['retry', 'data_folder', 'details'],
};

export function words(error: AppError): ErrorWords {
  return TABLE[error.code] ?? { ...UNKNOWN, hint: error.hint ?? UNKNOWN.hint };
}

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
