import { describe, expect, test } from 'vitest';
import { disarmFormula, readTsv, tile, writeHtmlTable, writeTsv } from './tsv.ts';

describe('reading what a spreadsheet puts on the clipboard', () => {
  const cases: [why: string, text: string, rows: string[][]][] = [
    ['Excel ends every row with CRLF, the last too', 'a\tb\r\n1\t2\r\n', [['a', 'b'], ['1', '2']]],
    ['Google Sheets leaves the last row open', 'a\tb\n1\t2', [['a', 'b'], ['1', '2']]],
    ['LibreOffice on Linux uses LF', 'a\n1\n', [['a'], ['1']]],
    ['old Mac text uses CR', 'a\r1\r', [['a'], ['1']]],
    ['a lone cell from Excel is one cell', '120\r\n', [['120']]],
    ['a cell with a line break is quoted and stays one cell', '"two\nlines"\tb\r\n', [['two\nlines', 'b']]],
    ['CRLF inside quotes becomes the line break of the page', '"two\r\nlines"\r\n', [['two\nlines']]],
    ['a tab inside quotes is text', '"a\tb"\tc\r\n', [['a\tb', 'c']]],
    ['doubled quotes are one quote', '"say ""hi"""\t2\r\n', [['say "hi"', '2']]],
    ['a quote in the middle is text', '5" disk\t2\r\n', [['5" disk', '2']]],
    ['LibreOffice leaves a field that only begins with quotes unquoted', '"soft" launch\t2\n', [['"soft" launch', '2']]],
    ['an opening quote that is never closed is text and swallows no row', '"open\t1\nnext\t2\n', [['"open', '1'], ['next', '2']]],
    ['an unclosed quote does not pair up with the next row', '"abc\t1\n"def" x\t2', [['"abc', '1'], ['"def" x', '2']]],
    ['short rows are filled to a rectangle', 'a\tb\tc\n1\n', [['a', 'b', 'c'], ['1', '', '']]],
    ['empty cells keep their places', '\t\t3\n', [['', '', '3']]],
    ['an empty last row is a row', 'a\r\n\r\n', [['a'], ['']]],
    ['an empty quoted field is empty', '""\tb', [['', 'b']]],
    ['nothing is one empty cell', '', [['']]],
  ];
  test.each(cases)('%s', (_why, text, rows) => expect(readTsv(text)).toEqual(rows));
});

describe('writing for a spreadsheet', () => {
  const cases: [why: string, rows: string[][], text: string][] = [
    ['rows end with CRLF', [['a', 'b'], ['1', '2']], 'a\tb\r\n1\t2\r\n'],
    ['a lone cell has no line break, so that it pastes into a sentence', [['120']], '120'],
    ['tabs, breaks and quotes are quoted as Excel does', [['a\tb', 'c\nd', 'e"f']], '"a\tb"\t"c\nd"\t"e""f"'],
  ];
  test.each(cases)('%s', (_why, rows, text) => expect(writeTsv(rows)).toBe(text));
});

test('what is written reads back the same, whatever the cells hold', () => {
  const pieces = ['', 'a', '"', '""', '\t', '\n', 'x "y" z', '1 200,50', "'", '"q', 'q"', ' ', 'Ä€', '\n\n', '"\t"\n'];
  let seed = 7;
  const next = (below: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % below;
  for (let round = 0; round < 2000; round += 1) {
    const [height, width] = [1 + next(4), 1 + next(4)];
    const field = () => Array.from({ length: next(3) }, () => pieces[next(pieces.length)]).join('');
    const rows = Array.from({ length: height }, () => Array.from({ length: width }, field));
    expect(readTsv(writeTsv(rows))).toEqual(rows);
  }
});

describe('text that a spreadsheet would run', () => {
  test.each(['=1+1', '+SUM(A1)', '-A1', '@x', '=HYPERLINK("x")'])('%s is disarmed', (text) =>
    expect(disarmFormula(text)).toBe(`'${text}`),
  );
  test.each(['-5', '+3.2', '-1 200,50', '12%', '-1e5', 'plain', 'a=b', '', '—'])('%s stays as it is', (text) =>
    expect(disarmFormula(text)).toBe(text),
  );
});

test('markup in a name is text in the copied table', () => {
  const html = writeHtmlTable([[{ text: '<b>&"x"</b>\n2', number: null }, { text: '1200.5', number: 1200.5 }]]);
  expect(html).toContain('<td>&lt;b&gt;&amp;&quot;x&quot;&lt;/b&gt;<br>2</td>');
  expect(html).toContain('sdval="1200.5"');
});

describe('a paste over a larger range', () => {
  test('repeats when it divides evenly', () => expect(tile([['1', '2']], 2, 4)).toEqual([['1', '2', '1', '2'], ['1', '2', '1', '2']]));
  test('goes in once when it does not', () => expect(tile([['1', '2']], 2, 3)).toEqual([['1', '2']]));
  test('one cell fills any range', () => expect(tile([['x']], 2, 2)).toEqual([['x', 'x'], ['x', 'x']]));
});
