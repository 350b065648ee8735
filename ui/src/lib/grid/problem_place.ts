// Which cell of a batch a refusal is about, read from the problem's field. A refusal that names no cell concerns them all.
import type { CellText, Decision, Problem } from '../backend/types.ts';

/** `options[2].values.Monthly cost`, also with the name in quotes or brackets. */
const NAMED_CELL = /options\[(\d+)\]\.(?:values|scores)(?:\.|\[)"?(.+?)"?\]?$/;

/** Indexes into `cells` (as sent with `type_cells`) that the problem is about; empty when it does not say. */
export function typedCellsOf(problem: Problem, cells: CellText[], decision: Decision): number[] {
  const field = problem.field;
  const matrix = /cells\[(\d+)\]\[(\d+)\]/.exec(field);
  if (matrix) return positions(cells, decision.options[Number(matrix[1])]?.id, decision.criteria[Number(matrix[2])]?.id);
  const listed = /cells\[(\d+)\]/.exec(field);
  if (listed) return Number(listed[1]) < cells.length ? [Number(listed[1])] : [];
  const named = NAMED_CELL.exec(field);
  if (named) {
    const criterion = decision.criteria.find(({ name, id }) => name === named[2] || id === named[2]);
    return positions(cells, decision.options[Number(named[1])]?.id, criterion?.id);
  }
  return problem.found ? cells.flatMap(({ text }, index) => (text === problem.found ? [index] : [])) : [];
}

function positions(cells: CellText[], option: string | undefined, criterion: string | undefined): number[] {
  return cells.flatMap((cell, index) => (cell.option === option && cell.criterion === criterion ? [index] : []));
}

/** The row and column inside a pasted table that the problem is about; null when it does not say. */
export function pastedFieldOf(problem: Problem, rows: string[][], start: { row: number; column: number }, decision: Decision): { row: number; column: number } | null {
  const place = pastedPlace(problem, rows, start, decision);
  return place && rows[place.row]?.[place.column] !== undefined ? place : null;
}

function pastedPlace(problem: Problem, rows: string[][], start: { row: number; column: number }, decision: Decision): { row: number; column: number } | null {
  const { field, found } = problem;
  const inTable = /rows\[(\d+)\]\[(\d+)\]/.exec(field);
  if (inTable) return { row: Number(inTable[1]), column: Number(inTable[2]) };
  const inDecision = /cells\[(\d+)\]\[(\d+)\]/.exec(field);
  if (inDecision) return { row: Number(inDecision[1]) - start.row, column: Number(inDecision[2]) - start.column };
  const named = NAMED_CELL.exec(field);
  if (named) {
    const row = Number(named[1]) - start.row;
    const known = decision.criteria.findIndex(({ name, id }) => name === named[2] || id === named[2]);
    // A column that the paste itself adds has no place yet: its text tells.
    return { row, column: known >= 0 ? known - start.column : (rows[row]?.indexOf(found ?? '') ?? -1) };
  }
  const row = found ? rows.findIndex((fields) => fields.includes(found)) : -1;
  return row < 0 ? null : { row, column: rows[row]?.indexOf(found ?? '') ?? -1 };
}
