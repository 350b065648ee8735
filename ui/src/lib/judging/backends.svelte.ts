// The servers that can judge: what is set up, and what each answered when it was last asked. Keys pass through to the engine
// and are never kept here. A server elsewhere is contacted when the user asks for it, never by itself.
import type { Backend } from '../backend/api.ts';
import { asAppError } from '../backend/errors.ts';
import type { AppError, BackendConfigView, BackendInfo, BackendTest } from '../backend/types.ts';

export class Backends {
  list = $state.raw<BackendInfo[]>([]);
  tests = $state.raw<ReadonlyMap<string, BackendTest>>(new Map());
  testing = $state.raw<ReadonlySet<string>>(new Set());
  failed = $state.raw<AppError | null>(null);
  readonly #backend: Backend;
  #asked = new Map<string, number>();

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  async load(): Promise<void> {
    try {
      this.list = await this.#backend.backends();
      this.failed = null;
    } catch (cause) {
      this.failed = asAppError(cause);
    }
  }

  find(name: string | null): BackendInfo | null {
    return this.list.find((entry) => entry.name === name) ?? null;
  }

  /** Asks the server itself; of several askings the last one counts. */
  async test(name: string, model: string | null = null, ask = false): Promise<void> {
    const asked = (this.#asked.get(name) ?? 0) + 1;
    this.#asked.set(name, asked);
    this.testing = new Set([...this.testing, name]);
    let answer: BackendTest;
    try {
      answer = await this.#backend.test_backend(name, model, ask);
    } catch (cause) {
      const error = asAppError(cause);
      answer = { state: 'odd', message: error.message, hint: error.hint ?? null, latency_ms: null, version: null, models: [] };
    }
    if (this.#asked.get(name) !== asked) return;
    this.tests = new Map(this.tests).set(name, answer);
    this.testing = new Set([...this.testing].filter((other) => other !== name));
  }

  add(config: BackendConfigView): Promise<AppError | null> {
    return this.#change(() => this.#backend.add_backend(config));
  }

  remove(name: string): Promise<AppError | null> {
    return this.#change(() => this.#backend.remove_backend(name));
  }

  setDefault(name: string | null): Promise<AppError | null> {
    return this.#change(() => this.#backend.set_default_backend(name));
  }

  /** What the server said before says nothing about another key. */
  async setKey(name: string, key: string): Promise<AppError | null> {
    const refused = await this.#change(() => this.#backend.set_backend_key(name, key));
    if (refused) return refused;
    this.tests = new Map([...this.tests].filter(([other]) => other !== name));
    if (this.find(name)?.this_machine) void this.test(name);
    return null;
  }

  async #change(act: () => Promise<BackendInfo[]>): Promise<AppError | null> {
    try {
      this.list = await act();
    } catch (cause) {
      return asAppError(cause);
    }
    return null;
  }
}
