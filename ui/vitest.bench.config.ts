import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { environment: 'node', include: ['tests/bench/**/*.test.ts'], fileParallelism: false },
});
