// Chooses the backend: the engine inside the desktop window, an in-memory one in a plain browser.
import type { Backend } from './api.ts';
import { isTauri, tauriBackend } from './tauri.ts';

export async function connect(): Promise<Backend> {
  if (isTauri()) return tauriBackend;
  const { FakeBackend, scenarioFrom } = await import('./fake/fake.ts');
  return new FakeBackend(scenarioFrom(window.location.search));
}
