import { expect, it } from 'vitest';
import { sliderTop } from './slider_top.ts';

it.each([
  [[], 5],
  [[0.2, 0.8], 5],
  [[3, 4], 5],
  [[6], 10],
  [[40, 30, 30], 50],
  [[1e9, 3], 1e9],
  [[Number.NaN], 5],
])('sliders_for_%j_end_at_a_round_number_that_holds_them_all', (weights, top) => expect(sliderTop(weights)).toBe(top));
