// What a person does with the page, from the first decision to the last erase, in a real browser over the in-memory backend.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { by, Stage, type Opened } from './harness.ts';

let stage: Stage;
let opened: Opened | null = null;
beforeAll(async () => {
  stage = await Stage.start();
});
afterAll(() => stage.stop());
afterEach(async () => {
  const complaints = opened?.complaints ?? [];
  await opened?.context.close();
  opened = null;
  expect(complaints).toEqual([]);
});

async function at(fake = ''): Promise<Page> {
  opened = await stage.open(fake);
  await by(opened.page, fake.includes('none') ? 'create-blank' : 'rank-row').first().waitFor();
  return opened.page;
}

/** Calls of the in-memory backend, by name. */
const calls = (page: Page, name: string) =>
  page.evaluate((wanted) => (globalThis as never as { ponderFake: { calls: string[] } }).ponderFake.calls.filter((call) => call === wanted).length, name);

const order = async (page: Page): Promise<string[]> => {
  const rows = await by(page, 'rank-row').evaluateAll((all) =>
    all.map((row) => ({ rank: Number(row.getAttribute('data-rank')), name: row.querySelector('.name')?.textContent ?? '' })),
  );
  return rows.sort((a, b) => a.rank - b.rank).map((row) => row.name);
};

const saidIs = (page: Page, words: RegExp) => by(page, 'announcer').filter({ hasText: words }).waitFor();

describe('making a decision', () => {
  it('a_pasted_table_is_ranked_at_once', async () => {
    const page = await at('none');
    await by(page, 'paste-table').fill('Option\tSpeed\tReach\nFirst\t9\t3\nSecond\t2\t1');
    await by(page, 'create-from-text').click();
    await by(page, 'winner').filter({ hasText: 'First' }).waitFor();
  });

  it('a_refused_table_keeps_its_text_and_says_the_line', async () => {
    const page = await at('none');
    await by(page, 'paste-table').fill('one column');
    await by(page, 'create-from-text').click();
    await by(page, 'create-problem').filter({ hasText: 'Line 1' }).waitFor();
    expect(await by(page, 'paste-table').inputValue()).toBe('one column');
  });

  it('an_empty_topic_is_refused_where_it_was_typed_and_kept', async () => {
    const page = await at();
    await by(page, 'topic').fill('  ');
    await by(page, 'topic').press('Enter');
    await by(page, 'topic-problem').waitFor();
    expect(await by(page, 'topic').inputValue()).toBe('  ');
    await by(page, 'topic').press('Escape');
    expect(await by(page, 'topic').inputValue()).toBe('Which database for the ledger?');
    expect(await by(page, 'topic-problem').count()).toBe(0);
  });

  it('an_enter_that_ends_a_composition_saves_nothing', async () => {
    const page = await at();
    await by(page, 'topic').fill('決定');
    await by(page, 'topic').evaluate((field) =>
      field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true })),
    );
    expect(await calls(page, 'edit_session')).toBe(0);
    await by(page, 'topic').press('Enter');
    await by(page, 'session-row').filter({ hasText: '決定' }).waitFor();
  });

  it('a_cell_typed_in_the_table_moves_the_total_and_can_be_undone', async () => {
    const page = await at();
    const before = await by(page, 'rank-score').allTextContents();
    await by(page, 'cell-editor').focus();
    await page.keyboard.type('400');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /^Undo: .*Monthly cost/ }).waitFor();
    expect(await by(page, 'rank-score').allTextContents()).not.toEqual(before);
    await page.keyboard.press('Control+z');
    await page.getByRole('button', { name: 'Nothing to undo' }).waitFor();
    expect(await by(page, 'rank-score').allTextContents()).toEqual(before);
    await page.keyboard.press('Control+Shift+z');
    await page.getByRole('button', { name: /^Undo: .*Monthly cost/ }).waitFor();
  });

  it('a_removed_option_comes_back_by_its_toast', async () => {
    const page = await at();
    await by(page, 'rank-row').filter({ hasText: 'PostgreSQL' }).getByRole('button').click();
    await by(page, 'remove-option').click();
    await by(page, 'inspector').waitFor({ state: 'detached' });
    await by(page, 'toast-action').click();
    await by(page, 'rank-row').filter({ hasText: 'PostgreSQL' }).waitFor();
  });

  it('a_change_by_another_program_appears_and_is_announced', async () => {
    const page = await at();
    await page.evaluate(() =>
      (globalThis as never as { ponderFake: { changeFromOutside(id: string, edits: unknown[]): void } }).ponderFake.changeFromOutside('s_3', [
        { edit: 'set_topic', text: 'Changed elsewhere' },
      ]),
    );
    await saidIs(page, /Another program changed/);
    expect(await by(page, 'topic').inputValue()).toBe('Changed elsewhere');
  });
});

