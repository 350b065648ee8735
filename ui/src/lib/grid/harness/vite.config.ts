import { join } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

const ui = join(import.meta.dirname, '../../../..');

// The grid alone, on its own port and with its own cache, so that it runs beside the app's own server.
export default defineConfig({
  root: import.meta.dirname,
  cacheDir: join(ui, 'node_modules/.vite-grid'),
  plugins: [svelte({ configFile: join(ui, 'svelte.config.js') })],
  server: { port: 5199, strictPort: true, fs: { allow: [ui] } },
  build: { target: 'safari17', outDir: join(ui, '../test-results/grid') },
  clearScreen: false,
});
