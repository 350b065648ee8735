// What a person does while models judge, in a real browser over the in-memory backend. Time stands still: cells are answered
// when a test says so.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { by, Stage, type Opened } from './harness.ts';
import { openCell, started, withFake } from './judging_views.ts';

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

async function at(fake: string): Promise<Page> {
  opened = await stage.open(fake);
  await by(opened.page, 'rank-row').first().waitFor();
  return opened.page;
}

const finish = (page: Page, session: string, cells?: number) => withFake(page, `fake.judging.finish('${session}'${cells === undefined ? '' : `, ${cells}`})`);
const calls = (page: Page, name: string) => withFake<number>(page, `fake.calls.filter((call) => call === '${name}').length`);
const bar = (page: Page, state: string) => page.locator(`[data-testid="judge-bar"][data-state="${state}"]`).waitFor();
const cell = (page: Page, option: string, criterion: string) => by(page, `cell-${option}-${criterion}`);
const toast = (page: Page, words: string | RegExp) => by(page, 'toast').filter({ hasText: words }).waitFor();

describe('a run', () => {
  it('fills_the_table_cell_by_cell_and_says_how_it_ended', async () => {
    const page = await at('judged,manual');
    await by(page, 'judge-status').filter({ hasText: '20 to judge, all new' }).waitFor();
    await by(page, 'judge-start').click();
    await bar(page, 'running');
    await expect.poll(() => page.locator('.cell.asking').count()).toBe(4);
    expect(await cell(page, 'o6', 'c1').getAttribute('aria-label')).toBe('empty, being judged now');
    await finish(page, 's_2', 3);
    await expect.poll(() => cell(page, 'o6', 'c1').getAttribute('class')).toContain('judged');
    expect(await cell(page, 'o6', 'c1').textContent()).toMatch(/^\s*\d\s*$/);
    expect(await by(page, 'judge-count').textContent()).toBe('3 of 20');
    expect(await by(page, 'judge-progress').getAttribute('aria-valuenow')).toBe('15');
    await by(page, 'session-running').filter({ hasText: '15 %' }).waitFor();
    await finish(page, 's_2');
    await bar(page, 'done');
    await toast(page, 'Judged 20 cells in');
    await by(page, 'announcer').filter({ hasText: /Judged 20 cells/ }).waitFor();
    expect(await by(page, 'session-running').count()).toBe(0);
    expect(await page.locator('.cell.asking').count()).toBe(0);
  });

  it('the_ranking_follows_while_it_runs', async () => {
    const page = await at('judged,manual');
    const before = await by(page, 'rank-score').allTextContents();
    await by(page, 'judge-start').click();
    await bar(page, 'running');
    await finish(page, 's_2', 6);
    await expect.poll(() => by(page, 'rank-score').allTextContents()).not.toEqual(before);
  });

  it('escape_never_cancels_and_what_was_judged_before_a_cancel_is_kept_and_gone_on_from', async () => {
    const page = await at('judged,manual');
    await page.keyboard.press('Control+j');
    await bar(page, 'running');
    await finish(page, 's_2', 5);
    await by(page, 'judge-count').filter({ hasText: '5 of 20' }).waitFor();
    await page.keyboard.press('Escape');
    await by(page, 'judge-cancel').focus();
    await page.keyboard.press('Escape');
    expect(await calls(page, 'cancel_run')).toBe(0);
    await page.keyboard.press('Control+.');
    await bar(page, 'waiting');
    await by(page, 'judge-last').filter({ hasText: 'Stopped after 5 of 20 cells' }).waitFor();
    await by(page, 'judge-start').filter({ hasText: 'Go on with 15 cells' }).click();
    await bar(page, 'running');
    expect(await by(page, 'judge-count').textContent()).toBe('0 of 15');
    await finish(page, 's_2');
    await bar(page, 'done');
  });

  it('starting_by_key_leaves_the_focus_on_nothing_that_cancels', async () => {
    const page = await at('judged,manual');
    await by(page, 'judge-start').focus();
    await page.keyboard.press('Enter');
    await bar(page, 'running');
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe('judge-bar');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Space');
    expect(await calls(page, 'cancel_run')).toBe(0);
  });

  it('only_the_failed_are_asked_again', async () => {
    const page = await at('tender,faulty,manual');
    await by(page, 'judge-start').click();
    await bar(page, 'running');
    await finish(page, 's_1');
    const retry = by(page, 'judge-retry').filter({ hasText: /^Retry \d+ failed$/ });
    await retry.waitFor();
    const failed = Number((await retry.textContent())!.match(/\d+/)![0]);
    expect(failed).toBeGreaterThan(3);
    expect(await page.locator('.cell.is-failed, .cell.is-unparsed').count()).toBe(failed);
    await retry.click();
    await bar(page, 'running');
    expect(await by(page, 'judge-count').textContent()).toBe(`0 of ${failed}`);
    await finish(page, 's_1');
    await bar(page, 'done');
    expect(await page.locator('.cell.is-failed, .cell.is-unparsed').count()).toBe(0);
  });

  it('a_server_that_is_gone_is_said_in_words_where_the_eye_is', async () => {
    const page = await at('judged,down,manual');
    await started(page, 's_2', 0);
    await finish(page, 's_2');
    await by(page, 'judge-last').filter({ hasText: 'Nothing listens on 127.0.0.1:11434' }).waitFor();
    await by(page, 'grid-status').filter({ hasText: 'the judgement failed: Nothing listens' }).waitFor();
  });

  it('an_edit_makes_its_cells_stale_and_only_these_are_asked', async () => {
    const page = await at('judged,past,manual');
    await by(page, 'rank-row').filter({ hasText: 'Helvia' }).getByRole('button').click();
    await by(page, 'option-description').fill('Third series in production since June.');
    await by(page, 'option-description').press('Control+Enter');
    await by(page, 'judge-start').filter({ hasText: 'Judge 4 cells' }).waitFor();
    expect(await page.locator('.cell.is-stale').count()).toBe(4);
    await page.keyboard.press('Control+z');
    await by(page, 'option-description').press('Escape');
    await by(page, 'undo').click();
    await bar(page, 'done');
    expect(await page.locator('.cell.is-stale').count()).toBe(0);
  });

  it('a_range_of_the_table_is_asked_again_by_its_menu', async () => {
    const page = await at('judged,past,manual');
    await cell(page, 'o6', 'c1').click();
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Shift+F10');
    await page.getByRole('menuitem', { name: 'Ask the model for 2 cells' }).click();
    await bar(page, 'running');
    expect(await by(page, 'judge-count').textContent()).toBe('0 of 2');
    expect(await page.locator('.cell.asking').count()).toBe(2);
  });
});

