// Every view in both themes: drawn without a complaint of the browser, held against the accessibility rules, and kept as a
// picture to be looked at; some also at the larger size.
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { picture, Stage } from './harness.ts';
import { judgingViews } from './judging_views.ts';
import { views } from './views.ts';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const LARGE = new Set(['empty', 'decide', 'full', 'cell', 'criterion', 'report', 'settings', 'failing', 'rescue', 'judge-tender', 'judge-mixed', 'judge-failed', 'judged-cell', 'compare']);

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start();
});
afterAll(() => stage.stop());

/** A theme changes colours only, so in the dark one only their contrast is looked at again. */
async function broken(page: Page, theme: 'light' | 'dark', name: string): Promise<string[]> {
  const axe = new AxeBuilder({ page });
  // A thousand cells take axe a minute and are the same cells as in the small table.
  if (name === 'full' || name === 'judge-tender' || name === 'judge-mixed') axe.exclude('[role="grid"]');
  const found = await (theme === 'light' ? axe.withTags(RULES) : axe.withRules('color-contrast')).analyze();
  return found.violations.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')} ${node.any[0]?.message ?? ''}`),
  );
}

describe.each(['light', 'dark'] as const)('%s', (theme) => {
  it.each([...views, ...judgingViews])('$name', async ({ name, fake, act }) => {
    const { page, context, complaints } = await stage.open(fake, { theme });
    await act(page);
    await picture(page, `${name}-1280-${theme}`);
    expect(await broken(page, theme, name)).toEqual([]);
    if (LARGE.has(name)) {
      await page.setViewportSize({ width: 1920, height: 1080 });
      await picture(page, `${name}-1920-${theme}`);
    }
    expect(complaints).toEqual([]);
    await context.close();
  });
});
