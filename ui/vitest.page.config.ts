import { defineConfig } from 'vitest/config';

// The built page in a real browser: flows, accessibility, screenshots. One browser, so one file at a time.
export default defineConfig({
  test: {
    environment: 'node',
    include: ['tests/page/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
