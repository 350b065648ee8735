// Tables on the clipboard, written and read the way spreadsheets do it (tab-separated text, and the HTML table beside it).
// Knows nothing of decisions; what a pasted table means is settled in `paste.ts`.

const MUST_QUOTE = /[\t\n\r"]/;
const LOOKS_LIKE_NUMBER = /^[+-]?(\d[\d\s  ']*)?([.,]\d+)*(e[+-]?\d+)?%?$/i;

/**
 * Tab-separated text with CRLF, quoted as Excel quotes: a field with a tab, a line break or a quote is put in quotes and
 * its quotes are doubled. Several rows end with a line break each, so that a last empty row survives; a lone row has none.
 */
export function writeTsv(rows: readonly (readonly string[])[]): string {
  const lines = rows.map((row) => row.map(quoted).join('\t'));
  return lines.length === 1 ? (lines[0] ?? '') : lines.map((line) => `${line}\r\n`).join('');
}

function quoted(field: string): string {
  return MUST_QUOTE.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

/**
 * Reads tab-separated text from a spreadsheet into a rectangle of fields. Lines may end in CRLF, LF or CR. A field counts
 * as quoted only when its closing quote stands before a tab, a line break or the end: LibreOffice leaves `"soft" launch`
 * unquoted, and such a field is taken as it stands. One line break at the end closes the last row and adds none.
 */
export function readTsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  for (;;) {
    const field = readField(text, at);
    row.push(field.text);
    at = field.end;
    if (text[at] === '\t') {
      at += 1;
      continue;
    }
    rows.push(row);
    row = [];
    if (at >= text.length) break;
    at += text[at] === '\r' && text[at + 1] === '\n' ? 2 : 1;
    if (at >= text.length) break;
  }
  return rectangle(rows);
}

function readField(text: string, start: number): { text: string; end: number } {
  const whole = text[start] === '"' ? readQuoted(text, start) : null;
  if (whole) return whole;
  let end = start;
  while (end < text.length && !isBreak(text[end])) end += 1;
  return { text: text.slice(start, end), end };
}

function readQuoted(text: string, start: number): { text: string; end: number } | null {
  let at = start + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return null;
    if (text[quote + 1] === '"') {
      at = quote + 2;
      continue;
    }
    const end = quote + 1;
    if (end < text.length && !isBreak(text[end])) return null;
    const inner = text.slice(start + 1, quote).replaceAll('""', '"');
    return { text: inner.replaceAll('\r\n', '\n'), end };
  }
}

function isBreak(char: string | undefined): boolean {
  return char === '\t' || char === '\n' || char === '\r';
}

function rectangle(rows: string[][]): string[][] {
  const width = Math.max(...rows.map((row) => row.length));
  return rows.map((row) => [...row, ...Array<string>(width - row.length).fill('')]);
}

/**
 * A field that a spreadsheet would run as a formula gets the apostrophe that makes it text there. Numbers stay as they are.
 */
export function disarmFormula(field: string): string {
  return /^[=+\-@\t\r]/.test(field) && !LOOKS_LIKE_NUMBER.test(field) ? `'${field}` : field;
}

/** One field as copied: the text, and its number where it is one, so that no spreadsheet has to guess the decimal mark. */
export interface CopiedField {
  text: string;
  number: number | null;
}

/** The same table as HTML. `sdval` is what LibreOffice and `x:num` what Excel reads as the exact number of a cell. */
export function writeHtmlTable(rows: readonly (readonly CopiedField[])[]): string {
  const body = rows.map((row) => `<tr>${row.map(htmlField).join('')}</tr>`).join('');
  return `<html><head><meta charset="utf-8"></head><body><table>${body}</table></body></html>`;
}

function htmlField(field: CopiedField): string {
  if (field.number !== null) return `<td sdval="${field.number}" sdnum="1033;" x:num="${field.number}">${escapeHtml(field.text)}</td>`;
  return `<td>${escapeHtml(disarmFormula(field.text)).replaceAll('\n', '<br>')}</td>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Repeats a table over a larger range when it divides it evenly both ways; otherwise gives the table as it is. */
export function tile(rows: string[][], height: number, width: number): string[][] {
  const tall = rows.length;
  const wide = rows[0]?.length ?? 0;
  if (tall === 0 || wide === 0 || height % tall !== 0 || width % wide !== 0) return rows;
  return Array.from({ length: height }, (_, r) => Array.from({ length: width }, (_, c) => rows[r % tall]?.[c % wide] ?? ''));
}
