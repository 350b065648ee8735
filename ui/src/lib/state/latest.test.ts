import { describe, expect, it } from 'vitest';
import { Latest } from './latest.ts';

/** A backend whose answers the test releases by hand. */
function harness() {
  const asked: number[] = [];
  const waiting: { resolve: (value: string) => void; reject: (cause: unknown) => void }[] = [];
  const shown: string[] = [];
  const failed: number[] = [];
  const latest = new Latest<number, string>(
    (input) => {
      asked.push(input);
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
    (output) => shown.push(output),
    (_, input) => failed.push(input),
  );
  const settle = async (act: () => void) => {
    act();
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  };
  const answer = (text: string) => settle(() => waiting.shift()!.resolve(text));
  const refuse = () => settle(() => waiting.shift()!.reject(new Error('no')));
  return { latest, asked, shown, failed, answer, refuse };
}

describe('Latest', () => {
  it('never_has_two_requests_in_flight', async () => {
    const { latest, asked, answer } = harness();
    latest.push(1);
    latest.push(2);
    latest.push(3);
    expect(asked).toEqual([1]);
    await answer('one');
    expect(asked).toEqual([1, 3]);
  });

  it('inputs_overtaken_while_waiting_are_never_sent', async () => {
    const { latest, asked, shown, answer } = harness();
    for (const input of [1, 2, 3, 4, 5]) latest.push(input);
    await answer('one');
    await answer('five');
    expect(asked).toEqual([1, 5]);
    expect(shown).toEqual(['one', 'five']);
  });

  it('an_answer_under_way_when_cancelled_is_dropped', async () => {
    const { latest, shown, asked, answer } = harness();
    latest.push(1);
    latest.push(2);
    latest.cancel();
    await answer('one');
    expect(shown).toEqual([]);
    expect(asked).toEqual([1]);
    latest.push(3);
    await answer('three');
    expect(shown).toEqual(['three']);
  });

  it('a_failure_does_not_stop_the_next_input', async () => {
    const { latest, shown, failed, answer, refuse } = harness();
    latest.push(1);
    latest.push(2);
    await refuse();
    await answer('two');
    expect(failed).toEqual([1]);
    expect(shown).toEqual(['two']);
  });
});
