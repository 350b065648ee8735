// The servers that the in-memory backend pretends to know, and what they offer.
import type { AppError, BackendConfigView, BackendInfo, BackendTest, ModelInfo } from '../types.ts';

export type Reach = 'fine' | 'none' | 'remote' | 'down';

const model = (name: string, gb: number | null, parameters: string | null, more: Partial<ModelInfo> = {}): ModelInfo => ({
  name,
  size_bytes: gb === null ? null : Math.round(gb * 1e9),
  parameters,
  quantization: gb === null ? null : 'Q4_K_M',
  context: 32_768,
  loaded: false,
  cloud: false,
  digest: null,
  ...more,
});

const LOCAL: ModelInfo[] = [
  model('qwen3:8b', 5.2, '8.2B', { loaded: true }),
  model('llama3.2:3b', 2, '3.2B'),
  model('gemma3:12b', 8.1, '12.2B'),
  model('gpt-oss:120b-cloud', null, '116.8B', { cloud: true, context: 131_072 }),
];
const REMOTE: ModelInfo[] = ['mistral-small-3.2', 'mistral-large-2', 'ministral-8b'].map((name) => model(name, null, null, { loaded: null }));

const known = (name: string, kind: BackendInfo['kind'], more: Partial<BackendInfo>): BackendInfo => ({
  name,
  kind,
  base_url: null,
  model: null,
  address: null,
  this_machine: false,
  key: 'none',
  is_default: false,
  removable: false,
  concurrency: 4,
  connect_timeout: 10,
  first_byte_timeout: 300,
  silence_timeout: 60,
  key_env: null,
  proxy: null,
  ca_file: null,
  local: false,
  problem: null,
  ...more,
});

export class FakeBackends {
  readonly reach: Reach;
  list: BackendInfo[];

  constructor(reach: Reach) {
    this.reach = reach;
    this.list = [
      known('ollama', 'ollama', { address: 'http://127.0.0.1:11434', this_machine: true, model: 'qwen3:8b', is_default: reach !== 'none' && reach !== 'remote' }),
      known('builtin', 'builtin', { this_machine: true }),
      known('openai', 'openai', { address: 'https://api.openai.com/v1', key: 'missing' }),
      known('anthropic', 'anthropic', { address: 'https://api.anthropic.com/v1', key: 'missing' }),
    ];
    if (reach === 'remote') {
      const base_url = 'https://llm.example.com/v1';
      this.list.push(known('team', 'openai', { base_url, address: base_url, key: 'environment', model: 'mistral-small-3.2', is_default: true, removable: true, concurrency: 8 }));
    }
  }

  find(name: string | null): BackendInfo | null {
    return this.list.find((entry) => (name === null ? entry.is_default : entry.name === name)) ?? null;
  }

  /** Null when it stands, otherwise why it was refused. */
  add(config: BackendConfigView): AppError | null {
    const field = (name: string, message: string): AppError => ({
      code: 'invalid_input',
      message,
      problems: [{ code: 'bad_text', field: name, line: null, found: null, allowed: null, message }],
    });
    if (!/^[a-z0-9_-]{1,40}$/.test(config.name)) return field('name', 'A name is 1–40 of a–z, 0–9, - and _.');
    const url = URL.canParse(config.base_url ?? '') ? new URL(config.base_url!) : null;
    const before = this.find(config.name);
    if (!url && config.base_url !== null) return field('base_url', 'This is not an address. Write for example http://127.0.0.1:8080/v1.');
    if (!url && !before) return field('base_url', 'A server needs an address, for example http://127.0.0.1:8080/v1.');
    if (url && (url.username || url.password)) return field('base_url', 'Leave the password out of the address; a key is typed apart.');
    const here = url ? /^(localhost|127\.|\[::1\])/.test(url.hostname) : (before?.this_machine ?? false);
    const next: BackendInfo = {
      ...(before ?? known(config.name, config.kind, { removable: true })),
      base_url: config.base_url ?? before?.base_url ?? null,
      model: config.model ?? before?.model ?? null,
      address: config.base_url ?? before?.address ?? null,
      this_machine: here,
      concurrency: config.concurrency ?? before?.concurrency ?? 4,
      first_byte_timeout: config.first_byte_timeout ?? before?.first_byte_timeout ?? 300,
    };
    this.list = before ? this.list.map((entry) => (entry === before ? next : entry)) : [...this.list, next];
    return null;
  }

  remove(name: string): void {
    this.list = this.list.filter((entry) => entry.name !== name || !entry.removable);
  }

  setDefault(name: string | null): void {
    this.list = this.list.map((entry) => ({ ...entry, is_default: entry.name === name }));
  }

  setKey(name: string, key: string): void {
    this.list = this.list.map((entry) => (entry.name === name ? { ...entry, key: key ? 'memory' : 'none' } : entry));
  }

  models(name: string): ModelInfo[] {
    const entry = this.find(name);
    return entry?.kind === 'ollama' ? LOCAL : REMOTE;
  }

  test(name: string, wanted: string | null): BackendTest {
    const entry = this.find(name);
    const none = { latency_ms: null, version: null, models: [] };
    if (!entry || (entry.kind === 'ollama' && this.reach !== 'fine' && this.reach !== 'remote')) {
      return { ...none, state: 'down', message: 'Nothing listens on 127.0.0.1:11434.', hint: 'Start Ollama: run “ollama serve”, or open its app.' };
    }
    if (entry.key === 'missing') {
      return { ...none, state: 'unauthorised', message: 'The server asks for a key.', hint: 'Type the key here, or set OPENAI_API_KEY before Ponder starts.', latency_ms: 184 };
    }
    const models = this.models(name);
    const model = wanted ?? entry.model;
    const there = { latency_ms: entry.this_machine ? 3 : 212, version: entry.kind === 'ollama' ? '0.12.6' : null, models };
    if (model !== null && !models.some((offer) => offer.name === model)) {
      return { ...there, state: 'model_missing', message: `It does not have “${model}”.`, hint: entry.kind === 'ollama' ? `Fetch it: ollama pull ${model}` : 'Choose one of those below.' };
    }
    return { ...there, state: 'ok', message: `It answers and offers ${models.length} models.`, hint: null };
  }
}
