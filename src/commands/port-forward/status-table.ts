import { byteText } from '../../lib/byte-text.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import { textWidth } from '../../lib/text-width.ts';
import type { RunningForward } from '../../store/forwards/running-forward.ts';

const HEADERS = ['NAME', 'URL', 'TARGET', 'POD', 'STATE', 'OPEN', 'TOTAL', 'RECEIVED', 'SENT'] as const;

/** The live status: a table, and under it what went wrong last with each. Printable text only. */
export function statusLines(forwards: readonly RunningForward[]): string[] {
  const rows = forwards.map((forward) => cellsOf(forward).map(escapeTerminal));
  const widths = HEADERS.map((header, at) => Math.max(...[header, ...rows.map((row) => row[at]!)].map(textWidth)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => cell + ' '.repeat(widths[at]! - textWidth(cell)))
      .join('   ')
      .trimEnd();
  const troubles = forwards.flatMap(({ name, reason, lastError }) => [
    ...(reason ? [`! ${name}: new connections are refused after a short wait: ${reason}`] : []),
    ...(lastError ? [`! ${name}: ${lastError}`] : []),
  ]);
  return [line(HEADERS), ...rows.map(line), ...troubles.map(escapeTerminal)];
}

function cellsOf(forward: RunningForward): string[] {
  const { name, url, target, remote, pod, phase, open, connections } = forward;
  const flow = (bytes: number, rate: number) =>
    rate > 0 ? `${byteText(bytes)} (${byteText(rate)}/s)` : byteText(bytes);
  return [
    name,
    url,
    `${target}:${remote}`,
    pod || '-',
    phase,
    String(open),
    String(connections),
    flow(forward.received, forward.receivedRate),
    flow(forward.sent, forward.sentRate),
  ];
}
