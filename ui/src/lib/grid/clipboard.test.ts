import { expect, test } from 'vitest';
import { Clipboard } from './clipboard.ts';

test('a name that looks like a formula is text for a spreadsheet and itself for the grid', () => {
  const clipboard = new Clipboard();
  const { text } = clipboard.write([['=1+1', '-5'], ['A', '2']]);
  expect(text).toBe("'=1+1\t-5\r\nA\t2\r\n");
  expect(clipboard.read(text)).toEqual([['=1+1', '-5'], ['A', '2']]);
});

test('its own copy is known again after a system changed the line breaks', () => {
  const clipboard = new Clipboard();
  const { text } = clipboard.write([['@a'], ['b']]);
  expect(clipboard.read(text.replaceAll('\r\n', '\n').trimEnd())).toEqual([['@a'], ['b']]);
});

test('what came from elsewhere since is read as it is', () => {
  const clipboard = new Clipboard();
  clipboard.write([['=1+1']]);
  expect(clipboard.read("'=2\n")).toEqual([["'=2"]]);
});

test('numbers go along exact, whatever decimal mark the spreadsheet uses', () =>
  expect(new Clipboard().write([['1200.5', 'A', '1 200,50']]).html).toMatch(/sdval="1200\.5".*<td>A<\/td><td>1 200,50<\/td>/));