describe('one cell', () => {
  it('says_which_run_asked_it', async () => {
    const page = await at('judged,past,manual');
    await openCell(page, 'o6', 'c1');
    expect(await by(page, 'judgement-carried').count()).toBe(0);
    await by(page, 'ask-again').click();
    await bar(page, 'running');
    await finish(page, 's_2');
    await bar(page, 'done');
    expect(await by(page, 'judgement-carried').count()).toBe(0);
    await page.keyboard.press('Escape');
    await openCell(page, 'o7', 'c2');
    await by(page, 'judgement-carried').filter({ hasText: 'From run 2' }).waitFor();
  });

  it('a_hand_score_shows_both_and_the_models_is_taken_back_or_undone', async () => {
    const page = await at('judged,past,manual');
    await openCell(page, 'o8', 'c2');
    const model = (await by(page, 'judgement-score').textContent())!.trim()[0]!;
    const mine = model === '1' ? '4' : '1';
    await by(page, 'cell-value').fill(mine);
    await by(page, 'cell-value').press('Enter');
    await expect.poll(() => cell(page, 'o8', 'c2').getAttribute('aria-label')).toContain(`given by hand; the model says ${model}`);
    await by(page, 'cell-note').fill('Saw their records in May.');
    await by(page, 'take-back').click();
    await by(page, 'take-back').waitFor({ state: 'detached' });
    expect(await cell(page, 'o8', 'c2').textContent()).toContain(model);
    await by(page, 'undo').click();
    await expect.poll(() => cell(page, 'o8', 'c2').textContent()).toContain(mine);
  });

  it('its_reasons_follow_a_new_answer_without_being_opened_again', async () => {
    const page = await at('judged,manual');
    await openCell(page, 'o6', 'c1');
    await by(page, 'judgement').getByText('No model has been asked').waitFor();
    await by(page, 'ask-again').click();
    await bar(page, 'running');
    expect(await by(page, 'ask-again').isDisabled()).toBe(true);
    await finish(page, 's_2');
    await by(page, 'justification').filter({ hasText: 'Brandt Sensorik' }).waitFor();
    await by(page, 'evidence-used').filter({ hasText: 'Found word for word' }).waitFor();
  });

  it('the_raw_reply_and_the_prompt_go_to_the_clipboard_as_they_are', async () => {
    const page = await at('judged,past,manual');
    await openCell(page, 'o7', 'c1');
    await by(page, 'copy-reply').click();
    await toast(page, 'The raw reply is copied');
    expect(JSON.parse(await withFake(page, 'fake.copied'))).toMatchObject({ status: 'scored' });
    await by(page, 'sample-details').locator('summary').click();
    expect(await by(page, 'raw-reply').count()).toBe(3);
    expect(await by(page, 'raw-prompt').first().textContent()).toContain('Criterion: Quality system');
  });

  it('what_changed_since_is_shown_line_by_line', async () => {
    const page = await at('judged,past,manual');
    await withFake(page, `fake.changeFromOutside('s_2', [{ edit: 'update_option', id: 'o6', description: 'Now 140 people.' }])`);
    await openCell(page, 'o6', 'c1');
    await by(page, 'stale-why').filter({ hasText: 'Now 140 people.' }).waitFor();
    expect(await by(page, 'stale-why').textContent()).toContain('The option’s text or its evidence changed');
  });
});