describe('weights', () => {
  it('a_drag_re_sorts_live_and_is_one_undo_step', async () => {
    const page = await at();
    const slider = by(page, 'weight-slider').nth(3);
    const box = (await slider.boundingBox())!;
    const first = await order(page);
    await page.mouse.move(box.x + box.width * 0.5, box.y + box.height / 2);
    await page.mouse.down();
    for (let step = 1; step <= 10; step += 1) await page.mouse.move(box.x + box.width * (0.5 - step * 0.05), box.y + box.height / 2);
    await expect.poll(() => order(page)).not.toEqual(first);
    expect(await calls(page, 'edit_session')).toBe(0);
    await page.mouse.up();
    await page.getByRole('button', { name: 'Undo: Weight of Restore time' }).waitFor();
    expect(await calls(page, 'edit_session')).toBe(1);
    await by(page, 'undo').click();
    await expect.poll(() => order(page)).toEqual(first);
  });

  it('a_held_arrow_key_is_one_undo_step', async () => {
    const page = await at();
    await by(page, 'weight-slider').first().focus();
    for (let press = 0; press < 5; press += 1) await page.keyboard.down('ArrowRight');
    expect(await calls(page, 'edit_session')).toBe(0);
    await page.keyboard.up('ArrowRight');
    await page.getByRole('button', { name: 'Undo: Weight of Monthly cost' }).waitFor();
    expect(await calls(page, 'edit_session')).toBe(1);
  });

  it('a_negative_weight_is_refused_beside_its_field', async () => {
    const page = await at();
    const exact = by(page, 'weight-number').first();
    await exact.fill('-2');
    await exact.press('Enter');
    await by(page, 'weight-number-problem').waitFor();
    expect(await exact.inputValue()).toBe('-2');
  });

  it('shares_on_screen_are_the_backends', async () => {
    const page = await at();
    expect(await by(page, 'weight-share').allTextContents()).toEqual(['23 %', '31 %', '15 %', '19 %', '12 %']);
  });
});

describe('where a number comes from', () => {
  it('space_on_a_cell_opens_its_trace_and_escape_goes_back_to_the_table', async () => {
    const page = await at();
    await by(page, 'cell-editor').focus();
    await page.keyboard.press('Space');
    await by(page, 'cell-steps').filter({ hasText: '120 USD' }).waitFor();
    await page.keyboard.press('Escape');
    await by(page, 'inspector').waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe('cell-editor');
  });

  it('evidence_is_added_and_kept', async () => {
    const page = await at();
    await by(page, 'cell-editor').focus();
    await page.keyboard.press('Space');
    await by(page, 'add-evidence').click();
    await by(page, 'evidence-source').nth(1).fill('Call of 3 November');
    await by(page, 'evidence-quote').nth(1).fill('Same price next year');
    await by(page, 'inspector-close').click();
    await by(page, 'cell-editor').focus();
    await page.keyboard.press('Space');
    await expect.poll(() => by(page, 'evidence-quote').nth(1).inputValue()).toBe('Same price next year');
  });

  it('a_rule_that_is_not_understood_is_said_under_its_field', async () => {
    const page = await at();
    await by(page, 'weight').first().getByRole('button').click();
    await by(page, 'criterion-must').fill('cheap');
    await by(page, 'criterion-must').press('Enter');
    await by(page, 'criterion-must-problem').filter({ hasText: '<= 450' }).waitFor();
    expect(await by(page, 'criterion-must').inputValue()).toBe('cheap');
  });
});

describe('the report', () => {
  it('a_chart_has_its_table_and_both_go_to_the_clipboard', async () => {
    const page = await at();
    await by(page, 'tab-report').click();
    const alt = await by(page, 'chart-ranking').getByRole('img').getAttribute('alt');
    expect(alt).toContain('SQLite with Litestream');
    await by(page, 'chart-ranking-table').click();
    await by(page, 'chart-ranking').getByRole('cell', { name: 'FoundationDB' }).waitFor();
    await by(page, 'copy-heatmap-picture').click();
    await by(page, 'toast').filter({ hasText: 'copied as a picture' }).waitFor();
  });

  it('an_export_says_where_it_went', async () => {
    const page = await at();
    await page.keyboard.press('Control+e');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await by(page, 'toast').filter({ hasText: '.html' }).waitFor();
    await saidIs(page, /Saved .*html/);
  });
});

describe('keeping and removing', () => {
  it('the_trash_is_undone_by_its_toast', async () => {
    const page = await at();
    await by(page, 'session-row').first().focus();
    await page.keyboard.press('Delete');
    await by(page, 'away-banner').waitFor();
    expect(await by(page, 'session-row').count()).toBe(2);
    await by(page, 'toast-action').click();
    await expect.poll(() => by(page, 'session-row').count()).toBe(3);
    expect(await by(page, 'away-banner').count()).toBe(0);
  });

  it('erasing_says_how_many_and_which_backups_still_hold_it', async () => {
    const page = await at();
    await by(page, 'session-menu').first().click();
    await by(page, 'session-trash').click();
    await by(page, 'place-trashed').click();
    await by(page, 'empty-trash').click();
    expect(await by(page, 'erase-confirm').textContent()).toContain('Erase 1 decision');
    await by(page, 'erase-confirm').click();
    await by(page, 'erase-backups').filter({ hasText: 'history-2026-11-20T0700.db' }).waitFor();
    await by(page, 'erase-done').click();
    await by(page, 'session-list-empty').waitFor();
  });

  it('archived_decisions_can_be_read_and_not_changed', async () => {
    const page = await at();
    await by(page, 'session-menu').first().click();
    await by(page, 'session-archive').click();
    await by(page, 'away-banner').waitFor();
    expect(await by(page, 'new-option').isDisabled()).toBe(true);
    expect(await by(page, 'topic').getAttribute('readonly')).not.toBeNull();
    await by(page, 'bring-back').click();
    await expect.poll(() => by(page, 'new-option').isDisabled()).toBe(false);
  });
});

