// Names for rows and columns that were added without one.

/** "Option 3", with the first number that no other name uses. */
export function freshName(stem: string, taken: { name: string }[]): string {
  const names = new Set(taken.map((entry) => entry.name.trim().toLowerCase()));
  let n = taken.length + 1;
  while (names.has(`${stem} ${n}`.toLowerCase())) n += 1;
  return `${stem} ${n}`;
}
