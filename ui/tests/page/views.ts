// Every view of the page and the way a person gets there, for pictures and for the accessibility rules.
import type { Page } from 'playwright-core';
import { by } from './harness.ts';

export interface View {
  name: string;
  /** The scenario of the in-memory backend. */
  fake: string;
  act: (page: Page) => Promise<void>;
}

const ranked = (page: Page) => by(page, 'rank-row').first().waitFor();

export const views: View[] = [
  { name: 'empty', fake: 'none', act: (page) => by(page, 'template-example-measured').waitFor() },
  { name: 'decide', fake: '', act: ranked },
  { name: 'full', fake: 'large', act: ranked },
  {
    name: 'missing-cells',
    fake: '',
    act: async (page) => {
      await by(page, 'session-row').nth(1).click();
      await page.locator('[data-testid="verdict"][data-kind="open"]').waitFor();
    },
  },
  {
    name: 'close-race',
    fake: '',
    act: async (page) => {
      await by(page, 'session-row').nth(2).click();
      await page.locator('[data-testid="verdict"][data-kind="close"]').waitFor();
    },
  },
  {
    name: 'blank',
    fake: 'none',
    act: async (page) => {
      await by(page, 'create-blank').click();
      await by(page, 'not-ranked').waitFor();
    },
  },
  {
    name: 'context',
    fake: '',
    act: async (page) => {
      await by(page, 'toggle-context').click();
      await by(page, 'context').waitFor();
    },
  },
  {
    name: 'cell',
    fake: '',
    act: async (page) => {
      await by(page, 'rank-row').first().getByRole('button').click();
      await by(page, 'contributions').getByRole('button').first().click();
      await by(page, 'cell-trace').waitFor();
    },
  },
  {
    name: 'option',
    fake: '',
    act: async (page) => {
      await by(page, 'rank-row').first().getByRole('button').click();
      await by(page, 'contributions').waitFor();
    },
  },
  {
    name: 'criterion',
    fake: '',
    act: async (page) => {
      await by(page, 'weight').nth(1).getByRole('button').click();
      await by(page, 'criterion-points').waitFor();
    },
  },
  {
    name: 'criterion-by-hand',
    fake: '',
    act: async (page) => {
      await by(page, 'weight').nth(4).getByRole('button').click();
      await by(page, 'rubric-3').waitFor();
    },
  },
  {
    name: 'counting',
    fake: '',
    act: async (page) => {
      await by(page, 'counting-rules').click();
      await by(page, 'method').waitFor();
    },
  },
  {
    name: 'report',
    fake: '',
    act: async (page) => {
      await by(page, 'tab-report').click();
      await by(page, 'chart-heatmap').getByRole('img').waitFor();
    },
  },
  {
    name: 'report-table',
    fake: 'large',
    act: async (page) => {
      await by(page, 'tab-report').click();
      await by(page, 'chart-heatmap-table').click();
      await by(page, 'chart-ranking-table').click();
      await by(page, 'chart-ranking').getByRole('table').waitFor();
    },
  },
  {
    name: 'settings',
    fake: '',
    act: async (page) => {
      await by(page, 'open-settings').click();
      await by(page, 'backup-list').waitFor();
    },
  },
  {
    name: 'settings-rescue',
    fake: 'rescue',
    act: async (page) => {
      await by(page, 'banner-backups').click();
      await by(page, 'restore').first().click();
    },
  },
  { name: 'rescue', fake: 'rescue', act: (page) => by(page, 'history-banner').waitFor() },
  { name: 'checking', fake: 'checking', act: (page) => by(page, 'history-banner').waitFor() },
  {
    name: 'failing',
    fake: 'failing',
    act: async (page) => {
      await by(page, 'new-option').click();
      await by(page, 'fault-bar').waitFor();
    },
  },
  {
    name: 'refused',
    fake: 'none',
    act: async (page) => {
      await by(page, 'paste-table').fill('Just one column\nof words');
      await by(page, 'create-from-text').click();
      await by(page, 'create-problem').waitFor();
    },
  },
  {
    name: 'palette',
    fake: '',
    act: async (page) => {
      await ranked(page);
      await page.keyboard.press('Control+k');
      await by(page, 'palette-entry').nth(4).waitFor();
    },
  },
  {
    name: 'shortcuts',
    fake: '',
    act: async (page) => {
      await ranked(page);
      await by(page, 'open-shortcuts').click();
      await by(page, 'shortcut-sheet').waitFor();
    },
  },
  {
    name: 'export-menu',
    fake: '',
    act: async (page) => {
      await ranked(page);
      await page.keyboard.press('Control+e');
      await by(page, 'export-html').waitFor();
    },
  },
  {
    name: 'erase',
    fake: '',
    act: async (page) => {
      await ranked(page);
      await by(page, 'session-row').first().focus();
      await page.keyboard.press('Delete');
      await by(page, 'place-trashed').click();
      await by(page, 'empty-trash').click();
      await by(page, 'erase-confirm').waitFor();
    },
  },
  {
    name: 'slow',
    fake: 'slow',
    act: async (page) => {
      await ranked(page);
      await by(page, 'new-option').click();
      await by(page, 'progress').getByText('Saving').waitFor();
    },
  },
];
