import { describe, expect, it } from 'vitest';
import { asAppError, details, words } from './errors.ts';

describe('errors', () => {
  it('a_code_decides_the_words_and_never_the_message', () => {
    const locked = words({ code: 'history_locked', message: 'database is locked' });
    expect(locked.ways).toContain('retry');
    expect(words({ code: 'history_locked', message: 'anything' })).toEqual(locked);
  });

  it('an_unknown_code_keeps_the_engines_hint_and_offers_details', () => {
    const said = words({ code: 'never_heard_of', message: 'x', hint: 'Turn it off and on.' });
    expect(said.hint).toBe('Turn it off and on.');
    expect(said.ways).toContain('details');
  });

  it.each([
    [new Error('broken'), 'page', 'broken'],
    ['text', 'page', 'text'],
    [{ code: 'not_found', message: 'gone' }, 'not_found', 'gone'],
    [undefined, 'page', 'undefined'],
  ])('anything_thrown_becomes_one_shape: %s', (cause, code, message) => {
    expect(asAppError(cause)).toMatchObject({ code, message });
  });

  it('details_name_the_version_the_code_and_each_line', () => {
    const problem = { code: 'bad_number', field: 'criteria[1].weight', line: 4, found: null, allowed: null, message: 'Too small.' } as const;
    const text = details({ code: 'invalid_input', message: 'No.', problems: [problem] }, '0.1.0');
    expect(text).toContain('Ponder 0.1.0');
    expect(text).toContain('invalid_input');
    expect(text).toContain('criteria[1].weight (line 4): Too small.');
  });
});
