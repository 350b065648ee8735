// Takes what arrives in bursts and hands it on once a frame: three hundred cells a second then cost sixty updates, not three hundred.

/** Calls back at the next frame; in a hidden window, where there are no frames, a little later. */
export function nextFrame(act: () => void): void {
  const HIDDEN_MS = 250;
  let done = false;
  const once = () => {
    if (done) return;
    done = true;
    clearTimeout(timer);
    act();
  };
  const timer = setTimeout(once, HIDDEN_MS);
  requestAnimationFrame(once);
}

export class EventBatch<Event> {
  #waiting: Event[] = [];
  readonly #take: (events: Event[]) => void;
  readonly #schedule: (act: () => void) => void;

  constructor(take: (events: Event[]) => void, schedule: (act: () => void) => void = nextFrame) {
    this.#take = take;
    this.#schedule = schedule;
  }

  push(events: readonly Event[]): void {
    if (events.length === 0) return;
    if (this.#waiting.length === 0) this.#schedule(() => this.#flush());
    this.#waiting.push(...events);
  }

  #flush(): void {
    const events = this.#waiting;
    this.#waiting = [];
    this.#take(events);
  }
}
