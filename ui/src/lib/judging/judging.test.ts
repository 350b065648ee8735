import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeBackend } from '../backend/fake/fake.ts';
import type { CellJudgement, RunEvent } from '../backend/types.ts';
import { App } from '../state/app.svelte.ts';

const cell = (option: string): CellJudgement => ({ option_id: option, criterion_id: 'c1', state: 'scored', score: 3, at: 1, error: null, spread: null, evidence: [] }) as never;

/** The in-memory backend, whose events the test sends and whose time stands still. */
class Told extends FakeBackend {
  #listener: (events: RunEvent[]) => void = () => {};
  override on_run_events(listener: (events: RunEvent[]) => void): () => void {
    this.#listener = listener;
    return super.on_run_events(listener);
  }
  tell(...events: RunEvent[]): void {
    this.#listener(events);
  }
}

describe('Judging', () => {
  let backend: Told;
  let app: App;
  const frame = () => vi.advanceTimersByTimeAsync(300);
  const event = {
    started: (session: string, asked: number): RunEvent => ({ event: 'started', session, run: 'r_x', cells: asked, scored: 0, asked }),
    cell: (session: string, done: number, total: number): RunEvent => ({ event: 'cell', session, run: 'r_x', cell: cell(`o${done}`), done, total, eta_ms: 1000, in_flight: 1, elapsed_ms: 10 }),
    finished: (session: string, elapsed_ms: number): RunEvent => ({ event: 'finished', session, run: 'r_x', outcome: 'complete', scored: 1, missing: 0, failed: 0, elapsed_ms, error: null }),
  };

  beforeEach(async () => {
    vi.useFakeTimers();
    backend = new Told({ sessions: 'judged', history: 'ok', failing: false, delay_ms: 0, judging: { manual: true } });
    app = new App(backend);
    void app.start();
    await frame();
    app.judging.follow(app.open.view!);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  it('every_tenth_is_announced_once', async () => {
    const said = vi.spyOn(app.announcer, 'say');
    backend.tell(event.started('s_2', 100));
    await frame();
    for (let done = 1; done <= 35; done += 1) {
      backend.tell(event.cell('s_2', done, 100));
      if (done % 3 === 0) await frame();
    }
    await frame();
    expect(said.mock.calls.map(([words]) => words)).toEqual(['10 % judged, 12 of 100.', '20 % judged, 21 of 100.', '30 % judged, 30 of 100.']);
  });

  it('a_long_run_that_nobody_looks_at_is_told_to_the_desktop', async () => {
    const focus = vi.spyOn(document, 'hasFocus').mockReturnValue(false);
    backend.tell(event.started('s_2', 1), event.cell('s_2', 1, 1), event.finished('s_2', 25_000));
    await frame();
    expect(backend.notified).toEqual(['Who should make the pressure sensors?: Judged 1 cell in 25 s.']);
    expect(app.toasts.items.at(-1)?.text).toBe('Judged 1 cell in 25 s.');
    expect(focus).toHaveBeenCalled();
  });

  it.each([
    ['a short one', false, 4_000],
    ['one that is looked at', true, 25_000],
  ])('%s is told by a toast only', async (_which, focused, elapsed) => {
    vi.spyOn(document, 'hasFocus').mockReturnValue(focused);
    backend.tell(event.started('s_2', 1), event.cell('s_2', 1, 1), event.finished('s_2', elapsed));
    await frame();
    expect(backend.notified).toEqual([]);
    expect(app.toasts.items).toHaveLength(1);
  });

  it('a_run_of_another_decision_marks_its_row_and_touches_nothing_here', async () => {
    backend.tell(event.started('s_1', 4), event.cell('s_1', 1, 4));
    await frame();
    expect([...app.judging.running]).toEqual([['s_1', 0.25]]);
    expect(app.judging.live).toBeNull();
    backend.tell(event.finished('s_1', 3_000));
    await frame();
    expect(app.judging.running.size).toBe(0);
    expect(app.toasts.items.at(-1)?.action?.label).toBe('Open');
  });

  it('the_ranking_is_read_again_at_most_twice_a_second_however_many_cells_come', async () => {
    backend.tell(event.started('s_2', 300));
    await frame();
    const before = backend.calls.filter((call) => call === 'open_session').length;
    for (let done = 1; done <= 200; done += 1) {
      backend.tell(event.cell('s_2', done, 300));
      await vi.advanceTimersByTimeAsync(10);
    }
    const reads = backend.calls.filter((call) => call === 'open_session').length - before;
    expect(reads).toBeGreaterThanOrEqual(3);
    expect(reads).toBeLessThanOrEqual(5);
  });

  it('a_cell_of_a_run_that_is_over_starts_nothing_again', async () => {
    backend.tell(event.started('s_2', 2), event.cell('s_2', 1, 2), event.finished('s_2', 10));
    await frame();
    backend.tell(event.cell('s_2', 2, 2));
    await frame();
    expect(app.judging.live).toBeNull();
  });

  it('nothing_is_sent_elsewhere_before_it_was_shown', async () => {
    const remote = new Told({ sessions: 'judged', history: 'ok', failing: false, delay_ms: 0, judging: { manual: true, reach: 'remote' } });
    app = new App(remote);
    void app.start();
    await frame();
    await app.judging.begin();
    expect(app.overlay).toMatchObject({ send: { plan: { must_confirm: true, calls: 20 } } });
    expect(remote.calls).not.toContain('judge_session');
  });

  it('without_a_model_the_way_leads_to_the_chooser', async () => {
    const bare = new Told({ sessions: 'judged', history: 'ok', failing: false, delay_ms: 0, judging: { manual: true, reach: 'none' } });
    app = new App(bare);
    void app.start();
    await frame();
    await app.judging.begin();
    expect(app.overlay).toMatchObject({ chooser: { code: 'no_model' } });
  });

  it('a_window_opened_in_the_middle_of_a_run_goes_on_with_it', async () => {
    await app.judging.begin();
    await frame();
    const second = new App(backend);
    void second.start();
    await frame();
    second.judging.follow(second.open.view!);
    expect(second.judging.live).toMatchObject({ total: 20 });
  });
});
