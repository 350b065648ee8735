import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { frames, stage, type Stage } from './browser.ts';

// The small decision: 5 options (o6…o10) × 6 criteria (c1…c5, c20).
let on: Stage;
beforeAll(async () => {
  on = await stage();
});
afterAll(() => on.close());

const cell = (page: Page, option: string, criterion: string) => page.getByTestId(`cell-${option}-${criterion}`);
const press = async (page: Page, ...keys: string[]) => {
  for (const key of keys) await page.keyboard.press(key);
};
const active = (page: Page) => page.evaluate(() => document.querySelector('[data-active]')?.getAttribute('data-testid'));
const selected = (page: Page) => page.locator('[aria-selected=true]').count();
const labels = (page: Page) => page.evaluate(() => window.harness.log.map(({ label }) => label));
const saved = (page: Page, count: number) => page.waitForFunction((n) => window.harness.log.length >= n, count);
const clipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText());
const setClipboard = (page: Page, text: string) => page.evaluate((value) => navigator.clipboard.writeText(value), text);

describe('typing', () => {
  test('replaces, Enter goes down, Tab goes right, arrows leave the cell', async () => {
    const page = await on.open();
    await cell(page, 'o6', 'c1').click();
    await page.keyboard.type('131');
    await press(page, 'Enter');
    expect(await active(page)).toBe('cell-o7-c1');
    await page.keyboard.type('1 200,50');
    await press(page, 'Tab');
    expect(await active(page)).toBe('cell-o7-c2');
    await page.keyboard.type('9');
    await press(page, 'ArrowDown');
    expect(await active(page)).toBe('cell-o8-c2');
    await saved(page, 3);
    await expect.poll(() => cell(page, 'o6', 'c1').textContent()).toMatch(/^\s*131\s*$/);
    await expect.poll(() => cell(page, 'o7', 'c1').textContent()).toMatch(/^\s*1200.5\s*$/);
    expect(await page.evaluate(() => window.harness.decision().cells[1]?.[1]?.value)).toBe(9);
  });

  test('F2 edits in place, where arrows move the caret, and Esc keeps the old value', async () => {
    const page = await on.open();
    await cell(page, 'o6', 'c1').click();
    await press(page, 'F2', 'ArrowLeft', '5');
    expect(await page.getByTestId('cell-editor').inputValue()).toBe('1250');
    await press(page, 'Escape');
    expect(await cell(page, 'o6', 'c1').textContent()).toContain('120');
    expect(await labels(page)).toEqual([]);
    expect(await active(page)).toBe('cell-o6-c1');
  });

  test('what was typed is seen before the engine answers', async () => {
    const page = await on.open('delay=400');
    await cell(page, 'o6', 'c1').click();
    await page.keyboard.type('131');
    await press(page, 'Enter');
    await frames(page);
    expect(await cell(page, 'o6', 'c1').textContent()).toContain('131');
    expect(await cell(page, 'o6', 'c1').getAttribute('class')).toContain('saving');
    await saved(page, 1);
    await expect.poll(() => cell(page, 'o6', 'c1').getAttribute('class')).not.toContain('saving');
  });

  test('a refused text stays, says why, opens again with F2 and can be dropped with Esc', async () => {
    const page = await on.open();
    await cell(page, 'o6', 'c1').click();
    await page.keyboard.type('cheap');
    await press(page, 'Enter');
    await expect.poll(() => cell(page, 'o6', 'c1').getAttribute('aria-invalid')).toBe('true');
    await press(page, 'ArrowUp');
    expect(await page.getByTestId('grid-status').textContent()).toContain('not a number');
    await press(page, 'F2');
    expect(await page.getByTestId('cell-editor').inputValue()).toBe('cheap');
    await press(page, 'Escape', 'Escape');
    await expect.poll(() => cell(page, 'o6', 'c1').textContent()).toContain('120');
  });

  test('a composition is left to the input method', async () => {
    const page = await on.open();
    await cell(page, 'o6', 'c5').click();
    const client = await page.context().newCDPSession(page);
    await client.send('Input.imeSetComposition', { text: 'あ', selectionStart: 1, selectionEnd: 1 });
    await expect.poll(() => page.getByTestId('cell-editor').getAttribute('data-editing')).toBe('true');
    await page.evaluate(() => document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', keyCode: 229, bubbles: true, cancelable: true } as KeyboardEventInit)));
    expect(await page.getByTestId('cell-editor').getAttribute('data-editing')).toBe('true');
    await client.send('Input.insertText', { text: '4' });
    await press(page, 'Enter');
    await saved(page, 1);
    expect(await page.evaluate(() => window.harness.decision().cells[0]?.[4]?.score)).toBe(4);
  });

  test('leaving the field saves', async () => {
    const page = await on.open();
    await cell(page, 'o6', 'c1').click();
    await page.keyboard.type('77');
    await cell(page, 'o8', 'c2').click();
    await saved(page, 1);
    expect(await page.evaluate(() => window.harness.decision().cells[0]?.[0]?.value)).toBe(77);
  });

  test('Ctrl+Enter puts one text into the whole range', async () => {
    const page = await on.open();
    await cell(page, 'o6', 'c1').click();
    await press(page, 'Shift+ArrowDown', 'Shift+ArrowRight');
    await page.keyboard.type('5');
    await press(page, 'Control+Enter');
    await saved(page, 1);
    expect(await labels(page)).toEqual(['Fill 4 cells']);
  });
});

describe('names', () => {
  test('are edited in place, an empty one is not taken', async () => {
    const page = await on.open();
    await page.getByTestId('option-name-o6').dblclick();
    await press(page, 'Control+a');
    await page.keyboard.type('Postgres');
    await press(page, 'Enter');
    await page.getByTestId('criterion-head-c2').click();
    await press(page, 'F2', 'Control+a', 'Delete', 'Enter');
    await saved(page, 1);
    expect(await page.evaluate(() => window.harness.decision().options[0]?.name)).toBe('Postgres');
    expect(await page.evaluate(() => window.harness.decision().criteria[1]?.name)).toBe('Commit p99');
  });

  test('a list of options is typed with Enter, a list of criteria with Tab', async () => {
    const page = await on.open('options=0&criteria=0');
    await page.getByTestId('add-criterion').click();
    await page.keyboard.type('Cost (USD)');
    await press(page, 'Tab');
    await page.keyboard.type('Fit');
    await press(page, 'Tab');
    await saved(page, 2);
    await page.getByTestId('add-option').click();
    for (const name of ['A', 'B', 'C']) {
      await page.keyboard.type(name);
      await press(page, 'Enter');
    }
    await saved(page, 5);
    const { options, criteria } = await page.evaluate(() => window.harness.decision());
    expect(options.map(({ name }) => name)).toEqual(['A', 'B', 'C']);
    expect(criteria.map(({ name, unit, kind }) => [name, unit, kind])).toEqual([['Cost', 'USD', 'measured'], ['Fit', '', 'judged']]);
    expect(await active(page)).toBe('add-option');
  });

  test('Tab after a new option goes on in its row', async () => {
    const page = await on.open();
    await page.getByTestId('add-option').click();
    await page.keyboard.type('Neo4j');
    await press(page, 'Tab');
    await saved(page, 1);
    await expect.poll(() => active(page)).toMatch(/^cell-o\d+-c1$/);
  });

  test('a name that is taken stays in the place of the new option', async () => {
    const page = await on.open();
    await page.getByTestId('add-option').click();
    await page.keyboard.type('PostgreSQL');
    await press(page, 'Enter');
    await expect.poll(() => page.getByTestId('add-option').getAttribute('aria-invalid')).toBe('true');
    expect(await page.getByTestId('add-option').textContent()).toContain('PostgreSQL');
  });
});

describe('ranges', () => {
  test('by Shift and arrows, by drag, by Ctrl+A, by row and column', async () => {
    const page = await on.open();
    await cell(page, 'o6', 'c1').click();
    await press(page, 'Shift+ArrowDown', 'Shift+ArrowRight');
    expect(await selected(page)).toBe(4);
    await cell(page, 'o8', 'c3').click({ modifiers: ['Shift'] });
    expect(await selected(page)).toBe(9);
    await cell(page, 'o6', 'c2').hover();
    await page.mouse.down();
    await cell(page, 'o7', 'c4').hover();
    await page.mouse.up();
    expect(await selected(page)).toBe(6);
    await press(page, 'Control+a');
    expect(await selected(page)).toBe(42);
    await cell(page, 'o7', 'c2').click();
    await press(page, 'Shift+Space');
    expect(await selected(page)).toBe(7);
    await cell(page, 'o7', 'c2').click();
    await press(page, 'Control+Space');
    expect(await selected(page)).toBe(5);
    await page.locator('[data-part=column][data-criterion=c3]').click();
    expect(await selected(page)).toBe(5);
  });

  test('Delete clears filled cells as one action', async () => {
    const page = await on.open();
    await cell(page, 'o6', 'c1').click();
    await press(page, 'Shift+ArrowDown', 'Shift+ArrowRight', 'Delete');
    await saved(page, 1);
    expect(await labels(page)).toEqual(['Clear 4 cells']);
    expect(await page.evaluate(() => window.harness.decision().cells[1]?.[1]?.value)).toBeNull();
  });

  test('fill down, fill right, and the handle', async () => {
    const page = await on.open();
    await cell(page, 'o6', 'c1').click();
    await press(page, 'Shift+ArrowDown', 'Shift+ArrowDown', 'Control+d');
    await saved(page, 1);
    await cell(page, 'o6', 'c2').click();
    await press(page, 'Shift+ArrowRight', 'Control+r');
    await saved(page, 2);
    await cell(page, 'o6', 'c4').click();
    const handle = await page.locator('.fill-handle').boundingBox();
    await page.mouse.move((handle?.x ?? 0) + 4, (handle?.y ?? 0) + 4);
    await page.mouse.down();
    await cell(page, 'o8', 'c4').hover();
    await page.mouse.up();
    await saved(page, 3);
    const values = await page.evaluate(() => window.harness.decision().cells.map((row) => row.map(({ value }) => value)));
    expect(values.slice(0, 3).map((row) => row[0])).toEqual([120, 120, 120]);
    expect(values[0]?.[2]).toBe(4.2);
    expect(values.slice(0, 3).map((row) => row[3])).toEqual([18, 18, 18]);
    expect(await labels(page)).toEqual(['Fill down 2 cells', 'Fill right 1 cell', 'Fill 2 cells']);
  });
});

describe('the clipboard', () => {
  test('a copy is a table for a spreadsheet, as text and as HTML', async () => {
    const page = await on.open();
    await cell(page, 'o6', 'c1').click();
    await press(page, 'Shift+ArrowDown', 'Shift+ArrowRight', 'Control+c');
    await expect.poll(() => clipboard(page)).toMatch(/^120\t4.2\r?\n390\t11\r?\n$/);
    const html = await page.evaluate(async () => {
      const [item] = await navigator.clipboard.read();
      return (await item?.getType('text/html'))?.text();
    });
    expect(html).toContain('<td');
    expect(html).toContain('390');
  });

  test('a table of a spreadsheet comes in, quoted cells too', async () => {
    const page = await on.open();
    await setClipboard(page, '1\t2\r\n3\t4\r\n');
    await cell(page, 'o7', 'c1').click();
    await press(page, 'Control+v');
    await saved(page, 1);
    expect(await labels(page)).toEqual(['Paste 2×2']);
    expect(await page.evaluate(() => window.harness.decision().cells.slice(1, 3).map((row) => row.slice(0, 2).map(({ value }) => value)))).toEqual([[1, 2], [3, 4]]);
    expect(await selected(page)).toBe(4);
  });

  test('one value fills a range', async () => {
    const page = await on.open();
    await setClipboard(page, '7');
    await cell(page, 'o6', 'c1').click();
    await press(page, 'Shift+ArrowDown', 'Shift+ArrowRight', 'Control+v');
    await saved(page, 1);
    expect(await page.evaluate(() => window.harness.decision().cells.slice(0, 2).map((row) => row.slice(0, 2).map(({ value }) => value)))).toEqual([[7, 7], [7, 7]]);
  });

  test('more rows than there are add options', async () => {
    const page = await on.open();
    await setClipboard(page, 'X\t1\r\nY\t2\r\n');
    await page.getByTestId('option-name-o10').click();
    await press(page, 'Control+v');
    await saved(page, 1);
    const { options } = await page.evaluate(() => window.harness.decision());
    expect(options.map(({ name }) => name).slice(-2)).toEqual(['X', 'Y']);
  });

  test('one bad value of a table is marked and the others are saved', async () => {
    const page = await on.open();
    await setClipboard(page, '1\r\noops\r\n3\r\n');
    await cell(page, 'o6', 'c1').click();
    await press(page, 'Control+v');
    await saved(page, 2);
    await expect.poll(() => cell(page, 'o7', 'c1').getAttribute('aria-invalid')).toBe('true');
    expect(await cell(page, 'o7', 'c1').textContent()).toContain('oops');
    expect(await page.evaluate(() => window.harness.decision().cells.slice(0, 3).map((row) => row[0]?.value))).toEqual([1, 390, 3]);
  });

  test('a cut moves values, and a name that looks like a formula comes back exact', async () => {
    const page = await on.open();
    await page.getByTestId('option-name-o6').click();
    await page.keyboard.type('=HYPERLINK("x")');
    await press(page, 'Enter');
    await saved(page, 1);
    await page.getByTestId('option-name-o6').click();
    await press(page, 'Control+c');
    await expect.poll(() => clipboard(page)).toBe(`"'=HYPERLINK(""x"")"`);
    await cell(page, 'o6', 'c1').click();
    await press(page, 'Control+x');
    await cell(page, 'o7', 'c1').click();
    await press(page, 'Control+v');
    await saved(page, 3);
    expect(await page.evaluate(() => window.harness.decision().cells.slice(0, 2).map((row) => row[0]?.value))).toEqual([null, 120]);
  });

  test('a table that cannot come in at all says so in sight', async () => {
    const page = await on.open();
    await setClipboard(page, 'X\t1\r\nPostgreSQL\t2\r\n');
    await page.getByTestId('add-option').click();
    await press(page, 'Escape', 'Control+v');
    await saved(page, 1);
    await expect.poll(() => page.getByTestId('grid-status').textContent()).toContain('already there');
    expect(await page.evaluate(() => window.harness.decision().options.length)).toBe(5);
  });

  test('a whole table makes a decision out of nothing', async () => {
    const page = await on.open('options=0&criteria=0');
    await setClipboard(page, '\tCost\tLatency\r\nA\t1\t2\r\nB\t3\t4\r\n');
    await page.getByTestId('grid').getByText('Option', { exact: true }).click();
    await press(page, 'Control+v');
    await saved(page, 1);
    const { options, criteria } = await page.evaluate(() => window.harness.decision());
    expect([options.length, criteria.length]).toEqual([2, 2]);
  });
});

describe('order', () => {
  test('Alt and arrows move options and criteria, and the cursor goes along', async () => {
    const page = await on.open();
    await cell(page, 'o8', 'c3').click();
    await press(page, 'Alt+ArrowUp', 'Alt+ArrowUp', 'Alt+ArrowRight');
    await saved(page, 3);
    const { options, criteria } = await page.evaluate(() => window.harness.decision());
    expect(options[0]?.id).toBe('o8');
    expect(criteria[3]?.id).toBe('c3');
    await expect.poll(() => active(page)).toBe('cell-o8-c3');
  });

  test('Ctrl and minus removes an option from its name', async () => {
    const page = await on.open();
    await page.getByTestId('option-name-o7').click();
    await press(page, 'Control+-');
    await saved(page, 1);
    expect(await labels(page)).toEqual(['Remove option CockroachDB']);
    await expect.poll(() => active(page)).toBe('option-name-o8');
  });
});

describe('opening', () => {
  test('by Space, Alt+Enter, Ctrl+Enter, the corner mark and the menu', async () => {
    const page = await on.open();
    await cell(page, 'o6', 'c1').click();
    await press(page, 'Space', 'Alt+Enter', 'Control+Enter');
    await page.getByTestId('option-name-o6').click();
    await press(page, 'Space');
    await page.getByTestId('criterion-head-c2').click();
    await press(page, 'Space');
    const box = await cell(page, 'o8', 'c4').boundingBox();
    await page.mouse.click((box?.x ?? 0) + (box?.width ?? 0) - 4, (box?.y ?? 0) + 4);
    await cell(page, 'o9', 'c1').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Where this number comes from' }).click();
    expect(await page.evaluate(() => window.harness.opened)).toEqual([['o6', 'c1'], ['o6', 'c1'], ['o6', 'c1'], ['o6'], ['c2'], ['o8', 'c4'], ['o9', 'c1']]);
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe('cell-editor');
  });
});

describe('read-only', () => {
  test('moves, copies and opens, and changes nothing', async () => {
    const page = await on.open('readonly');
    await cell(page, 'o6', 'c1').click();
    await page.keyboard.type('9');
    await press(page, 'Enter', 'ArrowUp', 'Delete', 'Control+d', 'Control+-', 'Alt+ArrowDown', 'Control+v', 'Control+c');
    await expect.poll(() => clipboard(page)).toContain('120');
    expect(await labels(page)).toEqual([]);
    expect(await page.getByTestId('add-option').count()).toBe(0);
  });
});

describe('an empty decision', () => {
  test('has its places to begin side by side, and takes the first names', async () => {
    const page = await on.open('options=0&criteria=0');
    const [head, option] = await Promise.all([page.getByTestId('add-criterion').boundingBox(), page.getByTestId('add-option').boundingBox()]);
    const corner = await page.getByTestId('grid').getByText('Option', { exact: true }).boundingBox();
    expect(head?.y).toBe(corner?.y);
    expect(option?.x).toBe(corner?.x);
    await page.getByTestId('cell-editor').focus();
    await page.keyboard.type('Cost');
    await press(page, 'Tab');
    await saved(page, 1);
    await expect.poll(() => page.getByRole('columnheader', { name: 'Cost' }).count()).toBe(1);
  });

  test('an editor on a long name is as wide as the name', async () => {
    const page = await on.open();
    await page.getByTestId('criterion-head-c3').dblclick();
    const editor = page.getByTestId('cell-editor');
    await expect.poll(() => editor.evaluate((field) => field.scrollWidth <= field.clientWidth)).toBe(true);
  });
});

describe('for everyone', () => {
  test.each(['', 'theme=dark', 'options=50&criteria=25', 'options=0&criteria=0', 'readonly'])('no finding of axe: %s', async (query) => {
    const page = await on.open(query);
    await page.getByTestId('grid').getByText('Option', { exact: true }).click();
    await press(page, 'ArrowDown');
    const { violations } = await new AxeBuilder({ page }).disableRules(['region', 'landmark-one-main', 'page-has-heading-one']).analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
  });

  test('Esc and Tab lead out of the grid', async () => {
    const page = await on.open();
    await cell(page, 'o6', 'c1').click();
    await press(page, 'Escape', 'Tab');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).not.toBe('cell-editor');
  });

  test('the text field names the active cell', async () => {
    const page = await on.open();
    await cell(page, 'o6', 'c1').click();
    await press(page, 'ArrowRight');
    await frames(page);
    const id = await page.getByTestId('cell-editor').getAttribute('aria-activedescendant');
    expect(await page.evaluate((name) => document.getElementById(name ?? '')?.dataset.testid, id)).toBe('cell-o6-c2');
  });

  test.each([[50, 25], [200, 50]])('far cells of %s × %s come into sight, clear of what is frozen', async (options, criteria) => {
    const page = await on.open(`options=${options}&criteria=${criteria}`);
    await page.getByTestId('grid').getByRole('gridcell').first().click();
    await press(page, 'Control+End');
    await frames(page);
    const [box, result, header] = await Promise.all([
      page.locator('[data-active]').boundingBox(),
      page.getByRole('columnheader', { name: 'Rank' }).boundingBox(),
      page.getByTestId(`criterion-head-c${criteria}`).boundingBox(),
    ]);
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual((result?.x ?? 0) + 1);
    expect(box?.y).toBeGreaterThan((header?.y ?? 0) + (header?.height ?? 0) - 1);
    expect(await page.locator('.status b').textContent()).toContain(`Option ${options} `);
  });
});
