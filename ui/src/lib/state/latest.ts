// One request in flight; of the inputs that arrive meanwhile only the newest is sent next.

/**
 * Answers arrive in the order of their inputs, so each one shown is newer than the one on screen. An answer is stale
 * once `cancel` was called after its input was pushed: it is dropped. Without the in-between answers a fast drag would
 * show nothing until the hand rests.
 */
export class Latest<Input, Output> {
  readonly #ask: (input: Input) => Promise<Output>;
  readonly #accept: (output: Output, input: Input) => void;
  readonly #fail: (cause: unknown, input: Input) => void;
  #busy = false;
  #waiting: { input: Input } | null = null;
  #generation = 0;

  constructor(
    ask: (input: Input) => Promise<Output>,
    accept: (output: Output, input: Input) => void,
    fail: (cause: unknown, input: Input) => void,
  ) {
    this.#ask = ask;
    this.#accept = accept;
    this.#fail = fail;
  }

  push(input: Input): void {
    this.#waiting = { input };
    if (!this.#busy) void this.#drain();
  }

  /** Forgets what waits and drops the answer that is under way. */
  cancel(): void {
    this.#waiting = null;
    this.#generation += 1;
  }

  async #drain(): Promise<void> {
    this.#busy = true;
    while (this.#waiting) {
      const { input } = this.#waiting;
      this.#waiting = null;
      const generation = this.#generation;
      try {
        const output = await this.#ask(input);
        if (generation === this.#generation) this.#accept(output, input);
      } catch (cause) {
        if (generation === this.#generation) this.#fail(cause, input);
      }
    }
    this.#busy = false;
  }
}
