// What the shell put into the page because it was ready sooner than the page: the answers to its first questions. Each is
// good once; whoever asks again, asks the engine.
import type { Health, SessionFilter, SessionSummary, SessionView, Startup, UiSettings } from './types.ts';

export interface FirstAnswers {
  startup: Startup;
  settings: UiSettings;
  health: Health | null;
  sessions: SessionSummary[] | null;
  view: SessionView | null;
}

/** Reads the answers out of the page and removes them from it; none in a browser, or where the history was slow to open. */
export function firstAnswers(page: Document): Partial<FirstAnswers> {
  const element = page.getElementById('first-answers');
  element?.remove();
  return element ? (JSON.parse(element.textContent) as FirstAnswers) : {};
}

/** Takes one of the answers, if it is there and is the one that is asked for. */
export function take<K extends keyof FirstAnswers>(
  answers: Partial<FirstAnswers>,
  key: K,
  fits: (answer: NonNullable<FirstAnswers[K]>) => boolean = () => true,
): Promise<NonNullable<FirstAnswers[K]>> | null {
  const answer = answers[key];
  if (answer === undefined || answer === null || !fits(answer)) return null;
  delete answers[key];
  return Promise.resolve(answer);
}

/** The list that is shown at the start. */
export const isFirstList = (filter: SessionFilter): boolean => filter.state === 'open' && filter.search === '';
