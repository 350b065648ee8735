// Repeats work as often as it is asked for, but never twice at once and never faster than a given pace. The last asking is
// always answered.

export class Paced {
  readonly #act: () => Promise<unknown>;
  readonly #every: number;
  #last = -Infinity;
  #busy = false;
  #wanted = false;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(every_ms: number, act: () => Promise<unknown>) {
    this.#every = every_ms;
    this.#act = act;
  }

  ask(): void {
    this.#wanted = true;
    if (this.#busy || this.#timer !== null) return;
    const wait = this.#last + this.#every - performance.now();
    if (wait <= 0) void this.#run();
    else {
      this.#timer = setTimeout(() => {
        this.#timer = null;
        void this.#run();
      }, wait);
    }
  }

  /** Forgets what was asked for and has not begun. */
  stop(): void {
    this.#wanted = false;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #run(): Promise<void> {
    if (!this.#wanted) return;
    this.#wanted = false;
    this.#busy = true;
    this.#last = performance.now();
    try {
      await this.#act();
    } finally {
      this.#busy = false;
      if (this.#wanted) this.ask();
    }
  }
}
