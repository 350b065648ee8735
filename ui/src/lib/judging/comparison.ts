// Two runs side by side: which cells come first, and how far they agree, in words.
import type { ComparedCell, RunComparison } from '../backend/types.ts';

/** Largest difference first, then cells that only one run scored, then those that agree. Ties keep the table's order. */
export function byDifference(cells: readonly ComparedCell[]): ComparedCell[] {
  const weight = (cell: ComparedCell): number => {
    if (cell.difference !== null) return cell.difference === 0 ? 0 : 1 + Math.abs(cell.difference);
    return cell.a?.state === cell.b?.state ? 0 : 1;
  };
  return cells.map((cell, index) => ({ cell, index })).sort((x, y) => weight(y.cell) - weight(x.cell) || x.index - y.index).map(({ cell }) => cell);
}

export const differs = (cell: ComparedCell): boolean => (cell.difference === null ? cell.a?.state !== cell.b?.state : cell.difference !== 0);

export function agreementWords({ same, within_one, compared }: RunComparison['agreement']): string {
  if (compared === 0) return 'No cell was scored in both.';
  const share = (n: number) => `${Math.round((n / compared) * 100)} %`;
  return `Of ${compared} cells scored in both, ${same} are equal (${share(same)}) and ${within_one} within one level (${share(within_one)}).`;
}

export const signed = (difference: number): string => (difference === 0 ? '0' : `${difference > 0 ? '+' : '−'}${Math.abs(difference)}`);
