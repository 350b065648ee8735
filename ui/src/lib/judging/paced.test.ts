import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Paced } from './paced.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('Paced', () => {
  it('a_burst_costs_one_at_once_and_one_at_the_end', async () => {
    const act = vi.fn(async () => {});
    const paced = new Paced(500, act);
    for (let n = 0; n < 50; n += 1) paced.ask();
    await vi.advanceTimersByTimeAsync(0);
    expect(act).toHaveBeenCalledTimes(1);
    for (let n = 0; n < 50; n += 1) paced.ask();
    await vi.advanceTimersByTimeAsync(499);
    expect(act).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(act).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(5000);
    expect(act).toHaveBeenCalledTimes(2);
  });

  it('asking_without_end_never_goes_faster_than_the_pace', async () => {
    const act = vi.fn(async () => {});
    const paced = new Paced(500, act);
    for (let ms = 0; ms < 3000; ms += 16) {
      paced.ask();
      await vi.advanceTimersByTimeAsync(16);
    }
    expect(act.mock.calls.length).toBeLessThanOrEqual(7);
    expect(act.mock.calls.length).toBeGreaterThanOrEqual(6);
  });

  it('slow_work_is_never_done_twice_at_once_and_the_last_asking_is_answered', async () => {
    let running = 0;
    let most = 0;
    let done = 0;
    const paced = new Paced(100, async () => {
      most = Math.max(most, ++running);
      await new Promise((over) => setTimeout(over, 700));
      running -= 1;
      done += 1;
    });
    paced.ask();
    await vi.advanceTimersByTimeAsync(300);
    paced.ask();
    await vi.advanceTimersByTimeAsync(3000);
    expect([most, done]).toEqual([1, 2]);
  });

  it('a_stop_forgets_what_has_not_begun', async () => {
    const act = vi.fn(async () => {});
    const paced = new Paced(500, act);
    paced.ask();
    await vi.advanceTimersByTimeAsync(0);
    paced.ask();
    paced.stop();
    await vi.advanceTimersByTimeAsync(2000);
    expect(act).toHaveBeenCalledTimes(1);
  });
});
