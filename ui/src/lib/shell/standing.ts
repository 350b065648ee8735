// In one or two words, where a decision stands.
import type { SessionSummary } from '../backend/types.ts';

export interface Standing {
  label: string;
  tone: '' | 'good' | 'warn';
}

export function standing(summary: SessionSummary): Standing {
  switch (summary.status) {
    case 'empty':
      return { label: 'Empty', tone: '' };
    case 'close_race':
      return { label: 'Close race', tone: 'warn' };
    case 'ranked':
      return { label: summary.leader ?? 'Ranked', tone: 'good' };
    case 'incomplete':
      return summary.filled === summary.cells
        ? { label: 'No winner yet', tone: '' }
        : { label: `${summary.filled} of ${summary.cells} filled`, tone: '' };
  }
}