describe('when something fails', () => {
  it('a_locked_history_is_said_and_retry_saves_the_same_change', async () => {
    const page = await at('failing');
    await by(page, 'new-option').click();
    await by(page, 'fault-bar').filter({ hasText: 'in use by another program' }).waitFor();
    await page.evaluate(() => ((globalThis as never as { ponderFake: { scenario: { failing: boolean } } }).ponderFake.scenario.failing = false));
    await by(page, 'fault-retry').click();
    await page.getByRole('button', { name: 'Undo: Add Option 6' }).waitFor();
    expect(await by(page, 'fault-bar').count()).toBe(0);
  });

  it('a_damaged_history_is_read_only_until_a_backup_is_restored', async () => {
    const page = await at('rescue');
    expect(await by(page, 'new-option').isDisabled()).toBe(true);
    expect(await by(page, 'weight-slider').first().isDisabled()).toBe(true);
    await by(page, 'banner-backups').click();
    await by(page, 'restore').first().click();
    await by(page, 'restore-confirm').click();
    await by(page, 'history-banner').waitFor({ state: 'detached' });
    await by(page, 'settings-back').click();
    expect(await by(page, 'new-option').isDisabled()).toBe(false);
  });

  it('editing_opens_when_the_check_has_passed', async () => {
    const page = await at('checking');
    expect(await by(page, 'new-option').isDisabled()).toBe(true);
    await page.evaluate(() => (globalThis as never as { ponderFake: { setHistory(state: string): void } }).ponderFake.setHistory('ok'));
    await saidIs(page, /You can edit now/);
    expect(await by(page, 'new-option').isDisabled()).toBe(false);
  });

  it('a_slow_answer_is_waited_for_in_words', async () => {
    const page = await at('slow');
    await by(page, 'new-option').click();
    await by(page, 'progress').getByText('Saving').waitFor();
    await by(page, 'progress').getByText('Saving').waitFor({ state: 'detached' });
  });
});

describe('a narrow window', () => {
  it('puts_the_list_away_and_keeps_a_way_to_it_on_every_screen', async () => {
    const page = await at();
    await page.setViewportSize({ width: 860, height: 560 });
    await by(page, 'sidebar').waitFor({ state: 'detached' });
    await page.keyboard.press('Control+,');
    await by(page, 'settings').waitFor();
    await by(page, 'show-sidebar').click();
    await by(page, 'session-row').first().click();
    await page.keyboard.press('Control+b');
    await by(page, 'sidebar').waitFor({ state: 'detached' });
    await page.keyboard.press('Control+f');
    await by(page, 'session-search').waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('session-search');
  });
});

describe('without a mouse', () => {
  it('the_palette_goes_to_a_decision', async () => {
    const page = await at();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('crm');
    await by(page, 'palette-entry').first().filter({ hasText: 'CRM' }).waitFor();
    await page.keyboard.press('Enter');
    await expect.poll(() => by(page, 'topic').inputValue()).toBe('CRM for the sales team');
  });

  it('f6_walks_through_every_pane_and_comes_round', async () => {
    const page = await at();
    const seen: (string | null | undefined)[] = [];
    for (let step = 0; step < 6; step += 1) {
      await page.keyboard.press('F6');
      seen.push(await page.evaluate(() => document.activeElement?.closest('[data-pane]')?.getAttribute('data-pane')));
    }
    expect(seen).toEqual(['sidebar', 'head', 'table', 'ranking', 'weights', 'sidebar']);
  });

  it('a_question_mark_opens_the_shortcuts_but_not_while_typing', async () => {
    const page = await at();
    await by(page, 'session-search').focus();
    await page.keyboard.press('?');
    expect(await by(page, 'shortcut-sheet').count()).toBe(0);
    await by(page, 'open-settings').focus();
    await page.keyboard.press('?');
    await by(page, 'shortcut-sheet').waitFor();
    await page.keyboard.press('Escape');
    await by(page, 'shortcut-sheet').waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe('open-settings');
  });

  it('a_decision_is_made_from_nothing_by_keys_alone', async () => {
    const page = await at('none');
    await page.keyboard.press('Control+n');
    await page.keyboard.press('Enter');
    await by(page, 'not-ranked').waitFor();
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe('topic');
    await page.keyboard.type('Tea or coffee?');
    await page.keyboard.press('Enter');
    await by(page, 'session-row').filter({ hasText: 'Tea or coffee?' }).waitFor();
  });
});
