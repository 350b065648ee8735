// Range and points of a value function as a person types them. `undefined` means: not understood.
import { typedNumber } from '../parts/figures.ts';

/** "0 to 500", "0 – 500", "0; 500"; empty = none. Order and finiteness are judged by the backend. */
export function readRange(text: string): [number, number] | null | undefined {
  if (!text.trim()) return null;
  const parts = text.split(/\s+to\s+|\s*[;–…]\s*|\.\.+/i).map((part) => typedNumber(part));
  const [low, high] = parts;
  return parts.length === 2 && low != null && high != null ? [low, high] : undefined;
}

/** One point a line, number and value apart by space, tab, `;`, `:` or `=`; empty = none. */
export function readPoints(text: string): [number, number][] | null | undefined {
  const lines = text.split('\n').map((line) => line.trim()).filter(Boolean);
  if (lines.length === 0) return null;
  const points: [number, number][] = [];
  for (const line of lines) {
    const parts = line.split(/\s*[;:=]\s*|\s+/).map((part) => typedNumber(part));
    const [at, value] = parts;
    if (parts.length !== 2 || at == null || value == null) return undefined;
    points.push([at, value]);
  }
  return points;
}

export const writePoints = (points: [number, number][] | null): string =>
  (points ?? []).map(([at, value]) => `${at} ${value}`).join('\n');
