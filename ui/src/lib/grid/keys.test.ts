import { describe, expect, test } from 'vitest';
import { commandOf, type Command, type Key, type Mode } from './keys.ts';

function key(text: string, extra: Partial<Key> = {}): Key {
  const parts = text.split('+').map((part) => part || '+');
  const name = parts.at(-1) === 'Space' ? ' ' : (parts.at(-1) ?? '');
  const has = (part: string) => parts.slice(0, -1).includes(part);
  return {
    key: name,
    ctrlKey: has('Ctrl'),
    metaKey: has('Meta'),
    shiftKey: has('Shift'),
    altKey: has('Alt'),
    isComposing: false,
    keyCode: 0,
    ...extra,
  };
}

describe('with no edit under way', () => {
  const cases: [pressed: string, command: Command | null][] = [
    ['ArrowDown', { do: 'move', motion: 'down', extend: false }],
    ['Shift+ArrowRight', { do: 'move', motion: 'right', extend: true }],
    ['Ctrl+ArrowUp', { do: 'move', motion: 'blockUp', extend: false }],
    ['Ctrl+Shift+ArrowLeft', { do: 'move', motion: 'blockLeft', extend: true }],
    ['Meta+ArrowUp', { do: 'move', motion: 'blockUp', extend: false }],
    ['Home', { do: 'move', motion: 'rowStart', extend: false }],
    ['Ctrl+Shift+End', { do: 'move', motion: 'gridEnd', extend: true }],
    ['PageDown', { do: 'move', motion: 'pageDown', extend: false }],
    ['Tab', { do: 'tab', back: false }],
    ['Shift+Tab', { do: 'tab', back: true }],
    ['Enter', { do: 'enter', up: false }],
    ['Shift+Enter', { do: 'enter', up: true }],
    ['Alt+Enter', { do: 'open' }],
    ['Ctrl+Enter', { do: 'open' }],
    ['Space', { do: 'open' }],
    ['Shift+Space', { do: 'selectRows' }],
    ['Ctrl+Space', { do: 'selectColumns' }],
    ['F2', { do: 'edit' }],
    ['Backspace', { do: 'editEmpty' }],
    ['Delete', { do: 'clear' }],
    ['Ctrl+d', { do: 'fill', to: 'down' }],
    ['Ctrl+r', { do: 'fill', to: 'right' }],
    ['Ctrl+a', { do: 'selectAll' }],
    ['Ctrl+A', { do: 'selectAll' }],
    ['Alt+ArrowUp', { do: 'carry', to: 'up' }],
    ['Alt+ArrowRight', { do: 'carry', to: 'right' }],
    ['Ctrl+-', { do: 'remove' }],
    ['Shift+F10', { do: 'menu' }],
    ['Escape', { do: 'letGo' }],
    ['7', null],
    ['-', null],
    ['a', null],
    ['Ctrl+c', null],
    ['Ctrl+v', null],
    ['Ctrl+x', null],
    ['Ctrl+z', null],
    ['Ctrl+Shift+z', null],
    ['Ctrl+Tab', null],
    ['Alt+F4', null],
  ];
  test.each(cases)('%s', (pressed, command) => expect(commandOf(key(pressed), 'idle')).toEqual(command));
});

describe('while a cell is edited', () => {
  const cases: [mode: Mode, pressed: string, command: Command | null][] = [
    ['typing', 'Enter', { do: 'commit', then: 'enter' }],
    ['typing', 'Shift+Enter', { do: 'commit', then: 'enterUp' }],
    ['typing', 'Tab', { do: 'commit', then: 'tab' }],
    ['typing', 'Shift+Tab', { do: 'commit', then: 'tabBack' }],
    ['typing', 'Ctrl+Enter', { do: 'commit', then: 'fillRange' }],
    ['typing', 'ArrowLeft', { do: 'commit', then: 'left' }],
    ['inPlace', 'ArrowLeft', null],
    ['typing', 'Shift+ArrowLeft', null],
    ['inPlace', 'Home', null],
    ['typing', 'Escape', { do: 'cancel' }],
    ['typing', 'F2', { do: 'edit' }],
    ['typing', 'Space', null],
    ['typing', 'Delete', null],
    ['typing', 'Ctrl+a', null],
    ['typing', 'Ctrl+d', null],
  ];
  test.each(cases)('%s: %s', (mode, pressed, command) => expect(commandOf(key(pressed), mode)).toEqual(command));
});

describe('an input method at work owns its keys', () => {
  test.each(['Enter', 'ArrowDown', 'Escape', 'Tab', 'Space'])('%s during a composition', (pressed) =>
    expect(commandOf(key(pressed, { isComposing: true }), 'typing')).toBeNull(),
  );
  test('the Enter that ends a composition in WebKit', () =>
    expect(commandOf(key('Enter', { keyCode: 229 }), 'typing')).toBeNull());
});
