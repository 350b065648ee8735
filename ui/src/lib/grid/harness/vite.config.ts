import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// The grid alone, beside the app's own server.
export default defineConfig({ root: import.meta.dirname, plugins: [svelte({ configFile: '../../../../svelte.config.js' })], server: { port: 5199, strictPort: true, fs: { allow: ['../../../..'] } }, clearScreen: false });
