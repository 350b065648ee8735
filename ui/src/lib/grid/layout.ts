// Sizes of the grid in CSS pixels: column widths from their contents, positions of cells, what is in sight.
// Arithmetic only, so that the cursor can be drawn without asking the page where anything is.
import type { Decision } from '../backend/types.ts';
import type { Place, Range } from './selection.ts';

export const GUTTER = 34;
export const HEADER = 78;
export const ADD_COLUMN = 148;
const CHARACTER = 7.4;
/** Up to this many cells everything is drawn, so that scrolling makes no new rows; 50 × 25 is below it. */
const DRAW_ALL_CELLS = 1600;
/** Otherwise so many rows above and below what is in sight, so that a wheel turn shows no gap. */
const MARGIN_ROWS = 6;

/** Below this width the frozen parts give way, so that there is room for values. */
const NARROW = 820;

export interface Layout {
  rowHeight: number;
  nameWidth: number;
  resultWidth: number;
  narrow: boolean;
  /** Width of each criterion's column. */
  widths: number[];
  /** Left edge of each criterion's column, and at the end the right edge of the last. */
  lefts: number[];
  canAdd: boolean;
  options: number;
}

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

export function layoutOf(decision: Decision, rowHeight: number, canAdd: boolean, width: number): Layout {
  const narrow = width < NARROW;
  const longest = Math.max(14, ...decision.options.map(({ name }) => name.length));
  const nameWidth = Math.round(within(longest * CHARACTER + 32, 150, narrow ? 190 : 280));
  const widths = decision.criteria.map(({ name, unit }) => {
    // A name breaks over two lines at a space, so about half of it and its longest word count.
    const word = Math.max(...name.split(/\s+/).map((part) => part.length));
    const characters = Math.max(word, Math.ceil(name.length / 2) + 2, unit.length + 5);
    return Math.round(within(characters * CHARACTER + 26, 110, 190));
  });
  const lefts = [GUTTER + nameWidth];
  for (const width of widths) lefts.push((lefts.at(-1) ?? 0) + width);
  return { rowHeight, nameWidth, resultWidth: narrow ? 108 : 164, narrow, widths, lefts, canAdd, options: decision.options.length };
}

function within(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, high));
}

export function bodyHeight(layout: Layout): number {
  return (layout.options + (layout.canAdd ? 1 : 0)) * layout.rowHeight;
}

export function totalWidth(layout: Layout): number {
  return (layout.lefts.at(-1) ?? 0) + (layout.canAdd ? ADD_COLUMN : 0) + layout.resultWidth;
}

/** Where a place is on the canvas; for frozen places, where it is while nothing is scrolled. */
export function boxOf(layout: Layout, { row, column }: Place): Box {
  const vertical = row < 0 ? { top: 0, height: HEADER } : { top: HEADER + row * layout.rowHeight, height: layout.rowHeight };
  if (row === layout.options) return { ...vertical, left: GUTTER, width: layout.nameWidth };
  if (column < 0) return { ...vertical, left: GUTTER, width: layout.nameWidth };
  return { ...vertical, left: layout.lefts[column] ?? 0, width: layout.widths[column] ?? ADD_COLUMN };
}

/** The part of a range that lies among the values, as one box; null when it touches names and header only. */
export function valuesBox(layout: Layout, range: Range): Box | null {
  const [top, left] = [Math.max(0, range.top), Math.max(0, range.left)];
  const [bottom, right] = [Math.min(range.bottom, layout.options - 1), Math.min(range.right, layout.widths.length - 1)];
  if (top > bottom || left > right) return null;
  const x = layout.lefts[left] ?? 0;
  return {
    left: x,
    top: HEADER + top * layout.rowHeight,
    width: (layout.lefts[right + 1] ?? x) - x,
    height: (bottom - top + 1) * layout.rowHeight,
  };
}

export interface Sight {
  scrollTop: number;
  scrollLeft: number;
  width: number;
  height: number;
}

/** How many rows beyond those in sight may be drawn in the end. */
export function fullMargin(layout: Layout): number {
  return layout.options * layout.widths.length <= DRAW_ALL_CELLS ? layout.options : MARGIN_ROWS;
}

/** First and last row to draw, with a margin of rows above and below what is in sight. */
export function rowsToDraw(layout: Layout, sight: Sight, margin: number): { first: number; last: number } {
  const first = Math.floor(sight.scrollTop / layout.rowHeight) - margin;
  const last = Math.ceil((sight.scrollTop + Math.max(0, sight.height - HEADER)) / layout.rowHeight) + margin;
  return { first: within(first, 0, Math.max(0, layout.options - 1)), last: Math.min(last, layout.options - 1) };
}

export function pageRows(layout: Layout, sight: Sight): number {
  return Math.max(1, Math.floor((sight.height - HEADER) / layout.rowHeight) - 1);
}

/** The scroll position that brings a place into the part that frozen rows and columns leave free. */
export function scrollTo(layout: Layout, place: Place, sight: Sight): { scrollTop: number; scrollLeft: number } {
  const box = boxOf(layout, place);
  let { scrollTop, scrollLeft } = sight;
  if (place.row >= 0) {
    scrollTop = Math.min(scrollTop, box.top - HEADER);
    scrollTop = Math.max(scrollTop, box.top + box.height - sight.height);
  }
  if (place.column >= 0 && place.row !== layout.options) {
    const frozenLeft = GUTTER + layout.nameWidth;
    scrollLeft = Math.max(scrollLeft, box.left + box.width - (sight.width - layout.resultWidth));
    scrollLeft = Math.min(scrollLeft, box.left - frozenLeft);
  }
  return { scrollTop, scrollLeft };
}
