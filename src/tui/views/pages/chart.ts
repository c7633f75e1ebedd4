const eighths = ' ▁▂▃▄▅▆▇█';

/**
 * The newest `width` values as a line of bars, each between nothing and `most`; what was not measured is empty.
 * A value above nothing is never drawn as nothing.
 */
export function sparkLine(values: readonly (number | undefined)[], width: number, most: number): string {
  const shown = values.slice(-width);
  const bars = shown.map((value) => {
    if (value === undefined) return ' ';
    const step = Math.round((value / Math.max(most, Number.EPSILON)) * 8);
    return eighths[Math.max(1, Math.min(8, step))]!;
  });
  return ' '.repeat(width - bars.length) + bars.join('');
}

/** `████···· 52%`: a share between 0 and 1; more is drawn as 1 and told as it is. */
export function gauge(share: number, cells: number): { full: string; empty: string; text: string } {
  const full = Math.min(cells, Math.round(share * cells));
  const filled = share > 0 ? Math.max(1, full) : 0;
  return { full: '█'.repeat(filled), empty: '·'.repeat(cells - filled), text: `${Math.round(share * 100)}%` };
}
