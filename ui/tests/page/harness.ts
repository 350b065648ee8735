// Serves the built page with the window's own content policy and drives it in a real browser.
import { createServer, type Server } from 'node:http';
import { mkdir, readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

const RESULTS = fileURLToPath(new URL('../../../test-results/', import.meta.url));
const PAGE = join(RESULTS, 'page');
const POLICY =
  "default-src 'self'; connect-src 'self' ipc: http://ipc.localhost; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob: asset: http://asset.localhost";
const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** Where this machine keeps its Chromium; `PONDER_CHROMIUM` names another. */
export const CHROMIUM =
  process.env['PONDER_CHROMIUM'] ??
  ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));

export interface Opened {
  page: Page;
  context: BrowserContext;
  /** Everything the browser complained about: exceptions, console errors, refused by the content policy. */
  complaints: string[];
}

export interface Look {
  width?: number;
  height?: number;
  theme?: 'light' | 'dark';
}

export class Stage {
  #server: Server;
  #browser: Browser;
  readonly #origin: string;

  private constructor(server: Server, browser: Browser, origin: string) {
    this.#server = server;
    this.#browser = browser;
    this.#origin = origin;
  }

  static async start(): Promise<Stage> {
    if (!existsSync(join(PAGE, 'index.html'))) throw new Error('The page is not built: run `npm run test:page`.');
    const server = createServer((request, response) => {
      const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://page').pathname));
      const file = join(PAGE, path === '/' ? 'index.html' : path);
      readFile(file).then(
        (body) => {
          response.writeHead(200, {
            'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
            'content-security-policy': POLICY,
          });
          response.end(body);
        },
        () => response.writeHead(404).end(),
      );
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('The page is not served.');
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
    return new Stage(server, browser, `http://127.0.0.1:${address.port}`);
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    await new Promise((closed) => this.#server.close(closed));
  }

  /** `fake` is the scenario of the in-memory backend, e.g. `large` or `rescue`. */
  async open(fake = '', look: Look = {}): Promise<Opened> {
    const context = await this.#browser.newContext({
      viewport: { width: look.width ?? 1280, height: look.height ?? 800 },
      colorScheme: look.theme ?? 'light',
      locale: 'en-GB',
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      // A favicon is nobody's complaint about the page.
      if (message.type() === 'error' && !message.text().includes('404')) complaints.push(message.text());
    });
    await page.goto(`${this.#origin}/?fake=${fake}`);
    return { page, context, complaints };
  }
}

export async function picture(page: Page, name: string): Promise<void> {
  await mkdir(join(RESULTS, 'pictures'), { recursive: true });
  await page.evaluate(() => new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted))));
  await page.screenshot({ path: join(RESULTS, 'pictures', `${name}.png`) });
}

export const by = (page: Page, id: string) => page.getByTestId(id);
