// The views of judging by models and the way to each, for pictures and for the accessibility rules. Time stands still in them.
import type { Page } from 'playwright-core';
import { by } from './harness.ts';
import type { View } from './views.ts';

interface Fake {
  judging: { finish(session: string, cells?: number): void };
  edit_session(id: string, edits: unknown[], label: string | null): Promise<unknown>;
  changeFromOutside(id: string, edits: unknown[]): void;
  calls: string[];
  notified: string[];
  scenario: { failing: boolean };
}

/** Runs in the page, with its in-memory backend. */
export const withFake = <T>(page: Page, act: string): Promise<T> =>
  page.evaluate((code) => new Function('fake', `return (${code})`)((globalThis as never as { ponderFake: Fake }).ponderFake), act) as Promise<T>;

const bar = (page: Page, state: string) => page.locator(`[data-testid="judge-bar"][data-state="${state}"]`).waitFor();
const ranked = (page: Page) => by(page, 'rank-row').first().waitFor();

/** Starts what waits; some cells are answered, the others stay in flight. */
export async function started(page: Page, session: string, done: number): Promise<void> {
  await ranked(page);
  await by(page, 'judge-start').click();
  await bar(page, 'running');
  if (done > 0) {
    await withFake(page, `fake.judging.finish('${session}', ${done})`);
    await by(page, 'judge-count').filter({ hasText: new RegExp(`^${done} of`) }).waitFor();
  }
}

export async function openCell(page: Page, option: string, criterion: string): Promise<void> {
  await by(page, `cell-${option}-${criterion}`).click();
  await page.keyboard.press('Space');
  await by(page, 'judgement').waitFor();
}

async function chooser(page: Page): Promise<void> {
  await by(page, 'judge-who').click();
  await by(page, 'server-state').first().waitFor();
}

export const judgingViews: View[] = [
  {
    name: 'judge-waiting',
    fake: 'judged,manual',
    act: async (page) => {
      await bar(page, 'waiting');
      await by(page, 'judge-status').filter({ hasText: 'all new' }).waitFor();
    },
  },
  { name: 'judge-running', fake: 'judged,manual', act: (page) => started(page, 's_2', 7) },
  { name: 'judge-tender', fake: 'tender,manual,faulty', act: (page) => started(page, 's_1', 143) },
  {
    name: 'judge-done',
    fake: 'judged,past,manual',
    act: async (page) => {
      await ranked(page);
      await bar(page, 'done');
    },
  },
  {
    name: 'judge-failed',
    fake: 'judged,down,manual',
    act: async (page) => {
      await started(page, 's_2', 0);
      await withFake(page, `fake.judging.finish('s_2')`);
      await by(page, 'judge-retry').filter({ hasText: 'Retry 20 failed' }).waitFor();
    },
  },
  {
    name: 'judge-mixed',
    fake: 'tender,past,faulty,manual',
    act: async (page) => {
      await ranked(page);
      await withFake(page, `fake.changeFromOutside('s_1', [{ edit: 'update_option', id: 'o17', description: 'Revised bid of 12 November.' }])`);
      await by(page, 'judge-retry').waitFor();
    },
  },
  {
    name: 'judge-no-model',
    fake: 'judged,nomodel,manual',
    act: async (page) => {
      await ranked(page);
      await by(page, 'judge-choose-first').waitFor();
    },
  },
  {
    name: 'chooser',
    fake: 'judged,manual',
    act: async (page) => {
      await ranked(page);
      await chooser(page);
      await by(page, 'models').waitFor();
    },
  },
  {
    name: 'chooser-down',
    fake: 'judged,nomodel,manual',
    act: async (page) => {
      await by(page, 'judge-choose-first').click();
      await page.locator('[data-testid="server-test"][data-state="down"]').waitFor();
    },
  },
  {
    name: 'chooser-key',
    fake: 'judged,manual',
    act: async (page) => {
      await ranked(page);
      await chooser(page);
      await by(page, 'server-openai').click();
      await by(page, 'test-server').click();
      await page.locator('[data-testid="server-test"][data-state="unauthorised"]').waitFor();
    },
  },
  {
    name: 'chooser-add',
    fake: 'judged,manual',
    act: async (page) => {
      await ranked(page);
      await chooser(page);
      await by(page, 'add-server').click();
      await by(page, 'new-server-name').fill('lab');
      await by(page, 'new-server-address').fill('lab machine');
      await by(page, 'new-server-add').click();
      await by(page, 'new-server-address-problem').waitFor();
    },
  },
  {
    name: 'send',
    fake: 'judged,remote,manual',
    act: async (page) => {
      await by(page, 'judge-start').click();
      await by(page, 'send-prompt').waitFor();
    },
  },
  {
    name: 'runs',
    fake: 'judged,past,manual',
    act: async (page) => {
      await ranked(page);
      await by(page, 'judge-more').click();
      await by(page, 'judge-runs').click();
      await by(page, 'run-row').nth(1).waitFor();
    },
  },
  {
    name: 'compare',
    fake: 'judged,past,manual',
    act: async (page) => {
      await ranked(page);
      await by(page, 'judge-more').click();
      await by(page, 'judge-runs').click();
      await by(page, 'run-pick').nth(0).check();
      await by(page, 'run-pick').nth(1).check();
      await by(page, 'compare').click();
      await by(page, 'compared-cell').first().waitFor();
    },
  },
  {
    name: 'judged-cell',
    fake: 'judged,past,manual',
    act: async (page) => {
      await ranked(page);
      await openCell(page, 'o6', 'c1');
    },
  },
  {
    name: 'judged-cell-details',
    fake: 'judged,past,manual',
    act: async (page) => {
      await ranked(page);
      await openCell(page, 'o7', 'c1');
      await by(page, 'sample-details').locator('summary').click();
      await by(page, 'raw-reply').first().scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'judged-cell-stale',
    fake: 'judged,past,manual',
    act: async (page) => {
      await ranked(page);
      await withFake(page, `fake.changeFromOutside('s_2', [{ edit: 'update_option', id: 'o6', description: 'Family firm in Ulm, 140 people since the merger.' }])`);
      await openCell(page, 'o6', 'c2');
      await by(page, 'stale-why').getByRole('list').waitFor();
    },
  },
  {
    name: 'judged-cell-by-hand',
    fake: 'judged,past,manual',
    act: async (page) => {
      await ranked(page);
      await openCell(page, 'o8', 'c2');
      await by(page, 'cell-value').fill('1');
      await by(page, 'cell-value').press('Enter');
      await by(page, 'take-back').waitFor();
    },
  },
  {
    name: 'judged-cell-failed',
    fake: 'judged,down,manual',
    act: async (page) => {
      await started(page, 's_2', 0);
      await withFake(page, `fake.judging.finish('s_2')`);
      await bar(page, 'waiting');
      await openCell(page, 'o6', 'c1');
      await by(page, 'judgement-error').waitFor();
    },
  },
  {
    name: 'judged-criterion',
    fake: 'judged,past,manual',
    act: async (page) => {
      await ranked(page);
      await by(page, 'weight').first().getByRole('button').click();
      await by(page, 'criterion-judge').locator('summary').click();
      await by(page, 'criterion-backend').waitFor();
      await by(page, 'criterion-samples').scrollIntoViewIfNeeded();
    },
  },
];
