// How long a weight slider takes from the hand to the paint at 50 options × 25 criteria, in Chromium over the in-memory
// backend. Prints the figures beside the goal; it holds no threshold, because a busy machine would decide.
import { it } from 'vitest';
import { by, Stage } from '../page/harness.ts';

const GOAL_MS = 16;
const STEPS = 200;

it('slider to paint at 50 × 25', async () => {
  const stage = await Stage.start();
  const { page } = await stage.open('large');
  await by(page, 'rank-row').first().waitFor();
  const taken = await page.evaluate(async (steps) => {
    const slider = document.querySelector<HTMLInputElement>('[data-testid="weight-slider"]')!;
    const rows = document.querySelector('[data-testid="ranking-rows"]')!;
    const painted = () =>
      new Promise<number>((done) => requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => done(performance.now());
        channel.port2.postMessage(0);
      }));
    const samples: { paint: number; work: number; ask: number; idle: number }[] = [];
    const fake = (globalThis as never as { ponderFake: { preview_weights(id: string, weights: object): Promise<unknown> } }).ponderFake;
    const top = Number(slider.max);
    for (let step = 0; step < steps; step += 1) {
      const before = performance.now();
      await fake.preview_weights('s_1', {});
      const ask = performance.now() - before;
      await new Promise(requestAnimationFrame);
      const rest = performance.now();
      const idle = (await painted()) - rest;
      // Begin at a frame's start, as an input event of a real pointer does.
      await new Promise(requestAnimationFrame);
      const start = performance.now();
      const changed = new Promise<void>((done) => {
        const observer = new MutationObserver(() => {
          observer.disconnect();
          done();
        });
        observer.observe(rows, { subtree: true, characterData: true, attributes: true, childList: true });
      });
      slider.value = String(((step * 37) % 100) * (top / 100) + top / 200);
      slider.dispatchEvent(new Event('input', { bubbles: true }));
      await changed;
      rows.getBoundingClientRect();
      const work = performance.now() - start;
      samples.push({ work, ask, idle, paint: (await painted()) - start });
    }
    return samples;
  }, STEPS);
  await stage.stop();
  const at = (list: number[], p: number) => [...list].sort((a, b) => a - b)[Math.ceil(list.length * p) - 1]!.toFixed(1);
  const line = (what: string, pick: (sample: (typeof taken)[number]) => number) => {
    const list = taken.map(pick);
    console.log(`${what}: p50 ${at(list, 0.5)} ms, p95 ${at(list, 0.95)} ms`);
  };
  console.log(`n = ${STEPS}, goal for hand to paint ${GOAL_MS} ms`);
  line('limit: an empty frame to its paint', (sample) => sample.idle);
  line('the in-memory backend alone', (sample) => sample.ask);
  line('backend, page update and layout', (sample) => sample.work);
  line('hand to paint, frame wait included', (sample) => sample.paint);
}, 120_000);
