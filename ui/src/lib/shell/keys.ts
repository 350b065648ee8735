// The keys of the whole page. Keys of one component stay with it; a key that it has handled never arrives here.
import { tick } from 'svelte';
import { endsComposition } from '../parts/composition.ts';
import type { App } from '../state/app.svelte.ts';
import { show } from './commands.ts';

/** Whether a plain key is text here. */
function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true;
  return target instanceof HTMLInputElement && !['range', 'checkbox', 'radio', 'button'].includes(target.type);
}

/** Whether the text under the cursor has an undo of its own. The table's field has one only while a cell is edited. */
function hasOwnUndo(target: EventTarget | null): boolean {
  return isWriting(target) && (target as HTMLElement).dataset['editing'] !== 'false';
}

export function handleKey(app: App, event: KeyboardEvent): void {
  if (event.defaultPrevented || endsComposition(event)) return;
  if (event.key === 'F6') {
    event.preventDefault();
    return nextPane(event.shiftKey ? -1 : 1);
  }
  const modal = app.overlay !== null && app.overlay !== 'export';
  if (modal) return;
  if (event.key === 'Escape' && app.open.inspected) {
    event.preventDefault();
    app.open.inspected = null;
    return;
  }
  if (event.key === '?' && !isWriting(event.target)) {
    event.preventDefault();
    app.overlay = 'shortcuts';
    return;
  }
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
  const act = chord(app, event);
  if (!act) return;
  event.preventDefault();
  act();
}

function chord(app: App, event: KeyboardEvent): (() => void) | null {
  const key = event.key.toLowerCase();
  if (key === 'z' || key === 'y') {
    if (hasOwnUndo(event.target) || app.readonly || app.screen !== 'decision') return null;
    return key === 'y' || event.shiftKey ? () => void app.open.redo() : () => void app.open.undo();
  }
  if (event.shiftKey) return null;
  switch (key) {
    case 'n':
      return () => (app.screen = 'new');
    case 'k':
      return () => (app.overlay = 'palette');
    case 'b':
      return () => (app.sidebar = !app.sidebar);
    case 'f':
      return () => {
        app.sidebar = true;
        void tick().then(() => document.getElementById('session-search')?.focus());
      };
    case 'e':
      return app.open.view ? () => (app.overlay = 'export') : null;
    case 'j':
      return app.screen === 'decision' && !app.readonly ? () => void app.judging.begin() : null;
    case '.':
      return app.judging.live ? () => void app.judging.cancel() : null;
    case '1':
      return () => show(app, 'decide');
    case '2':
      return () => show(app, 'report');
    case ',':
      return () => (app.screen = 'settings');
    default:
      return null;
  }
}

const FOCUSABLE = 'a[href], button:not(:disabled), input:not(:disabled), select, textarea, [tabindex="0"]';

/** Moves the focus to the next `data-pane` of the page, onto its chosen or first control. */
export function nextPane(step: 1 | -1): void {
  const panes = [...document.querySelectorAll<HTMLElement>('[data-pane]')].filter((pane) => pane.offsetParent !== null);
  if (panes.length === 0) return;
  const at = panes.findIndex((pane) => pane.contains(document.activeElement));
  const pane = panes[at < 0 ? 0 : (at + step + panes.length) % panes.length]!;
  const chosen = pane.querySelector<HTMLElement>('[aria-current]:not(:disabled), [data-editing]');
  (chosen ?? pane.querySelector<HTMLElement>(FOCUSABLE) ?? pane).focus();
}
