// Two plain SVG drawings for the in-memory backend. The engine's charts come from Rust.
import type { Answer, Chart, ChartKind, Decision } from '../types.ts';

const escape = (text: string) => text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);

export function draw(decision: Decision, answer: Answer, kind: ChartKind, theme: 'light' | 'dark'): Chart {
  const ink = theme === 'dark' ? '#ececee' : '#1d1d1b';
  const ground = theme === 'dark' ? '#1b1b1d' : '#ffffff';
  return kind === 'ranking' ? ranking(answer, ink, ground) : heatmap(decision, answer, ink, ground);
}

function ranking(answer: Answer, ink: string, ground: string): Chart {
  const high = answer.score_range[1];
  const height = answer.ranking.length * 30 + 20;
  const bars = answer.ranking
    .map((entry, index) => {
      const width = ((entry.score ?? 0) / high) * 460;
      const y = 10 + index * 30;
      return `<text x="190" y="${y + 18}" text-anchor="end" font-size="13" fill="${ink}">${escape(entry.option)}</text><rect x="200" y="${y + 4}" width="${width}" height="20" rx="3" fill="#5a7bd6"/><text x="${208 + width}" y="${y + 18}" font-size="12" fill="${ink}">${entry.score?.toFixed(2) ?? '–'}</text>`;
    })
    .join('');
  return {
    svg: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 ${height}" font-family="sans-serif"><rect width="720" height="${height}" fill="${ground}"/>${bars}</svg>`,
    alt: `Ranking of ${answer.ranking.length} options; first is ${answer.ranking[0]?.option ?? 'none'}.`,
    table: {
      columns: ['Rank', 'Option', 'Score', 'Coverage'],
      rows: answer.ranking.map((entry) => [
        String(entry.rank),
        entry.option,
        entry.score?.toFixed(2) ?? '–',
        `${Math.round(entry.coverage * 100)} %`,
      ]),
    },
  };
}

function heatmap(decision: Decision, answer: Answer, ink: string, ground: string): Chart {
  const [w, h] = [Math.max(26, Math.min(90, 560 / decision.criteria.length)), 26];
  const columns = decision.criteria.length;
  const [width, height] = [200 + columns * w, 110 + decision.options.length * h];
  const heads = decision.criteria
    .map((criterion, column) => {
      const x = 204 + column * w + w / 2;
      return `<text transform="translate(${x} 100) rotate(-50)" font-size="12" fill="${ink}">${escape(criterion.name)}</text>`;
    })
    .join('');
  const cells = answer.cells
    .map((cell, index) => {
      const [row, column] = [Math.floor(index / columns), index % columns];
      const fill = cell.value === null ? 'none' : `rgb(90 123 214 / ${0.1 + cell.value * 0.9})`;
      return `<rect x="${200 + column * w}" y="${110 + row * h}" width="${w - 2}" height="${h - 2}" fill="${fill}" stroke="${ink}" stroke-opacity="0.2"/>`;
    })
    .join('');
  const names = decision.options
    .map((option, row) => `<text x="190" y="${127 + row * h}" text-anchor="end" font-size="12" fill="${ink}">${escape(option.name)}</text>`)
    .join('');
  return {
    svg: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif"><rect width="${width}" height="${height}" fill="${ground}"/>${heads}${names}${cells}</svg>`,
    alt: `Heat-map of ${decision.options.length} options by ${columns} criteria; darker is better.`,
    table: {
      columns: ['Option', ...decision.criteria.map((criterion) => criterion.name)],
      rows: decision.options.map((option, row) => [
        option.name,
        ...decision.criteria.map((_, column) => answer.cells[row * columns + column]?.value?.toFixed(2) ?? '–'),
      ]),
    },
  };
}
