import { byteText } from '../../lib/byte-text.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import { padText, textWidth, wrapWords } from '../../lib/text-width.ts';
import type { RunningForward } from '../../store/forwards/running-forward.ts';

interface Column {
  header: string;
  text(forward: RunningForward): string;
}

const flow = (bytes: number, rate: number): string =>
  rate > 0 ? `${byteText(bytes)} (${byteText(rate)}/s)` : byteText(bytes);

const name: Column = { header: 'NAME', text: (one) => one.name };
const url: Column = { header: 'URL', text: (one) => one.url };
const port: Column = { header: 'PORT', text: ({ local }) => String(local) };
const target: Column = { header: 'TARGET', text: (one) => `${one.target}:${one.remote}` };
const pod: Column = { header: 'POD', text: (one) => one.pod || '-' };
const state: Column = { header: 'STATE', text: ({ phase }) => phase };
const open: Column = { header: 'OPEN', text: (one) => String(one.open) };
const total: Column = { header: 'TOTAL', text: ({ connections }) => String(connections) };
const received: Column = { header: 'RECEIVED', text: (one) => flow(one.received, one.receivedRate) };
const sent: Column = { header: 'SENT', text: (one) => flow(one.sent, one.sentRate) };
const receivedBytes: Column = { header: 'RECEIVED', text: (one) => byteText(one.received) };
const sentBytes: Column = { header: 'SENT', text: (one) => byteText(one.sent) };

/** From all to what must be seen; URLs and targets stand above the table, too, since the forwards began. */
const layouts: readonly (readonly Column[])[] = [
  [name, url, target, pod, state, open, total, received, sent],
  [name, url, pod, state, open, total, received, sent],
  [name, port, pod, state, open, received, sent],
  [name, port, pod, state, open, receivedBytes, sentBytes],
  [name, port, state, open, receivedBytes, sentBytes],
];

/**
 * The live status: a table of what fits, and under it what went wrong last with each. Printable text only.
 * @param width columns of the terminal
 */
export function statusLines(forwards: readonly RunningForward[], width = Number.POSITIVE_INFINITY): string[] {
  let table: string[] = [];
  for (const layout of layouts) {
    table = tableOf(layout, forwards);
    if (table.every((line) => textWidth(line) <= width)) break;
  }
  const troubles = forwards.flatMap(({ name, reason, lastError, lastErrorAt }) => [
    ...(reason ? [`${name}: new connections are refused after a short wait: ${reason}`] : []),
    ...(lastError ? [`${name}${lastErrorAt ? ` at ${clock(lastErrorAt)}` : ''}: ${lastError}`] : []),
  ]);
  const broken = (text: string) =>
    wrapWords(escapeTerminal(text), Math.max(20, width - 2)).map((line, at) => `${at === 0 ? '!' : ' '} ${line}`);
  return [...table, ...troubles.flatMap(broken)];
}

function tableOf(columns: readonly Column[], forwards: readonly RunningForward[]): string[] {
  const rows = forwards.map((forward) => columns.map(({ text }) => escapeTerminal(text(forward))));
  const lines = [columns.map(({ header }) => header), ...rows];
  const widths = columns.map((_, at) => Math.max(...lines.map((cells) => textWidth(cells[at]!))));
  return lines.map((cells) =>
    cells
      .map((cell, at) => padText(cell, widths[at]!))
      .join('   ')
      .trimEnd(),
  );
}

/** The time of day here. */
const clock = (ms: number): string => new Date(ms).toTimeString().slice(0, 8);
