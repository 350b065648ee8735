// The page's whole state, put together once and handed down by context. What a part holds is said in its own file.
import { getContext, setContext } from 'svelte';
import type { Backend } from '../backend/api.ts';
import type { AppError, CreateFrom, ExportFormat, Health, Problem, UiSettings } from '../backend/types.ts';
import { asAppError } from '../backend/errors.ts';
import { Judging, type Asking } from '../judging/judging.svelte.ts';
import { Announcer } from './announcer.svelte.ts';
import { Faults } from './faults.svelte.ts';
import { OpenDecision } from './open_decision.svelte.ts';
import { Progress } from './progress.svelte.ts';
import { SessionList } from './session_list.svelte.ts';
import { Toasts } from './toasts.svelte.ts';

export type Screen = 'decision' | 'new' | 'settings';
export type Tab = 'decide' | 'report';
export type Overlay =
  | 'palette'
  | 'shortcuts'
  | 'export'
  | 'runs'
  | { erase: 'trash' | { id: string; topic: string } }
  /** Who judges, with why there is no way on without it. */
  | { chooser: AppError | null }
  /** What would leave the machine. */
  | { send: Asking };

export class App {
  readonly backend: Backend;
  readonly toasts = new Toasts();
  readonly faults = new Faults();
  readonly progress = new Progress();
  readonly announcer = new Announcer();
  readonly list: SessionList;
  readonly open: OpenDecision;
  readonly judging: Judging;
  screen = $state<Screen>('new');
  tab = $state<Tab>('decide');
  overlay = $state.raw<Overlay | null>(null);
  started = $state(false);
  /** The blank decision that was just made, until its topic has the focus. */
  fresh = $state<string | null>(null);
  /** The list at the left can be put away to make room. */
  sidebar = $state(true);
  health = $state.raw<Health | null>(null);
  settings = $state.raw<UiSettings>({ theme: 'system', last_session: null, sidebar_width: 248, density: 'comfortable' });
  /** What the system wants, followed live. */
  systemDark = $state(false);

  constructor(backend: Backend) {
    this.backend = backend;
    const { toasts, faults, progress, announcer } = this;
    this.list = new SessionList({ backend, toasts, faults, progress, announcer });
    this.open = new OpenDecision({
      backend,
      toasts,
      faults,
      progress,
      announcer,
      onsaved: (summary) => this.list.refresh(summary),
    });
    this.judging = new Judging({
      backend,
      toasts,
      faults,
      progress,
      announcer,
      open: this.open,
      choose: (why) => (this.overlay = { chooser: why }),
      disclose: (asking) => (this.overlay = { send: asking }),
      topicOf: (session) => this.list.items.find((item) => item.id === session)?.topic ?? null,
      openSession: (session) => void this.openSession(session),
    });
    this.list.onmoved = (summary) => {
      const { view } = this.open;
      if (view?.session.id === summary.id) this.open.show({ ...view, session: summary });
    };
    this.list.onerased = (ids) => {
      if (ids.includes(this.open.id ?? '')) this.#close();
    };
  }

  get theme(): 'light' | 'dark' {
    return this.settings.theme === 'system' ? (this.systemDark ? 'dark' : 'light') : this.settings.theme;
  }

  /** Nothing can be changed while the history is being checked, is damaged, or the decision is put away. */
  get readonly(): boolean {
    const history = this.health?.history.state;
    return (history !== undefined && history !== 'ok') || this.open.view?.session.state !== 'open';
  }

  get historyWritable(): boolean {
    return this.health === null || this.health.history.state === 'ok';
  }

