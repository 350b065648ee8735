import { defineConfig } from 'vitest/config';

// The grid in a real browser, over the harness page. Run with `vitest run --config src/lib/grid/harness/vitest.config.ts`;
// with MEASURE=1 it measures speed instead, which no test asserts.
export default defineConfig({
  test: { environment: 'node', include: [`src/lib/grid/harness/**/*.${process.env.MEASURE ? 'measure' : 'page'}.ts`], testTimeout: 60_000, hookTimeout: 60_000, fileParallelism: false },
});