describe('who judges', () => {
  it('no_model_is_no_dead_end', async () => {
    const page = await at('judged,nomodel,manual');
    await page.keyboard.press('Control+j');
    await by(page, 'chooser-why').filter({ hasText: 'No model is chosen' }).waitFor();
    await by(page, 'server-ollama').click();
    await page.locator('[data-testid="server-test"][data-state="down"]').filter({ hasText: 'ollama serve' }).waitFor();
    await by(page, 'chooser-save').filter({ hasText: 'qwen3:8b' }).click();
    await by(page, 'judge-start').waitFor();
    await page.getByRole('button', { name: /^Undo: Judged by qwen3:8b/ }).waitFor();
  });

  it('a_server_outside_is_contacted_by_a_press_of_test_and_by_nothing_else', async () => {
    const page = await at('judged,manual');
    await by(page, 'judge-who').click();
    await by(page, 'models').waitFor();
    await by(page, 'server-openai').click();
    await by(page, 'server-panel').filter({ hasText: 'Not asked yet' }).waitFor();
    expect(await calls(page, 'test_backend')).toBe(1);
    await by(page, 'test-server').click();
    await by(page, 'server-test').filter({ hasText: 'Needs a key' }).waitFor();
    expect(await calls(page, 'test_backend')).toBe(2);
  });

  it('a_typed_key_is_handed_over_and_stays_nowhere_in_the_page', async () => {
    const page = await at('judged,manual');
    await by(page, 'judge-who').click();
    await by(page, 'server-openai').click();
    await by(page, 'server-key').fill('sk-verysecret');
    await by(page, 'server-key').press('Enter');
    await by(page, 'server-key-state').filter({ hasText: 'in memory until Ponder closes' }).waitFor();
    expect(await by(page, 'server-key').inputValue()).toBe('');
    expect(await page.content()).not.toContain('sk-verysecret');
    await by(page, 'test-server').click();
    await by(page, 'models').waitFor();
  });

  it('a_model_samples_and_the_default_are_saved_together', async () => {
    const page = await at('judged,manual');
    await by(page, 'judge-who').click();
    await by(page, 'model-gemma3:12b').check();
    await by(page, 'judge-samples').fill('12');
    await by(page, 'chooser-save').click();
    await by(page, 'chooser-problem').filter({ hasText: '1 to 9' }).waitFor();
    await by(page, 'judge-samples').fill('3');
    await by(page, 'judge-concurrency').fill('2');
    await by(page, 'judge-patience').fill('900');
    await by(page, 'judge-default').check();
    await by(page, 'chooser-save').click();
    await by(page, 'judge-who').filter({ hasText: 'gemma3:12b' }).waitFor();
    const judge = await withFake(page, `fake.open_session('s_2').then((view) => view.decision.judge)`);
    expect(judge).toEqual({ backend: 'ollama', model: 'gemma3:12b', temperature: null, samples: 3 });
    const kept = await withFake(page, `fake.backends().then((all) => all.find((entry) => entry.name === 'ollama'))`);
    expect(kept).toMatchObject({ is_default: true, model: 'gemma3:12b', concurrency: 2, first_byte_timeout: 900 });
    await by(page, 'judge-start').click();
    await bar(page, 'running');
    await expect.poll(() => page.locator('.cell.asking').count()).toBe(2);
  });

  it('a_server_is_added_and_removed_and_a_bad_address_keeps_what_was_typed', async () => {
    const page = await at('judged,manual');
    await by(page, 'judge-who').click();
    await by(page, 'add-server').click();
    await by(page, 'new-server-name').fill('lab');
    await by(page, 'new-server-address').fill('lab machine');
    await by(page, 'new-server-add').click();
    await by(page, 'new-server-address-problem').waitFor();
    expect(await by(page, 'new-server-name').inputValue()).toBe('lab');
    await by(page, 'new-server-address').fill('http://127.0.0.1:8080/v1');
    await by(page, 'new-server-add').click();
    await by(page, 'server-panel').filter({ hasText: '127.0.0.1:8080' }).waitFor();
    await by(page, 'remove-server').click();
    await by(page, 'server-lab').waitFor({ state: 'detached' });
  });

  it('the_servers_are_walked_by_arrow_keys', async () => {
    const page = await at('judged,manual');
    await by(page, 'judge-who').click();
    await by(page, 'server-state').first().waitFor();
    await by(page, 'server-ollama').focus();
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => by(page, 'server-openai').getAttribute('aria-checked')).toBe('true');
    await page.keyboard.press('Escape');
    await by(page, 'judge-chooser').waitFor({ state: 'detached' });
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe('judge-who');
  });

  it('a_criterion_can_have_a_judge_of_its_own', async () => {
    const page = await at('judged,manual');
    await by(page, 'weight').first().getByRole('button').click();
    await by(page, 'criterion-judge').locator('summary').click();
    await by(page, 'criterion-temperature').fill('0');
    await by(page, 'criterion-temperature').press('Enter');
    await by(page, 'criterion-samples').fill('20');
    await by(page, 'criterion-samples').press('Enter');
    await by(page, 'criterion-samples-problem').waitFor();
    await by(page, 'criterion-samples').press('Escape');
    const judge = await withFake(page, `fake.open_session('s_2').then((view) => view.decision.criteria[0].judge)`);
    expect(judge).toEqual({ backend: null, model: null, temperature: 0, samples: null });
  });
});

