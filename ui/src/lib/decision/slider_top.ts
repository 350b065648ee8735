// Where a weight slider ends.

/** A round number with room above the largest weight, so that every slider of a decision has the same length. */
export function sliderTop(weights: number[]): number {
  const largest = Math.max(1, ...weights.filter(Number.isFinite));
  for (let power = 1; ; power *= 10) {
    for (const step of [1, 2, 5]) {
      const top = step * power;
      if (top >= 5 && top >= largest) return top;
    }
  }
}
