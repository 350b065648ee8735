// The text field's part in the grid: it holds the focus all the time, so that typing, dead keys and input methods begin in it
// natively; this turns its raw events into the start of an edit and keeps the idle field empty.
import type { GridController } from './grid_controller.svelte.ts';

export function onInput(event: Event, controller: GridController): void {
  const editor = event.currentTarget as HTMLTextAreaElement;
  if (controller.mode === 'idle' && editor.value !== '') controller.typingBegan();
}

/** With no edit under way the field's own undo, drops and line breaks would bring text in from nowhere. */
export function onBeforeInput(event: InputEvent, controller: GridController): void {
  if (controller.mode !== 'idle') return;
  const foreign = /^(history|insertFromDrop|insertFromYank|insertLineBreak|insertParagraph|delete)/;
  if (foreign.test(event.inputType)) event.preventDefault();
}

/** A window that loses the focus is no end of an edit; another field that takes it is. */
export function onBlur(controller: GridController): void {
  if (document.hasFocus()) controller.commit();
}

/** Keys that mean something to the text field stay in it while it is edited, and start no shortcut of the app. */
export function belongsToText(event: KeyboardEvent): boolean {
  const mod = event.ctrlKey || event.metaKey;
  if (/^F\d/.test(event.key)) return false;
  return !mod || /^[acvxyz]$/i.test(event.key) || /^(Arrow|Home|End|Backspace|Delete|Insert)/.test(event.key);
}

export function onClipboard(event: ClipboardEvent, controller: GridController): void {
  if (controller.mode !== 'idle' || !event.clipboardData) return;
  event.preventDefault();
  if (event.type === 'paste') {
    const text = event.clipboardData.getData('text/plain');
    if (text !== '') controller.paste(text);
    return;
  }
  const { text, html } = event.type === 'cut' ? controller.cut() : controller.copy();
  event.clipboardData.setData('text/plain', text);
  event.clipboardData.setData('text/html', html);
}
