// Where a weight slider ends.

/** The first round number, from 5 up, that holds the largest weight: every slider of a decision has the same length. */
export function sliderTop(weights: number[]): number {
  const largest = Math.max(1, ...weights.filter(Number.isFinite));
  for (let power = 1; ; power *= 10) {
    for (const step of [1, 2, 5]) {
      const top = step * power;
      if (top >= 5 && top >= largest) return top;
    }
  }
}
