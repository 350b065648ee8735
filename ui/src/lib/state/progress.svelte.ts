// Says what is being waited for once the wait is long enough to be noticed.

const NOTICED_MS = 600;

export class Progress {
  /** What is under way, or null while nothing has taken long. */
  current = $state<string | null>(null);
  #running = new Map<number, string>();
  #key = 0;

  async during<T>(what: string, work: Promise<T>): Promise<T> {
    const key = ++this.#key;
    const timer = setTimeout(() => {
      this.#running.set(key, what);
      this.#show();
    }, NOTICED_MS);
    try {
      return await work;
    } finally {
      clearTimeout(timer);
      this.#running.delete(key);
      this.#show();
    }
  }

  #show(): void {
    this.current = [...this.#running.values()].pop() ?? null;
  }
}
