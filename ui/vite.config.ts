import { readFileSync } from 'node:fs';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { HtmlTagDescriptor, Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/**
 * The window's frame is painted before any file but the page itself is read: its styles stand in the page. What comes after
 * it, the program and its styles, is named there, so that it is on its way while the frame is painted.
 */
function firstFrame(): Plugin {
  return {
    name: 'first-frame',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle }) {
        const styles = ['tokens', 'base', 'frame'].map((name) => readFileSync(new URL(`src/styles/${name}.css`, import.meta.url), 'utf8'));
        // Until the program says which theme it is, the system does.
        const dark = /:root\[data-theme='dark'\] (\{[^}]*\})/.exec(styles[0]!)![1];
        styles.push(`@media (prefers-color-scheme: dark) { :root:not([data-theme]) ${dark} }`);
        const tags: HtmlTagDescriptor[] = [{ tag: 'style', children: styles.join('\n'), injectTo: 'head' }];
        for (const chunk of Object.values(bundle ?? {})) {
          if (chunk.type !== 'chunk' || !chunk.facadeModuleId?.endsWith('/src/window.ts')) continue;
          for (const file of [chunk.fileName, ...chunk.imports])
            tags.push({ tag: 'link', attrs: { rel: 'modulepreload', href: `/${file}` }, injectTo: 'head' });
          for (const file of chunk.viteMetadata?.importedCss ?? [])
            tags.push({ tag: 'link', attrs: { rel: 'preload', as: 'style', href: `/${file}` }, injectTo: 'head' });
        }
        return tags;
      },
    },
  };
}

// The page is embedded in the desktop program, so the only engine that matters is WebKitGTK's.
export default defineConfig({
  plugins: [svelte(), firstFrame()],
  clearScreen: false,
  server: { port: 5173, strictPort: true },
  build: { target: 'safari17', assetsInlineLimit: 0, chunkSizeWarningLimit: 700 },
  // Svelte's browser build, so that components can be mounted in jsdom.
  resolve: process.env.VITEST ? { conditions: ['browser'] } : undefined,
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.ts'],
    setupFiles: ['tests/jsdom.setup.ts'],
  },
});
