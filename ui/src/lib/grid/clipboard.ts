// The grid's copies and what comes back from them: text and HTML for a spreadsheet, and the exact fields for the grid itself.
import { disarmFormula, readTsv, writeHtmlTable, writeTsv } from './tsv.ts';

export interface Copy {
  text: string;
  html: string;
}

export class Clipboard {
  /** The last copy as it was: on the clipboard its formulas are disarmed. */
  #last: { text: string; rows: string[][] } | null = null;

  write(rows: string[][]): Copy {
    const text = writeTsv(rows.map((fields) => fields.map(disarmFormula)));
    this.#last = { text, rows };
    const fields = rows.map((row) => row.map((field) => ({ text: field, number: numberIn(field) })));
    return { text, html: writeHtmlTable(fields) };
  }

  read(text: string): string[][] {
    return this.#last && unixBreaks(this.#last.text) === unixBreaks(text) ? this.#last.rows : readTsv(text);
  }
}

function numberIn(field: string): number | null {
  return /^-?\d+(\.\d+)?$/.test(field) ? Number(field) : null;
}

/** Systems change line breaks on the way through the clipboard, and some drop the last. */
function unixBreaks(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(/\n$/, '');
}