  start(): Promise<void> {
    const { backend } = this;
    backend.on_history_changed((session) => {
      void this.list.load();
      // While a run writes, the run says when to read again.
      if ((session === null || session === this.open.id) && this.judging.live === null) void this.open.reload();
    });
    backend.on_health_changed((health) => this.#healthIs(health));
    backend.on_open_session((session) => void this.openSession(session).then(() => this.list.load()));
    backend.on_problem((error) => this.faults.show(error));
    this.judging.listen();
    return this.#begin();
  }

  async #begin(): Promise<void> {
    const { backend } = this;
    const checked = this.loadHealth();
    try {
      const [settings, startup] = await Promise.all([backend.settings(), backend.startup()]);
      this.settings = settings;
      if (startup.session) await this.openSession(startup.session, { quietly: true });
      if (startup.problem) this.faults.show(startup.problem);
    } catch (cause) {
      this.faults.show(cause, () => this.#begin());
    }
    // Not before `startup`, which makes a session of the file named on the command line.
    await Promise.all([this.list.load(), checked]);
    this.started = true;
  }

  async loadHealth(): Promise<void> {
    try {
      this.#healthIs(await this.backend.health());
    } catch (cause) {
      this.faults.show(cause, () => this.loadHealth());
    }
  }

  /** `quietly`: the session of last time may be gone, which is no news at the start. */
  async openSession(id: string, { quietly = false } = {}): Promise<void> {
    try {
      const view = await this.progress.during('Opening…', this.backend.open_session(id));
      this.open.show(view);
      this.screen = 'decision';
      this.announcer.say(`Opened ${view.session.topic}`);
      if (this.settings.last_session !== id) void this.saveSettings({ last_session: id });
    } catch (cause) {
      if (!quietly) this.faults.show(cause, () => this.openSession(id));
    }
  }

  /** Resolves to null when it stands and is open, otherwise to what is wrong; the caller keeps what was typed. */
  async create(from: CreateFrom): Promise<AppError | null> {
    try {
      const view = await this.progress.during('Creating…', this.backend.create_session(from));
      if (this.list.state !== 'open') this.list.state = 'open';
      this.open.show(view);
      this.screen = 'decision';
      this.tab = 'decide';
      if (from.kind === 'blank') this.fresh = view.session.id;
      await this.list.load();
      void this.saveSettings({ last_session: view.session.id });
      return null;
    } catch (cause) {
      return asAppError(cause);
    }
  }

  async importFile(): Promise<AppError | null> {
    try {
      const path = await this.backend.choose_import_file();
      return path ? await this.create({ kind: 'file', path }) : null;
    } catch (cause) {
      return asAppError(cause);
    }
  }

  async duplicate(id: string): Promise<void> {
    try {
      const view = await this.progress.during('Copying…', this.backend.duplicate_session(id));
      this.open.show(view);
      this.screen = 'decision';
      await this.list.show('open');
    } catch (cause) {
      this.faults.show(cause, () => this.duplicate(id));
    }
  }

  async exportAs(format: ExportFormat): Promise<void> {
    const { id } = this.open;
    if (!id) return;
    try {
      const path = await this.backend.choose_export_path(id, format);
      if (!path) return;
      // The system's own dialog has asked before it gave the name of a file that exists.
      const written = await this.progress.during('Writing…', this.backend.export_session(id, format, path, true));
      this.toasts.show(`Saved ${written.path}`, {
        label: 'Show in folder',
        run: () => void this.attempt(() => this.backend.show_in_folder(written.path)),
      });
      this.announcer.say(`Saved ${written.path}`);
    } catch (cause) {
      this.faults.show(cause, () => this.exportAs(format));
    }
  }

  async backupNow(): Promise<void> {
    try {
      const backup = await this.progress.during('Backing up…', this.backend.backup_now());
      this.toasts.show(`Backup ${backup.file} is made and verified.`);
      await this.loadHealth();
    } catch (cause) {
      this.faults.show(cause, () => this.backupNow());
    }
  }

  async restore(file: string): Promise<void> {
    try {
      this.#healthIs(await this.progress.during('Restoring…', this.backend.restore_backup(file)));
      this.toasts.show(`Restored ${file}.`);
      this.announcer.say(`Restored ${file}.`);
      await this.list.load();
      if (this.open.id && !this.list.items.some((item) => item.id === this.open.id)) this.#close();
      else await this.open.reload();
    } catch (cause) {
      this.faults.show(cause, () => this.restore(file));
    }
  }

  async saveSettings(change: Partial<UiSettings>): Promise<void> {
    const wanted = { ...this.settings, ...change };
    this.settings = wanted;
    try {
      await this.backend.save_settings(wanted);
    } catch (cause) {
      this.faults.show(cause, () => this.saveSettings(change));
    }
  }

  /** Runs what has no place of its own to show a failure. */
  async attempt(act: () => Promise<unknown>, done?: string): Promise<void> {
    try {
      await this.progress.during('Working…', act());
      if (done) {
        this.toasts.show(done);
        this.announcer.say(done);
      }
    } catch (cause) {
      this.faults.show(cause, () => this.attempt(act, done));
    }
  }

  edit = (...args: Parameters<OpenDecision['edit']>): Promise<Problem[]> => this.open.edit(...args);

  #healthIs(health: Health): void {
    const before = this.health?.history.state;
    const now = health.history.state;
    this.health = health;
    if (before === 'checking' && now === 'ok') this.announcer.say('The history is sound. You can edit now.');
    if (before !== undefined && before !== now) void this.list.load();
  }

  #close(): void {
    this.open.show(null);
    this.screen = 'new';
  }
}

const KEY = Symbol('app');

export const provideApp = (app: App): App => setContext(KEY, app);
export const useApp = (): App => getContext<App>(KEY);
