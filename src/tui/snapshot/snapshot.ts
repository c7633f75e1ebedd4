import { KctlError } from '../../lib/errors.ts';
import { frameLines, plainFrame, viewLines } from './frame.ts';
import { htmlPage, svgPicture } from './picture.ts';
import type { Shown } from './shown.ts';
import { viewData } from './view-data.ts';

export const snapshotFormats = ['text', 'json', 'svg', 'html'] as const;
export type SnapshotFormat = (typeof snapshotFormats)[number];

/** A size of the screen in cells, as `120x40` says it. @throws KctlError `usage` */
export function parseSize(text: string): { columns: number; rows: number } {
  const match = /^(\d{1,4})[x×](\d{1,4})$/.exec(text.trim());
  const [columns, rows] = [Number(match?.[1]), Number(match?.[2])];
  if (!match || columns < 40 || rows < 10 || columns > 1000 || rows > 1000) {
    throw new KctlError('usage', `"${text}" is no size of a screen`, {
      hint: 'Columns and rows, from 40x10 to 1000x1000: --size 120x40',
    });
  }
  return { columns, rows };
}

/** The format that a file's name asks for; text where it says nothing. */
export function formatOf(file: string): SnapshotFormat {
  const ending = /\.(\w+)$/.exec(file)?.[1]?.toLowerCase() ?? '';
  return ending === 'htm' ? 'html' : (snapshotFormats.find((format) => format === ending) ?? 'text');
}

/**
 * What is open as text, data or a picture. Text and JSON are the view alone, as long as it is, unless
 * `whole` asks for the screen as it stands; pictures are of the whole screen.
 */
export function snapshot(dashboard: Shown, format: SnapshotFormat, whole: boolean): string {
  const { columns, theme } = dashboard.getSnapshot();
  if (format === 'json') return `${JSON.stringify(viewData(dashboard, columns), null, 2)}\n`;
  if (format === 'text') {
    const lines = whole ? frameLines(dashboard) : viewLines(dashboard, columns);
    return `${plainFrame(lines).join('\n')}\n`;
  }
  const lines = frameLines(dashboard);
  const { kind, scope } = dashboard.current().title();
  const name = `${kind}${scope ? ` (${scope})` : ''}`;
  return format === 'svg' ? svgPicture(lines, columns, name, theme) : htmlPage(lines, name, theme);
}
