// What the in-memory history holds at first: three decisions, templates, and a 50 × 25 one for looking at a full page.
import type { Decision, Kind, Template } from '../types.ts';
import { emptyCell, newCriterion, newOption } from './edits.ts';

type Column = { name: string; kind?: Kind; weight?: number; more?: Partial<Parameters<typeof newCriterion>[3]> };

export function build(topic: string, columns: Column[], rows: [string, ...(number | 'abstain' | null)[]][]): Decision {
  const criteria = columns.map((column, index) =>
    newCriterion(`c${index + 1}`, column.name, column.kind ?? 'measured', { weight: column.weight ?? 1, ...column.more }),
  );
  return {
    topic,
    context: '',
    notes: '',
    method: 'weighted_sum',
    normalisation: null,
    missing: 'bounds',
    scale: { min: 0, max: 5 },
    judge: null,
    params: { v: null, concordance: null, discordance: null },
    weighting: null,
    criteria,
    options: rows.map(([name], index) => newOption(`o${columns.length + index + 1}`, name)),
    cells: rows.map(([, ...values]) =>
      criteria.map((criterion, index) => {
        const value = values[index] ?? null;
        if (criterion.kind === 'measured') return { ...emptyCell(), value: value === 'abstain' ? null : value };
        return { ...emptyCell(), score: value };
      }),
    ),
    extra: {},
    next_key: columns.length + rows.length + 1,
  };
}

export function database(): Decision {
  const decision = build(
    'Which database for the ledger?',
    [
      { name: 'Monthly cost', weight: 3, more: { unit: 'USD', direction: 'cost', range: [0, 500], must: '<= 450' } },
      { name: 'Commit p99', weight: 4, more: { unit: 'ms', direction: 'cost', points: [[0, 1], [5, 0.8], [40, 0]] } },
      { name: 'Years in production', weight: 2, more: { unit: 'yr' } },
      { name: 'Restore time', weight: 2.5, more: { unit: 'min', direction: 'cost', group: 'Operations' } },
      { name: 'Ease of use', kind: 'manual', weight: 1.5, more: { group: 'Operations' } },
    ],
    [
      ['PostgreSQL', 120, 4.2, 29, 18, 4],
      ['CockroachDB', 390, 11, 9, 6, 3],
      ['SQLite with Litestream', 15, 1.1, 21, 9, 5],
      ['Managed Spanner', 610, 8, 12, 2, 3],
      ['FoundationDB', 260, 3.4, 11, 31, 2],
    ],
  );
  decision.context = 'Double-entry ledger, 40 writes a second at peak, one region, audited each year.';
  decision.notes = 'Prices are list prices of October for 200 GB.';
  decision.options[0]!.evidence = [
    { source: 'vendor-prices.pdf p. 3', quote: '200 GB, 4 vCPU, one standby: 120 USD a month', criterion: 'c1' },
  ];
  decision.criteria[4]!.rubric = { '0': 'needs a specialist', '3': 'a good engineer in a week', '5': 'known to all' };
  return decision;
}

export function crm(): Decision {
  const decision = build(
    'CRM for the sales team',
    [
      { name: 'Fit to the process', kind: 'judged', weight: 5 },
      { name: 'Price per seat', weight: 3, more: { unit: 'EUR', direction: 'cost' } },
      { name: 'Data stays in the EU', kind: 'judged', weight: 4 },
      { name: 'Time to roll out', weight: 2, more: { unit: 'weeks', direction: 'cost' } },
    ],
    [
      ['Vendor North', 4, 45, null, 6],
      ['Vendor East', 3, 29, 5, 4],
      ['Build our own', 5, 80, 5, 40],
      ['Stay with the spreadsheet', 1, 0, 'abstain', 0],
    ],
  );
  decision.cells[0]![0]!.before_edit = true;
  return decision;
}

