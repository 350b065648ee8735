import { describe, expect, it } from 'vitest';
import { EventBatch } from './event_batch.ts';

/** A clock of frames that only the test moves. */
function frames() {
  const waiting: (() => void)[] = [];
  return { schedule: (act: () => void) => void waiting.push(act), next: () => waiting.splice(0).forEach((act) => act()), count: () => waiting.length };
}

describe('EventBatch', () => {
  it('what_arrives_within_a_frame_is_handed_on_once_and_in_order', () => {
    const { schedule, next, count } = frames();
    const taken: number[][] = [];
    const batch = new EventBatch<number>((events) => taken.push(events), schedule);
    batch.push([1, 2]);
    batch.push([3]);
    expect(taken).toEqual([]);
    expect(count()).toBe(1);
    next();
    expect(taken).toEqual([[1, 2, 3]]);
  });

  it('what_arrives_while_a_batch_is_taken_waits_for_the_next_frame', () => {
    const { schedule, next } = frames();
    const taken: number[][] = [];
    const batch: EventBatch<number> = new EventBatch<number>((events) => {
      taken.push(events);
      if (events.includes(1)) batch.push([2]);
    }, schedule);
    batch.push([1]);
    next();
    expect(taken).toEqual([[1]]);
    next();
    expect(taken).toEqual([[1], [2]]);
  });

  it('nothing_schedules_nothing', () => {
    const { schedule, count } = frames();
    new EventBatch<number>(() => {}, schedule).push([]);
    expect(count()).toBe(0);
  });
});
