import { describe, expect, test } from 'vitest';
import type { Decision } from '../backend/types.ts';
import { bodyHeight, boxOf, fullMargin, GUTTER, HEADER, layoutOf, rowsToDraw, scrollTo, totalWidth, valuesBox, type Sight } from './layout.ts';

const decision = {
  options: Array.from({ length: 50 }, (_, index) => ({ name: `Option ${index}` })),
  criteria: Array.from({ length: 25 }, (_, index) => ({ name: index === 0 ? 'Cost' : 'A considerably longer criterion name', unit: '' })),
} as unknown as Decision;
const layout = layoutOf(decision, 34, true, 900);
const sight: Sight = { scrollTop: 0, scrollLeft: 0, width: 900, height: HEADER + 340 };

test('a longer name gets a wider column, within bounds', () => {
  expect(layout.widths[1]).toBeGreaterThan(layout.widths[0] ?? 0);
  expect(Math.max(...layout.widths)).toBeLessThanOrEqual(190);
});

test('in a narrow window the frozen parts give way to values', () => {
  const narrow = layoutOf(decision, 34, true, 600);
  expect(narrow.resultWidth).toBeLessThan(layout.resultWidth);
  expect(narrow.widths).toEqual(layout.widths);
});

test('columns stand side by side without gaps', () =>
  layout.widths.forEach((width, column) => expect(layout.lefts[column + 1]).toBe((layout.lefts[column] ?? 0) + width)));

test('the line that adds an option has its place below the last', () => expect(bodyHeight(layout)).toBe(51 * 34));

describe('what is drawn', () => {
  test('at the top begins with the first row', () => expect(rowsToDraw(layout, sight, 6)).toEqual({ first: 0, last: 16 }));
  test('moves with the scrolling and holds a margin', () => expect(rowsToDraw(layout, { ...sight, scrollTop: 680 }, 6)).toEqual({ first: 14, last: 36 }));
  test('ends with the last row', () => expect(rowsToDraw(layout, { ...sight, scrollTop: 5000 }, 6).last).toBe(49));
  test('is all of 50 × 25, and a window on 200 × 50', () => {
    expect(fullMargin(layout)).toBe(50);
    expect(fullMargin({ ...layout, options: 200 })).toBeLessThan(20);
  });
  test('is nothing without options', () => {
    const { first, last } = rowsToDraw(layoutOf({ ...decision, options: [] }, 34, true, 900), sight, 6);
    expect(last).toBeLessThan(first);
  });
});

describe('bringing a place into sight', () => {
  test('leaves the page alone when it is in sight', () => expect(scrollTo(layout, { row: 3, column: 1 }, sight)).toEqual({ scrollTop: 0, scrollLeft: 0 }));
  test('down: its bottom at the lower edge', () => expect(scrollTo(layout, { row: 20, column: 0 }, sight).scrollTop).toBe(HEADER + 21 * 34 - sight.height));
  test('up: its top below the frozen header', () => expect(scrollTo(layout, { row: 2, column: 0 }, { ...sight, scrollTop: 500 }).scrollTop).toBe(68));
  test('right: clear of the frozen result', () => {
    const { scrollLeft } = scrollTo(layout, { row: 0, column: 20 }, sight);
    const box = boxOf(layout, { row: 0, column: 20 });
    expect(box.left + box.width - scrollLeft).toBe(sight.width - layout.resultWidth);
  });
  test('left: clear of the frozen names', () => {
    const { scrollLeft } = scrollTo(layout, { row: 0, column: 2 }, { ...sight, scrollLeft: 2000 });
    expect(boxOf(layout, { row: 0, column: 2 }).left - scrollLeft).toBe(GUTTER + layout.nameWidth);
  });
  test('a frozen head scrolls nothing downward', () => expect(scrollTo(layout, { row: -1, column: 0 }, { ...sight, scrollTop: 400 }).scrollTop).toBe(400));
});

test('a range is drawn over its values only, not over names and header', () => {
  const box = valuesBox(layout, { top: -1, left: -1, bottom: 1, right: 0 });
  expect(box).toEqual({ left: layout.lefts[0], top: HEADER, width: layout.widths[0], height: 68 });
  expect(valuesBox(layout, { top: -1, left: 0, bottom: -1, right: 3 })).toBeNull();
});

test('the canvas holds all columns, the new one and the result', () => expect(totalWidth(layout)).toBeGreaterThan((layout.lefts.at(-1) ?? 0) + layout.resultWidth));
