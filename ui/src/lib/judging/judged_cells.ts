// What is known of each judged cell this moment: what the last view said, what a run has said since, and which cells are being
// asked now. Holds no signals: the grid is told which cells changed and draws those alone.
import type { CellJudgement, RunEvent } from '../backend/types.ts';

export interface CellNow {
  judgement: CellJudgement | null;
  /** Newer than the ranking on screen. */
  fresh: boolean;
  asking: boolean;
}

const NOTHING: CellNow = { judgement: null, fresh: false, asking: false };
const keyOf = (option: string, criterion: string) => `${option} ${criterion}`;

export class JudgedCells {
  #saved = new Map<string, CellJudgement>();
  #fresh = new Map<string, CellJudgement>();
  #asking = new Set<string>();
  #listeners = new Set<(keys: readonly string[]) => void>();

  at(option: string, criterion: string): CellNow {
    const key = keyOf(option, criterion);
    const fresh = this.#fresh.get(key);
    const asking = this.#asking.has(key);
    const judgement = fresh ?? this.#saved.get(key) ?? null;
    return judgement === null && !asking ? NOTHING : { judgement, fresh: fresh !== undefined, asking };
  }

  /** How many cells are being asked. */
  get asking(): number {
    return this.#asking.size;
  }

  /** Returns what ends it. */
  onchange(listener: (keys: readonly string[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A view arrived. What a run said is let go as soon as a view knows it too. */
  saved(judgements: readonly CellJudgement[]): void {
    this.#saved = new Map(judgements.map((entry) => [keyOf(entry.option_id, entry.criterion_id), entry]));
    for (const [key, fresh] of this.#fresh) {
      const saved = this.#saved.get(key);
      if (saved && saved.at === fresh.at && (saved.state === fresh.state || saved.state === 'stale')) this.#fresh.delete(key);
    }
  }

  /** Another session, or the end of a run: only what the view says counts. */
  settle(): void {
    const keys = [...this.#fresh.keys(), ...this.#asking];
    this.#fresh.clear();
    this.#asking.clear();
    this.#tell(keys);
  }

  hear(events: readonly RunEvent[]): void {
    const keys = new Set<string>();
    for (const event of events) {
      if (event.event === 'asking') {
        const key = keyOf(event.option_id, event.criterion_id);
        this.#asking.add(key);
        keys.add(key);
      } else if (event.event === 'cell') {
        const key = keyOf(event.cell.option_id, event.cell.criterion_id);
        this.#asking.delete(key);
        this.#fresh.set(key, event.cell);
        keys.add(key);
      }
    }
    this.#tell([...keys]);
  }

  #tell(keys: readonly string[]): void {
    if (keys.length > 0) for (const listener of this.#listeners) listener(keys);
  }
}
