// The one failure that is shown in the bar above the page, with what can be tried again.
import { asAppError } from '../backend/errors.ts';
import type { AppError } from '../backend/types.ts';

export interface Fault {
  error: AppError;
  retry: (() => unknown) | null;
}

export class Faults {
  current = $state.raw<Fault | null>(null);

  show(cause: unknown, retry: Fault['retry'] = null): void {
    this.current = { error: asAppError(cause), retry };
  }

  clear(): void {
    this.current = null;
  }

  retry(): void {
    const again = this.current?.retry;
    this.clear();
    again?.();
  }
}
