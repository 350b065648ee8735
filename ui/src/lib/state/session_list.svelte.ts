// The list at the left: which decisions are shown, and the verbs that act on a whole decision.
import type { Backend } from '../backend/api.ts';
import type { SessionState, SessionSummary } from '../backend/types.ts';
import type { Announcer } from './announcer.svelte.ts';
import type { Faults } from './faults.svelte.ts';
import type { Progress } from './progress.svelte.ts';
import type { Toasts } from './toasts.svelte.ts';

interface Around {
  backend: Backend;
  faults: Faults;
  toasts: Toasts;
  progress: Progress;
  announcer: Announcer;
}

const MOVED: Record<SessionState, string> = {
  open: 'is open again',
  archived: 'is in the archive',
  trashed: 'is in the trash',
};

export class SessionList {
  state = $state<SessionState>('open');
  search = $state('');
  items = $state.raw<SessionSummary[]>([]);
  loaded = $state(false);
  readonly #around: Around;
  /** Told when a decision left or came back, so that an open one can follow. */
  onmoved: (summary: SessionSummary) => void = () => {};
  onerased: (ids: string[]) => void = () => {};
  #asked = 0;

  constructor(around: Around) {
    this.#around = around;
  }

  async load(): Promise<void> {
    const { backend, faults, progress } = this.#around;
    const asked = ++this.#asked;
    try {
      const filter = { state: this.state, search: this.search };
      const items = await progress.during('Reading the history…', backend.sessions(filter));
      if (asked !== this.#asked) return;
      this.items = items;
      this.loaded = true;
    } catch (cause) {
      if (asked === this.#asked) faults.show(cause, () => this.load());
    }
  }

  show(state: SessionState): Promise<void> {
    this.state = state;
    return this.load();
  }

  find(search: string): Promise<void> {
    this.search = search;
    return this.load();
  }

  /** Takes over what an edit said about its decision, without asking again. */
  refresh(summary: SessionSummary): void {
    if (summary.state !== this.state) return;
    const rest = this.items.filter((item) => item.id !== summary.id);
    if (rest.length === this.items.length && this.search) return;
    this.items = [summary, ...rest].sort((a, b) => b.updated_at - a.updated_at);
  }

  async move(summary: SessionSummary, to: SessionState): Promise<void> {
    const { backend, faults, toasts, progress, announcer } = this.#around;
    const from = summary.state;
    try {
      const moved = await progress.during('Moving…', backend.set_session_state(summary.id, to));
      this.onmoved(moved);
      const words = `“${summary.topic}” ${MOVED[to]}.`;
      toasts.show(words, { label: 'Undo', run: () => void this.move(moved, from) });
      announcer.say(words);
      await this.load();
    } catch (cause) {
      faults.show(cause, () => this.move(summary, to));
    }
  }

  /** Final. Resolves to the backups that still hold it, or null after a failure that is on screen. */
  async erase(ids: string[] | 'trash'): Promise<{ erased: number; backups: string[] } | null> {
    const { backend, faults, progress } = this.#around;
    try {
      if (ids === 'trash') {
        const gone = this.items.map((item) => item.id);
        const { erased, backups_holding_it } = await progress.during('Erasing…', backend.empty_trash());
        this.onerased(gone);
        return { erased, backups: backups_holding_it };
      }
      const backups = new Set<string>();
      for (const id of ids) {
        const answer = await progress.during('Erasing…', backend.erase_session(id));
        answer.backups_holding_it.forEach((file) => backups.add(file));
        this.onerased([id]);
      }
      return { erased: ids.length, backups: [...backups] };
    } catch (cause) {
      faults.show(cause);
      return null;
    } finally {
      await this.load();
    }
  }
}
