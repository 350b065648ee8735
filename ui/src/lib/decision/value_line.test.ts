import { describe, expect, it } from 'vitest';
import { readPoints, readRange, writePoints } from './value_line.ts';

describe('value line', () => {
  it.each([
    ['0 to 500', [0, 500]],
    ['-5 – 7,5', [-5, 7.5]],
    ['0; 40', [0, 40]],
    ['', null],
    ['500', undefined],
    ['0 to many', undefined],
    ['1 to 2 to 3', undefined],
  ])('range_%j_is_two_numbers_or_not_understood', (text, range) => expect(readRange(text)).toEqual(range));

  it.each([
    ['0 1\n200 0.8\n500 0', [[0, 1], [200, 0.8], [500, 0]]],
    ['0: 1\n5; 0,8', [[0, 1], [5, 0.8]]],
    ['  ', null],
    ['0 1\nfive', undefined],
    ['1 2 3', undefined],
  ])('points_%j_are_pairs_or_not_understood', (text, points) => expect(readPoints(text)).toEqual(points));

  it('what_is_written_reads_back_the_same', () => {
    const points: [number, number][] = [[-1.5, 0], [3, 0.25], [9, 1]];
    expect(readPoints(writePoints(points))).toEqual(points);
  });
});
