// The backend inside the desktop window: each method is one Tauri command of the same name.
import { invoke, isTauri } from '@tauri-apps/api/core';
import { listen, type EventCallback } from '@tauri-apps/api/event';
import type { Backend } from './api.ts';
import { asAppError } from './errors.ts';
import { firstAnswers, isFirstList, take } from './first_answers.ts';
import type { Health, RunEvent } from './types.ts';

export { isTauri };

async function call<T>(command: string, args: Record<string, unknown> = {}): Promise<T> {
  try {
    return await invoke<T>(command, args);
  } catch (cause) {
    throw asAppError(cause);
  }
}

function subscribe<T>(event: string, handler: EventCallback<T>): () => void {
  const stop = listen<T>(event, handler);
  return () => void stop.then((unlisten) => unlisten());
}

const first = isTauri() ? firstAnswers(document) : {};

export const tauriBackend: Backend = {
  sessions: (filter) => (isFirstList(filter) && take(first, 'sessions')) || call('sessions', { filter }),
  templates: () => call('templates'),
  create_session: (from) => call('create_session', { from }),
  open_session: (id) => take(first, 'view', (view) => view.session.id === id) ?? call('open_session', { id }),
  edit_session: (id, edits, label) => call('edit_session', { id, edits, label }),
  undo: (id) => call('undo', { id }),
  redo: (id) => call('redo', { id }),
  preview_weights: (id, weights) => call('preview_weights', { id, weights }),
  trace_cell: (id, option, criterion) => call('trace_cell', { id, option, criterion }),
  chart: (id, kind, theme) => call('chart', { id, kind, theme }),
  set_session_state: (id, state) => call('set_session_state', { id, state }),
  erase_session: (id) => call('erase_session', { id }),
  empty_trash: () => call('empty_trash'),
  duplicate_session: (id) => call('duplicate_session', { id }),
  export_session: (id, format, path, force) => call('export_session', { id, format, path, force }),
  choose_export_path: (id, format) => call('choose_export_path', { id, format }),
  choose_import_file: () => call('choose_import_file'),
  copy_to_clipboard: (id, what, as) => call('copy_to_clipboard', { id, what, as }),
  copy_text: (text) => call('copy_text', { text }),
  paste_text: () => call('paste_text'),
  settings: () => take(first, 'settings') ?? call('settings'),
  save_settings: (settings) => call('save_settings', { settings }),
  health: () => take(first, 'health') ?? call('health'),
  backup_now: () => call('backup_now'),
  restore_backup: (file) => call('restore_backup', { file }),
  open_data_folder: () => call('open_data_folder'),
  show_in_folder: (path) => call('show_in_folder', { path }),
  startup: () => take(first, 'startup') ?? call('startup'),
  first_paint: () => call('first_paint'),
  plan_run: (id, choice) => call('plan_run', { id, choice }),
  judge_session: (id, choice, confirmed) => call('judge_session', { id, choice, confirmed }),
  cancel_run: (id) => call('cancel_run', { id }),
  runs: (id) => call('runs', { id }),
  compare_runs: (id, a, b) => call('compare_runs', { id, a, b }),
  adopt_run: (id, run) => call('adopt_run', { id, run }),
  backends: () => call('backends'),
  add_backend: (config) => call('add_backend', { config }),
  remove_backend: (name) => call('remove_backend', { name }),
  set_default_backend: (name) => call('set_default_backend', { name }),
  set_backend_key: (name, key) => call('set_backend_key', { name, key }),
  backend_models: (name) => call('backend_models', { name }),
  test_backend: (name, model, ask) => call('test_backend', { name, model, ask }),
  notify: (title, body) => call('notify', { title, body }),
  on_history_changed: (listener) =>
    subscribe<{ session: string | null }>('history_changed', (event) => listener(event.payload.session)),
  on_health_changed: (listener) => subscribe<Health>('health_changed', (event) => listener(event.payload)),
  on_open_session: (listener) =>
    subscribe<{ session: string }>('open_session', (event) => listener(event.payload.session)),
  on_problem: (listener) => subscribe('problem', (event) => listener(asAppError(event.payload))),
  on_run_events: (listener) =>
    subscribe<RunEvent | RunEvent[]>('run_event', ({ payload }) => listener(Array.isArray(payload) ? payload : [payload])),
};
