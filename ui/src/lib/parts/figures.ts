// How numbers, shares, sizes and times are written everywhere in the page.

const plain = new Intl.NumberFormat('en', { maximumFractionDigits: 6, maximumSignificantDigits: 6, useGrouping: true });
const score = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const dayYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const minute = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' });

export const number = (x: number): string => plain.format(x);

/** A total: two decimals, so that columns of them line up. */
export const total = (x: number | null): string => (x === null ? '–' : score.format(x));

/** 0–1 as percent. A share between 0 and 1 is never written as 0 or 100. */
export function share(x: number): string {
  const percent = x * 100;
  if (percent > 0 && percent < 1) return '<1 %';
  if (percent > 99 && percent < 99.9999) return '>99 %';
  return `${whole.format(percent)} %`;
}

/** Whether a coverage (0–1, a sum of rounded shares) leaves nothing out. */
export const complete = (coverage: number): boolean => coverage > 0.99995;

export function bytes(x: number): string {
  if (x < 1024) return `${x} B`;
  if (x < 1024 * 1024) return `${whole.format(x / 1024)} KB`;
  return `${new Intl.NumberFormat('en', { maximumFractionDigits: 1 }).format(x / 1024 / 1024)} MB`;
}

export const count = (n: number, one: string, many = `${one}s`): string => `${whole.format(n)} ${n === 1 ? one : many}`;

export const moment = (at: number): string => minute.format(at);

export function ago(at: number, now: number): string {
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
  if (minutes < 48 * 60) return 'yesterday';
  return new Date(at).getFullYear() === new Date(now).getFullYear() ? day.format(at) : dayYear.format(at);
}

export function daysLeft(until: number, now: number): string {
  const days = Math.ceil((until - now) / 86_400_000);
  return days <= 0 ? 'today' : days === 1 ? 'in 1 day' : `in ${days} days`;
}

/** A number as a person types it (spaces, one comma or point); null where it is none. */
export function typedNumber(text: string): number | null {
  const clean = text.replace(/[\s\u00a0\u202f]/g, '');
  if (!/^[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?$/i.test(clean)) return null;
  return Number(clean.replace(',', '.'));
}
