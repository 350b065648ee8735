// What can be done from anywhere, by name. The palette lists it; the keys of the page run the same entries.
import type { IconName } from '../parts/Icon.svelte';
import type { App } from '../state/app.svelte.ts';

export interface Command {
  label: string;
  keys: string;
  icon: IconName;
  run: () => void;
}

export function commands(app: App): Command[] {
  const view = app.open.view;
  const writable = app.historyWritable;
  const judged = view?.decision.criteria.some((criterion) => criterion.kind === 'judged') ?? false;
  const all: (Command & { when?: boolean })[] = [
    { label: 'New decision', keys: 'Ctrl N', icon: 'plus', run: () => (app.screen = 'new') },
    {
      label: `Undo: ${view?.undo ?? ''}`,
      keys: 'Ctrl Z',
      icon: 'undo',
      when: Boolean(view?.undo) && !app.readonly,
      run: () => void app.open.undo(),
    },
    {
      label: `Redo: ${view?.redo ?? ''}`,
      keys: 'Ctrl Shift Z',
      icon: 'redo',
      when: Boolean(view?.redo) && !app.readonly,
      run: () => void app.open.redo(),
    },
    { label: 'Decide', keys: 'Ctrl 1', icon: 'table', when: view !== null, run: () => show(app, 'decide') },
    { label: 'Report', keys: 'Ctrl 2', icon: 'chart', when: view !== null, run: () => show(app, 'report') },
    {
      label: 'Judge what is missing',
      keys: 'Ctrl J',
      icon: 'spark',
      when: judged && !app.readonly && app.judging.live === null,
      run: () => void app.judging.begin(),
    },
    {
      label: 'Ask every judged cell again',
      keys: '',
      icon: 'restore',
      when: judged && !app.readonly && app.judging.live === null,
      run: () => void app.judging.begin('all'),
    },
    { label: 'Cancel the run', keys: 'Ctrl .', icon: 'stop', when: app.judging.live !== null, run: () => void app.judging.cancel() },
    { label: 'Choose who judges', keys: '', icon: 'gear', when: view !== null, run: () => (app.overlay = { chooser: null }) },
    { label: 'Runs and their comparison', keys: '', icon: 'table', when: view !== null && view.judging.run !== null, run: () => (app.overlay = 'runs') },
    { label: 'Export as Markdown', keys: '', icon: 'export', when: view !== null, run: () => void app.exportAs('markdown') },
    { label: 'Export as HTML', keys: '', icon: 'export', when: view !== null, run: () => void app.exportAs('html') },
    { label: 'Export as CSV', keys: '', icon: 'export', when: view !== null, run: () => void app.exportAs('csv') },
    { label: 'Export as JSON', keys: '', icon: 'export', when: view !== null, run: () => void app.exportAs('json') },
    { label: 'Export as decision file', keys: '', icon: 'export', when: view !== null, run: () => void app.exportAs('toml') },
    {
      label: 'Duplicate this decision',
      keys: '',
      icon: 'copy',
      when: view !== null && writable,
      run: () => void app.duplicate(view!.session.id),
    },
    {
      label: 'Archive this decision',
      keys: '',
      icon: 'archive',
      when: view?.session.state === 'open' && writable,
      run: () => void app.list.move(view!.session, 'archived'),
    },
    {
      label: 'Move this decision to the trash',
      keys: '',
      icon: 'trash',
      when: view !== null && view.session.state !== 'trashed' && writable,
      run: () => void app.list.move(view!.session, 'trashed'),
    },
    { label: app.sidebar ? 'Hide the list of decisions' : 'Show the list of decisions', keys: 'Ctrl B', icon: 'sidebar', run: () => (app.sidebar = !app.sidebar) },
    { label: 'Back up now', keys: '', icon: 'shield', when: writable, run: () => void app.backupNow() },
    { label: 'Use the light theme', keys: '', icon: 'gear', run: () => void app.saveSettings({ theme: 'light' }) },
    { label: 'Use the dark theme', keys: '', icon: 'gear', run: () => void app.saveSettings({ theme: 'dark' }) },
    { label: 'Follow the system theme', keys: '', icon: 'gear', run: () => void app.saveSettings({ theme: 'system' }) },
    { label: 'Settings and health', keys: 'Ctrl ,', icon: 'gear', run: () => (app.screen = 'settings') },
    { label: 'Keyboard shortcuts', keys: '?', icon: 'keyboard', run: () => (app.overlay = 'shortcuts') },
  ];
  return all.filter((command) => command.when !== false);
}

export function show(app: App, tab: App['tab']): void {
  if (!app.open.view) return;
  app.screen = 'decision';
  app.tab = tab;
}
