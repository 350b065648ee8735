// The mouse in the grid: what was hit, and dragging over cells, rows, columns or from the fill handle.
import type { GridController } from './grid_controller.svelte.ts';
import * as select from './selection.ts';
import type { Place, Range, Selection } from './selection.ts';

type Part = 'cell' | 'mark' | 'row' | 'column' | 'all' | 'fill';

export interface Hit {
  part: Part;
  place: Place;
}

const MARK = 13;
const EDGE = 28;

export function hitAt(controller: GridController, element: Element | null, x: number, y: number): Hit | null {
  if (element?.closest('[data-part="fill"]')) return { part: 'fill', place: controller.selection.active };
  if (element?.closest('[data-part="all"]')) return { part: 'all', place: controller.selection.active };
  const found = element?.closest<HTMLElement>('[data-option],[data-criterion],[data-add]');
  if (!found) return null;
  const { model } = controller;
  const { option, criterion, add, part } = found.dataset;
  const { decision } = model;
  if (add === 'option') return { part: 'cell', place: { row: decision.options.length, column: -1 } };
  if (add === 'criterion') return { part: 'cell', place: { row: -1, column: decision.criteria.length } };
  const place = { row: option ? model.rowOf(option) : -1, column: criterion ? model.columnOf(criterion) : -1 };
  if (part === 'row' || part === 'column') return { part, place };
  const box = found.getBoundingClientRect();
  const onMark = add === undefined && x > box.right - MARK && y < box.top + MARK;
  return { part: onMark ? 'mark' : 'cell', place };
}

/** A press of the main button. Returns what a drag from here does, or null when there is nothing to drag. */
export function press(controller: GridController, hit: Hit, shift: boolean): ((over: Hit) => void) | null {
  const { model } = controller;
  const field = model.field(1);
  const { place } = hit;
  const was = controller.selection;
  switch (hit.part) {
    case 'all':
      controller.goToQuietly(select.all(was, field));
      return null;
    case 'mark':
      controller.goTo(select.at(place));
      controller.open(place);
      return null;
    case 'row':
    case 'column': {
      const whole = hit.part === 'row' ? select.rows : select.columns;
      const from = shift ? was.active : place;
      const spread = (to: Place): void => controller.goToQuietly(whole(between(from, to), field));
      spread(place);
      return (over) => spread(over.place);
    }
    case 'fill':
      return null;
    case 'cell': {
      const target = model.targetAt(place);
      if (target.kind === 'addOption' || target.kind === 'addCriterion') {
        controller.goTo(select.at(place));
        if (field.canAdd) controller.edit(place);
        return null;
      }
      controller.goTo(shift ? select.extendTo(was, place, field) : select.at(place));
      const start = controller.selection;
      return (over) => {
        const next = select.extendTo(start, over.place, field);
        if (!select.same(next.head, controller.selection.head)) controller.goTo(next);
      };
    }
  }
}

function between(a: Place, b: Place): Selection {
  return { anchor: a, head: b, active: a, tabbedFrom: null };
}

/** The range that a drag of the fill handle to a place would fill: along the axis on which it went further. */
export function fillTarget(source: Range, over: Place, last: { row: number; column: number }): Range {
  const row = Math.max(0, Math.min(over.row, last.row));
  const column = Math.max(0, Math.min(over.column, last.column));
  const down = row - source.bottom;
  const up = source.top - row;
  const right = column - source.right;
  const left = source.left - column;
  const most = Math.max(down, up, right, left);
  if (most <= 0) return source;
  if (most === down) return { ...source, bottom: row };
  if (most === up) return { ...source, top: row };
  return most === right ? { ...source, right: column } : { ...source, left: column };
}

/** Follows the pointer until the button is up; near an edge the grid scrolls along. */
export function drag(scroller: HTMLElement, onOver: (event: PointerEvent) => void, onEnd: () => void): void {
  const move = (event: PointerEvent): void => {
    const box = scroller.getBoundingClientRect();
    const pull = (value: number, low: number, high: number) => (value < low + EDGE ? -18 : value > high - EDGE ? 18 : 0);
    const outside = event.clientY > box.bottom - EDGE || event.clientX > box.right - EDGE || event.clientY < box.top + EDGE || event.clientX < box.left + EDGE;
    if (outside) scroller.scrollBy(pull(event.clientX, box.left, box.right), pull(event.clientY, box.top, box.bottom));
    onOver(event);
  };
  const end = (): void => {
    window.removeEventListener('pointermove', move);
    window.removeEventListener('pointerup', end);
    window.removeEventListener('pointercancel', end);
    onEnd();
  };
  window.addEventListener('pointermove', move);
  window.addEventListener('pointerup', end);
  window.addEventListener('pointercancel', end);
}
