// How the page keeps up with a run: 300 cells answered one by one, several a frame, in Chromium over the in-memory backend. It
// prints the frames' lengths beside those of an idle page; it holds no threshold, because a busy machine would decide.
import { it } from 'vitest';
import { by, Stage } from '../page/harness.ts';

const CELLS = 300;
const EVERY_MS = 4;

it('a run of 300 cells, one each 4 ms', async () => {
  const stage = await Stage.start();
  const { page } = await stage.open('tender,manual,faulty');
  await by(page, 'judge-start').click();
  await page.locator('[data-testid="judge-bar"][data-state="running"]').waitFor();
  const { idle, run, reads, took } = await page.evaluate(
    async ([cells, every]) => {
      const fake = (globalThis as never as { ponderFake: { calls: string[]; judging: { finish(session: string, cells: number): void } } }).ponderFake;
      const frames = async (over: () => boolean) => {
        const gaps: number[] = [];
        let last = performance.now();
        while (!over()) {
          await new Promise(requestAnimationFrame);
          const now = performance.now();
          gaps.push(now - last);
          last = now;
        }
        return gaps;
      };
      const rest = performance.now();
      const idle = await frames(() => performance.now() - rest > 1000);
      const begun = performance.now();
      const before = fake.calls.filter((call) => call === 'open_session').length;
      let done = 0;
      const clock = setInterval(() => {
        const due = Math.min(cells!, Math.floor((performance.now() - begun) / every!));
        while (done < due) {
          fake.judging.finish('s_1', 1);
          done += 1;
        }
        if (done >= cells!) clearInterval(clock);
      }, 1);
      const run = await frames(() => done >= cells!);
      return { idle, run, took: performance.now() - begun, reads: fake.calls.filter((call) => call === 'open_session').length - before };
    },
    [CELLS, EVERY_MS],
  );
  await stage.stop();
  const at = (list: number[], p: number) => [...list].sort((a, b) => a - b)[Math.ceil(list.length * p) - 1]!.toFixed(1);
  const line = (what: string, list: number[]) => console.log(`${what}: ${list.length} frames, p50 ${at(list, 0.5)} ms, p95 ${at(list, 0.95)} ms, longest ${at(list, 1)} ms`);
  line('limit: the same page at rest', idle);
  line(`${CELLS} cells in ${took.toFixed(0)} ms`, run);
  console.log(`the view was read again ${reads} times`);
}, 120_000);
