// Short messages that pass by, each with at most one way back or on. What must not be missed is no toast.

export interface Toast {
  key: number;
  text: string;
  action: { label: string; run: () => void } | null;
}

const SHOWN_MS = 8000;

export class Toasts {
  items = $state<Toast[]>([]);
  #key = 0;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  show(text: string, action: Toast['action'] = null): number {
    const key = ++this.#key;
    this.items = [...this.items.slice(-2), { key, text, action }];
    this.resume(key);
    return key;
  }

  dismiss(key: number): void {
    this.pause(key);
    this.items = this.items.filter((toast) => toast.key !== key);
  }

  /** While the pointer or the focus is on a toast it stays. */
  pause(key: number): void {
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
  }

  resume(key: number): void {
    this.pause(key);
    this.#timers.set(
      key,
      setTimeout(() => this.dismiss(key), SHOWN_MS),
    );
  }
}
