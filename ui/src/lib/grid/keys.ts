// Which key means what in the grid. Pure: a key event's facts in, a command out; what a command does lives in the grid.
import type { Motion } from './selection.ts';

/** `typing`: begun by typing, arrows leave the cell. `inPlace`: begun by F2 or a double click, arrows move the caret. */
export type Mode = 'idle' | 'typing' | 'inPlace';

export type Command =
  | { do: 'move'; motion: Motion; extend: boolean }
  | { do: 'tab'; back: boolean }
  | { do: 'enter'; up: boolean }
  | { do: 'edit' }
  | { do: 'editEmpty' }
  | { do: 'clear' }
  | { do: 'fill'; to: 'down' | 'right' }
  | { do: 'selectAll' }
  | { do: 'selectRows' }
  | { do: 'selectColumns' }
  | { do: 'open' }
  | { do: 'carry'; to: 'up' | 'down' | 'left' | 'right' }
  | { do: 'remove' }
  | { do: 'menu' }
  | { do: 'letGo' }
  | { do: 'commit'; then: 'enter' | 'enterUp' | 'tab' | 'tabBack' | 'fillRange' | Motion }
  | { do: 'cancel' };

export interface Key {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
  isComposing: boolean;
  keyCode: number;
}

const ARROWS: Record<string, 'up' | 'down' | 'left' | 'right'> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
};
const BLOCKS = { up: 'blockUp', down: 'blockDown', left: 'blockLeft', right: 'blockRight' } as const;

/** Null: not ours, the browser (text, clipboard, shortcuts of the app) goes on with it. */
export function commandOf(key: Key, mode: Mode): Command | null {
  // 229 is what WebKit gives for the Enter that ends a composition, after `isComposing` is already false.
  if (key.isComposing || key.keyCode === 229) return null;
  return mode === 'idle' ? idle(key) : editing(key, mode);
}

function idle(key: Key): Command | null {
  const mod = key.ctrlKey || key.metaKey;
  const arrow = ARROWS[key.key];
  if (arrow) {
    if (key.altKey) return mod || key.shiftKey ? null : { do: 'carry', to: arrow };
    return { do: 'move', motion: mod ? BLOCKS[arrow] : arrow, extend: key.shiftKey };
  }
  if (key.altKey) return key.key === 'Enter' && !mod ? { do: 'open' } : null;
  switch (key.key) {
    case 'Home':
      return { do: 'move', motion: mod ? 'gridStart' : 'rowStart', extend: key.shiftKey };
    case 'End':
      return { do: 'move', motion: mod ? 'gridEnd' : 'rowEnd', extend: key.shiftKey };
    case 'PageUp':
      return mod ? null : { do: 'move', motion: 'pageUp', extend: key.shiftKey };
    case 'PageDown':
      return mod ? null : { do: 'move', motion: 'pageDown', extend: key.shiftKey };
    case 'Tab':
      return mod ? null : { do: 'tab', back: key.shiftKey };
    case 'Enter':
      return mod ? { do: 'open' } : { do: 'enter', up: key.shiftKey };
    case ' ':
      if (mod) return { do: 'selectColumns' };
      return key.shiftKey ? { do: 'selectRows' } : { do: 'open' };
    case 'F2':
      return mod ? null : { do: 'edit' };
    case 'Backspace':
      return mod ? null : { do: 'editEmpty' };
    case 'Delete':
      return mod ? null : { do: 'clear' };
    case 'ContextMenu':
      return { do: 'menu' };
    case 'F10':
      return key.shiftKey ? { do: 'menu' } : null;
    case 'Escape':
      return { do: 'letGo' };
    case '-':
      return mod ? { do: 'remove' } : null;
  }
  return mod && !key.shiftKey ? withControl(key.key.toLowerCase()) : null;
}

function withControl(letter: string): Command | null {
  switch (letter) {
    case 'a':
      return { do: 'selectAll' };
    case 'd':
      return { do: 'fill', to: 'down' };
    case 'r':
      return { do: 'fill', to: 'right' };
    default:
      return null;
  }
}

function editing(key: Key, mode: Mode): Command | null {
  const mod = key.ctrlKey || key.metaKey;
  switch (key.key) {
    case 'Enter':
      if (key.altKey) return null;
      if (mod) return { do: 'commit', then: 'fillRange' };
      return { do: 'commit', then: key.shiftKey ? 'enterUp' : 'enter' };
    case 'Tab':
      return mod || key.altKey ? null : { do: 'commit', then: key.shiftKey ? 'tabBack' : 'tab' };
    case 'Escape':
      return { do: 'cancel' };
    case 'F2':
      return { do: 'edit' };
  }
  const arrow = ARROWS[key.key];
  const plain = !mod && !key.altKey && !key.shiftKey;
  if (mode !== 'typing' || !plain) return null;
  if (arrow) return { do: 'commit', then: arrow };
  if (key.key === 'PageUp') return { do: 'commit', then: 'pageUp' };
  if (key.key === 'PageDown') return { do: 'commit', then: 'pageDown' };
  return null;
}
