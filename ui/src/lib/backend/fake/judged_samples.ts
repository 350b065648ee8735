// Decisions whose cells models judge: one to work with, one as large as a long run.
import type { Decision } from '../types.ts';
import { build } from './samples.ts';

export function sensors(): Decision {
  const judged = (name: string, weight: number, description: string) => ({ name, kind: 'judged' as const, weight, more: { description } });
  const decision = build(
    'Who should make the pressure sensors?',
    [
      judged('Quality system', 5, 'Certified processes, traceable batches, audits that were passed.'),
      judged('Delivery record', 4, 'On time in full over the last two years, and how late when late.'),
      judged('Engineering support', 3, 'Whether our engineers get answers from people who know.'),
      { name: 'Price', weight: 3, more: { unit: 'EUR', direction: 'cost' } },
      judged('Way out', 2, 'How hard it would be to move to a second source.'),
    ],
    [
      ['Brandt Sensorik', null, null, null, 14.2, null],
      ['Okada Devices', null, null, null, 11.8, null],
      ['Helvia Micro', null, null, null, 12.9, null],
      ['Northlight MEMS', null, null, null, 9.6, null],
      ['In-house, line 3', null, null, null, 16.4, null],
    ],
  );
  decision.context = '40,000 pieces a year for seven years, drift below 0.1 % a year, parts go into ventilators.';
  decision.criteria[0]!.rubric = { '0': 'no certificate', '3': 'ISO 13485, audited', '5': 'ISO 13485, unit-level trace, no major finding in five years' };
  decision.criteria[1]!.rubric = { '0': 'below 80 % on time', '3': '95 % on time', '5': '99 % on time, never more than a week late' };
  const texts = [
    'Family firm in Ulm, 120 people, our supplier for the flow sensor since 2017.',
    'Listed company, Osaka. Largest maker of the four.',
    'Spin-off of an institute near Lausanne; second series in production.',
    'Fabless, wafers from Taiwan, assembly in Penang.',
    'Our own clean room has room for one more line from spring on.',
  ];
  decision.options.forEach((option, row) => (option.description = texts[row]!));
  decision.options[0]!.evidence = [
    { source: 'audit-2025.pdf p. 2', quote: 'No major finding. Two minor findings, both closed within 30 days.', criterion: 'c1' },
    { source: 'deliveries.xlsx', quote: '97.8 % on time in full, worst case nine days late', criterion: 'c2' },
  ];
  decision.options[1]!.evidence = [{ source: 'Okada annual report p. 41', quote: 'ISO 13485 and IATF 16949 at all three sites', criterion: 'c1' }];
  decision.options[2]!.evidence = [{ source: 'Call of 3 November', quote: 'the engineer who designed the bridge answered himself', criterion: 'c3' }];
  return decision;
}

/** 20 × 15, every cell to be judged. */
export function tender(): Decision {
  const names = ['Fit', 'Method', 'Team', 'References', 'Security', 'Support', 'Roadmap', 'Risk', 'Training', 'Migration', 'Openness', 'Reporting', 'Access', 'Language', 'Exit'];
  return build(
    'Tender: twenty bids against fifteen criteria',
    names.map((name, index) => ({ name, kind: 'judged', weight: 1 + (index % 5) })),
    Array.from({ length: 20 }, (_, row) => [`Bid ${String(row + 1).padStart(2, '0')}`]),
  );
}
