// How long a key takes: the page thread's own time (scripts, style, layout, paint) without the waits of a busy machine, and the
// time on the clock from the key to the end of the frame that shows it. The limit is a bare text field in the same run.
import type { CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { frames, stage, type Stage } from './browser.ts';

const GOAL = 16;

let on: Stage;
beforeAll(async () => {
  on = await stage({ built: true });
});
afterAll(() => on.close());

interface Times {
  thread: number[];
  script: number[];
  clock: number[];
}

async function metrics(client: CDPSession): Promise<{ task: number; script: number }> {
  const { metrics: all } = await client.send('Performance.getMetrics');
  const of = (name: string) => (all.find((metric) => metric.name === name)?.value ?? 0) * 1000;
  return { task: of('TaskDuration'), script: of('ScriptDuration') };
}

async function press(page: Page, keys: string[]): Promise<Times> {
  const client = await page.context().newCDPSession(page);
  await client.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.evaluate(() => {
    const shown: number[] = [];
    Object.assign(window, { shown });
    const channel = new MessageChannel();
    let start = 0;
    channel.port1.onmessage = () => shown.push(performance.now() - start);
    window.addEventListener(
      'keydown',
      (event) => {
        if (event.key === 'Shift') return;
        start = performance.now();
        requestAnimationFrame(() => channel.port2.postMessage(0));
      },
      { capture: true },
    );
  });
  const times: Times = { thread: [], script: [], clock: [] };
  for (const key of keys) {
    const before = await metrics(client);
    await page.keyboard.press(key);
    await frames(page);
    const after = await metrics(client);
    times.thread.push(after.task - before.task);
    times.script.push(after.script - before.script);
  }
  times.clock = await page.evaluate(() => (window as unknown as { shown: number[] }).shown);
  return times;
}

/** A weight under the hand: 200 answers with the same cells and new totals, as the engine sends them. */
async function drag(page: Page): Promise<Times> {
  const client = await page.context().newCDPSession(page);
  await client.send('Performance.enable', { timeDomain: 'threadTicks' });
  const times: Times = { thread: [], script: [], clock: [] };
  for (let step = 0; step < 200; step += 1) {
    await page.evaluate((nth) => {
      const last = window.harness.answer();
      const next = last && structuredClone(last);
      for (const ranked of next?.ranking ?? []) ranked.score = (ranked.score ?? 0) * (1 + (nth % 7) / 100);
      Object.assign(window, { next });
    }, step);
    const before = await metrics(client);
    const clock = await page.evaluate(async () => {
      const start = performance.now();
      window.harness.show((window as unknown as { next: ReturnType<typeof window.harness.answer> }).next);
      await new Promise<void>((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));
      return performance.now() - start;
    });
    const after = await metrics(client);
    times.thread.push(after.task - before.task);
    times.script.push(after.script - before.script);
    times.clock.push(clock);
  }
  return times;
}

function report(name: string, { thread, script, clock }: Times): string {
  const at = (values: number[], share: number) => values.sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;
  const line = (values: number[]) => `${at(values, 0.5).toFixed(1)} / ${at(values, 0.95).toFixed(1)}`;
  return `${name.padEnd(28)} n ${clock.length}   thread ${line(thread)}   of it script ${line(script)}   clock ${line(clock)}   p95 thread ${(at(thread, 0.95) / GOAL).toFixed(2)} of the goal`;
}

const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));

test.each([['50 × 25', 'options=50&criteria=25'], ['200 × 50', 'options=200&criteria=50']])('%s', async (size, query) => {
  const lines: string[] = [];
  const bare = await on.open();
  await bare.setContent('<textarea autofocus></textarea>');
  await bare.locator('textarea').focus();
  lines.push(report('a bare text field', await press(bare, times(200, () => '7'))));
  await bare.close();

  for (const [name, keys] of [
    ['arrows', times(200, (index) => ['ArrowDown', 'ArrowRight', 'ArrowUp', 'ArrowLeft'][index % 4] as string)],
    ['arrows that scroll', times(200, (index) => (index % 80 < 40 ? 'ArrowDown' : 'ArrowUp'))],
    ['shift-arrows', times(200, (index) => (index % 40 < 20 ? 'Shift+ArrowDown' : 'Shift+ArrowUp'))],
    ['typing', times(200, () => '7')],
    ['typing and saving', times(200, (index) => (index % 2 === 1 ? 'Enter' : '7'))],
  ] as const) {
    const page = await on.open(query);
    await page.getByTestId('grid').getByRole('gridcell').nth(1).click();
    const taken = await press(page, [...keys]);
    expect(taken.clock.length).toBe(200);
    lines.push(report(name, taken));
    await page.close();
  }

  const page = await on.open(query);
  lines.push(report('a new ranking (weight drag)', await drag(page)));
  await page.close();
  console.log([`${size}, milliseconds median / p95 a key (goal: key to paint ${GOAL} ms)`, ...lines].join('\n  '));
}, 300_000);
