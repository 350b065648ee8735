// Starts the harness page and a browser for it: the server of Vite, and Chromium from CHROMIUM or where Debian puts it.
import { chromium, type Browser, type Page } from 'playwright-core';
import { build, createServer, preview } from 'vite';
import type { Answer, Decision, Edit, Problem } from '../../backend/types.ts';

declare global {
  interface Window {
    harness: {
      log: { edits: Edit[]; label: string | null; problems: Problem[] }[];
      opened: string[][];
      decision: () => Decision;
      set: (decision: Decision) => void;
      answer: () => Answer | null;
      show: (answer: Answer | null) => void;
    };
  }
}

export interface Stage {
  browser: Browser;
  open: (query?: string) => Promise<Page>;
  close: () => Promise<void>;
}

/** `built`: the page as it ships, minified and without Svelte's development checks. */
export async function stage({ built = false } = {}): Promise<Stage> {
  const server = await serve(built);
  const address = server.resolvedUrls?.local[0] ?? '';
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
  const open = async (query = ''): Promise<Page> => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, permissions: ['clipboard-read', 'clipboard-write'] });
    const page = await context.newPage();
    page.on('pageerror', (error) => {
      throw error;
    });
    await page.goto(`${address}?${query}`);
    await page.getByTestId('grid').waitFor();
    return page;
  };
  return { browser, open, close: async () => { await browser.close(); await server.close(); } };
}

export async function frames(page: Page): Promise<void> {
  await page.evaluate(() => new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))));
}

async function serve(built: boolean) {
  const config = { configFile: new URL('./vite.config.ts', import.meta.url).pathname, logLevel: 'error' } as const;
  const anyPort = { port: 0, strictPort: false };
  if (!built) return (await createServer({ ...config, server: anyPort })).listen();
  await build({ ...config, build: { emptyOutDir: true } });
  return preview({ ...config, preview: anyPort });
}
