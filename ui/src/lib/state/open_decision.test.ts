import { beforeEach, describe, expect, it } from 'vitest';
import type { Answer, Edit, SessionView } from '../backend/types.ts';
import { FakeBackend } from '../backend/fake/fake.ts';
import { Announcer } from './announcer.svelte.ts';
import { Faults } from './faults.svelte.ts';
import { OpenDecision } from './open_decision.svelte.ts';
import { Progress } from './progress.svelte.ts';
import { Toasts } from './toasts.svelte.ts';

/** The in-memory backend whose answers to previews and edits the test holds back. */
class Held extends FakeBackend {
  readonly previews: { weights: Record<string, number>; answer: () => void }[] = [];
  readonly edits: { label: string | null; go: () => void }[] = [];
  holdEdits = false;

  override async preview_weights(id: string, weights: Record<string, number>): Promise<Answer> {
    await new Promise<void>((answer) => this.previews.push({ weights, answer }));
    return super.preview_weights(id, weights);
  }

  override async edit_session(id: string, edits: Edit[], label: string | null): Promise<SessionView> {
    if (this.holdEdits) await new Promise<void>((go) => this.edits.push({ label, go }));
    return super.edit_session(id, edits, label);
  }
}

const settled = () => new Promise((done) => setTimeout(done, 0));

describe('OpenDecision', () => {
  let backend: Held;
  let faults: Faults;
  let open: OpenDecision;

  beforeEach(async () => {
    backend = new Held({ sessions: 'three', history: 'ok', failing: false, delay_ms: 0 });
    faults = new Faults();
    open = new OpenDecision({
      backend,
      faults,
      toasts: new Toasts(),
      progress: new Progress(),
      announcer: new Announcer(),
      onsaved: () => {},
    });
    open.show(await backend.open_session('s_3'));
  });

  it('a_history_that_changed_elsewhere_leaves_the_view_alone_and_one_judged_elsewhere_does_not', async () => {
    const held = new FakeBackend({ sessions: 'judged', history: 'ok', failing: false, delay_ms: 0 });
    open = new OpenDecision({ backend: held, faults, toasts: new Toasts(), progress: new Progress(), announcer: new Announcer(), onsaved: () => {} });
    open.show(await held.open_session('s_2'));
    const before = open.view;
    await open.reload();
    expect(open.view).toBe(before);
    held.judging.past('s_2', 'qwen3:8b', 1);
    await open.reload();
    expect(open.view?.judging.to_ask).toBe(0);
  });

  it('edits_reach_the_backend_one_by_one_and_in_order', async () => {
    backend.holdEdits = true;
    const first = open.edit([{ edit: 'set_topic', text: 'One' }], 'one');
    const second = open.edit([{ edit: 'set_topic', text: 'Two' }], 'two');
    await settled();
    expect(backend.edits.map((edit) => edit.label)).toEqual(['one']);
    backend.edits[0]!.go();
    await first;
    await settled();
    expect(backend.edits.map((edit) => edit.label)).toEqual(['one', 'two']);
    backend.edits[1]!.go();
    await second;
    expect(open.view?.decision.topic).toBe('Two');
  });

  it('what_is_refused_is_returned_to_its_field_and_changes_nothing', async () => {
    const before = open.view;
    const problems = await open.edit([{ edit: 'set_topic', text: ' ' }]);
    expect(problems[0]?.field).toBe('topic');
    expect(open.view).toBe(before);
    expect(faults.current).toBeNull();
  });

  it('a_failure_offers_the_same_edit_again', async () => {
    backend.scenario.failing = true;
    await open.edit([{ edit: 'set_topic', text: 'Kept' }]);
    expect(faults.current?.error.code).toBe('history_locked');
    expect(open.view?.decision.topic).not.toBe('Kept');
    backend.scenario.failing = false;
    faults.retry();
    await settled();
    expect(open.view?.decision.topic).toBe('Kept');
  });

  it('a_preview_shows_the_backends_answer_and_saves_nothing', async () => {
    const saved = open.answer;
    open.drag({ c1: 0 });
    expect(open.answer).toBe(saved);
    backend.previews[0]!.answer();
    await settled();
    expect(open.answer?.weights['c1']).toBe(0);
    expect(open.view?.answer).toBe(saved);
  });

  it('a_preview_still_under_way_when_the_hand_lets_go_is_dropped', async () => {
    open.drag({ c1: 1 });
    await open.release({ c1: 2 });
    const saved = open.answer;
    backend.previews[0]!.answer();
    await settled();
    expect(open.answer).toBe(saved);
    expect(open.preview).toBeNull();
    expect(open.view?.decision.criteria[0]?.weight).toBe(2);
  });

  it('a_weight_put_back_where_it_was_is_no_edit', async () => {
    open.drag({ c1: 1 });
    await open.release({ c1: 3 });
    expect(backend.calls).not.toContain('edit_session');
  });

  it('the_answer_for_a_decision_that_was_left_is_not_shown', async () => {
    backend.holdEdits = true;
    const edit = open.edit([{ edit: 'set_topic', text: 'Late' }]);
    await settled();
    open.show(await backend.open_session('s_2'));
    backend.edits[0]!.go();
    await edit;
    expect(open.view?.session.id).toBe('s_2');
    expect((await backend.open_session('s_3')).decision.topic).toBe('Late');
  });

  it('undo_and_redo_are_the_backends', async () => {
    await open.edit([{ edit: 'set_weights', weights: { c1: 5 } }]);
    expect(open.view?.undo).toBe('Weight of Monthly cost');
    await open.undo();
    expect(open.view?.decision.criteria[0]?.weight).toBe(3);
    expect(open.view?.redo).toBe('Weight of Monthly cost');
    await open.redo();
    expect(open.view?.decision.criteria[0]?.weight).toBe(5);
  });
});