describe('what leaves the machine', () => {
  it('is_shown_before_anything_is_sent_and_once_for_a_decision', async () => {
    const page = await at('judged,remote,manual');
    expect(await by(page, 'judge-where').textContent()).toContain('Leaves this machine');
    await by(page, 'judge-start').click();
    await by(page, 'send-facts').filter({ hasText: 'https://llm.example.com/v1' }).waitFor();
    expect(await by(page, 'send-facts').textContent()).toContain('20 requests');
    expect(await by(page, 'send-prompt').textContent()).toContain('Option: Brandt Sensorik');
    await page.keyboard.press('Escape');
    expect(await calls(page, 'judge_session')).toBe(0);
    await by(page, 'judge-start').click();
    await by(page, 'send-go').filter({ hasText: 'Send to llm.example.com' }).click();
    await bar(page, 'running');
    await finish(page, 's_2', 2);
    await by(page, 'judge-cancel').click();
    await bar(page, 'waiting');
    await by(page, 'judge-start').click();
    await bar(page, 'running');
    expect(await calls(page, 'judge_session')).toBe(2);
  });

  it('can_be_turned_into_another_judge', async () => {
    const page = await at('judged,remote,manual');
    await by(page, 'judge-start').click();
    await by(page, 'send-other').click();
    await by(page, 'server-ollama').click();
    await by(page, 'chooser-save').filter({ hasText: 'qwen3:8b' }).click();
    await by(page, 'judge-where').filter({ hasText: 'This machine' }).waitFor();
    await by(page, 'judge-start').click();
    await bar(page, 'running');
  });
});

describe('runs', () => {
  const list = async (page: Page) => {
    await by(page, 'judge-more').click();
    await by(page, 'judge-runs').click();
    await by(page, 'run-row').first().waitFor();
  };

  it('two_are_compared_the_largest_difference_first_and_a_cell_opens_from_there', async () => {
    const page = await at('judged,past,manual');
    await list(page);
    await by(page, 'run-pick').nth(0).check();
    await by(page, 'run-pick').nth(1).check();
    await by(page, 'compare').click();
    await by(page, 'agreement').filter({ hasText: 'cells scored in both' }).waitFor();
    const differences = await by(page, 'compared-cell').locator('td:nth-child(4)').allTextContents();
    const sizes = differences.map((text) => Math.abs(Number(text.trim().replace('−', '-')))).filter((size) => !Number.isNaN(size));
    expect(sizes.length).toBeGreaterThan(5);
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    await by(page, 'compared-cell').first().getByRole('button').click();
    await by(page, 'judgement').waitFor();
  });

  it('an_older_one_counts_again_and_its_toast_takes_that_back', async () => {
    const page = await at('judged,past,manual');
    const before = await by(page, 'rank-score').allTextContents();
    await list(page);
    await by(page, 'run-adopt').first().click();
    await by(page, 'run-row').nth(2).waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => by(page, 'rank-score').allTextContents()).not.toEqual(before);
    await by(page, 'toast-action').click();
    await expect.poll(() => by(page, 'rank-score').allTextContents()).toEqual(before);
  });
});