export function office(): Decision {
  return build(
    'Where should the new office be?',
    [
      { name: 'Rent', weight: 3, more: { unit: 'EUR/m²', direction: 'cost', range: [10, 40] } },
      { name: 'Commute', weight: 4, more: { unit: 'min', direction: 'cost', range: [10, 60] } },
      { name: 'Light and air', kind: 'manual', weight: 2 },
    ],
    [
      ['Harbour', 24, 25, 4],
      ['Old town', 31, 18, 4],
      ['Campus', 16, 38, 3],
    ],
  );
}

/** As large as the app promises to run well. Numbers are made, but the same each time. */
export function large(): Decision {
  let seed = 7;
  const next = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  const columns: Column[] = Array.from({ length: 25 }, (_, index) => ({
    name: `${['Cost', 'Latency', 'Reach', 'Effort', 'Risk'][index % 5]} ${Math.floor(index / 5) + 1}`,
    kind: index % 4 === 3 ? 'manual' : 'measured',
    weight: 1 + Math.round(next() * 9),
    more: { direction: index % 5 === 2 ? 'benefit' : 'cost', unit: ['USD', 'ms', 'k', 'd', ''][index % 5]! },
  }));
  const rows = Array.from({ length: 50 }, (_, row): [string, ...(number | null)[]] => [
    `Supplier ${String(row + 1).padStart(2, '0')}`,
    ...columns.map((column) =>
      next() < 0.03 ? null : column.kind === 'manual' ? Math.round(next() * 5) : Math.round(next() * 1000) / 10,
    ),
  ]);
  return build('Fifty suppliers against twenty-five criteria', columns, rows);
}

export const blank = (): Decision => build('Untitled decision', [], []);

export const TEMPLATES: (Template & { decision: () => Decision })[] = [
  {
    id: 'example-measured',
    title: 'Which database for the ledger?',
    summary: 'Everything measured: prices, times, years. Nothing is judged.',
    kind: 'example',
    decision: database,
  },
  {
    id: 'example-judged',
    title: 'CRM for the sales team',
    summary: 'Judged by rubric, with cells still open and an abstention.',
    kind: 'example',
    decision: crm,
  },
  {
    id: 'example-mixed',
    title: 'Where should the new office be?',
    summary: 'Measured and hand-given scores, evidence and a knock-out.',
    kind: 'example',
    decision: office,
  },
  {
    id: 'template-vendor',
    title: 'Choose a vendor',
    summary: 'Price, fit, support, exit, security.',
    kind: 'template',
    decision: () =>
      build(
        'Which vendor?',
        [
          { name: 'Price', weight: 3, more: { direction: 'cost', unit: 'EUR' } },
          { name: 'Fit', kind: 'manual', weight: 4 },
          { name: 'Support', kind: 'manual', weight: 2 },
          { name: 'Exit', kind: 'manual', weight: 1 },
        ],
        [['Vendor A'], ['Vendor B']],
      ),
  },
  {
    id: 'template-hire',
    title: 'Choose between candidates',
    summary: 'Skills against a rubric, the same for everyone.',
    kind: 'template',
    decision: () =>
      build(
        'Whom do we hire?',
        [
          { name: 'Craft', kind: 'manual', weight: 4 },
          { name: 'Judgement', kind: 'manual', weight: 3 },
          { name: 'Starts in', weight: 1, more: { direction: 'cost', unit: 'weeks' } },
        ],
        [['Candidate A'], ['Candidate B']],
      ),
  },
  {
    id: 'template-build-buy',
    title: 'Build or buy',
    summary: 'Cost over three years, time, control, upkeep.',
    kind: 'template',
    decision: () =>
      build(
        'Build or buy?',
        [
          { name: 'Cost over 3 years', weight: 3, more: { direction: 'cost', unit: 'EUR' } },
          { name: 'Time to value', weight: 2, more: { direction: 'cost', unit: 'weeks' } },
          { name: 'Control', kind: 'manual', weight: 2 },
        ],
        [['Build'], ['Buy']],
      ),
  },
];
