import { describe, expect, it } from 'vitest';
import { ago, bytes, share, total, typedNumber } from './figures.ts';

describe('figures', () => {
  it.each([
    [0, '0 %'],
    [0.004, '<1 %'],
    [0.256, '26 %'],
    [0.999, '>99 %'],
    [1, '100 %'],
  ])('a_share_of_%d_never_rounds_away_what_is_there_or_missing', (x, words) => expect(share(x)).toBe(words));

  it('a_missing_total_is_a_dash_and_not_a_zero', () => expect(total(null)).toBe('–'));

  it.each([
    ['1 200,50', 1200.5],
    ['-3.5', -3.5],
    ['.5', 0.5],
    ['1,200.50', null],
    ['twelve', null],
    ['', null],
    ['NaN', null],
    ['Infinity', null],
  ])('%s_is_read_as_typed_or_not_at_all', (text, x) => expect(typedNumber(text)).toBe(x));

  it('sizes_and_ages_are_short', () => {
    expect(bytes(900)).toBe('900 B');
    expect(bytes(212_992)).toBe('208 KB');
    expect(ago(0, 3 * 3_600_000)).toBe('3 h ago');
  });
});
