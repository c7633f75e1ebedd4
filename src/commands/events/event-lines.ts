import type { KubeObject } from '../../api/meta.ts';
import { escapeTerminal, escapeTerminalLines } from '../../lib/escape.ts';
import { alignTabs, listLayout } from '../../output/tab-writer.ts';
import { lastSeen } from './interval.ts';

/** Prints events under one header; columns never get narrower from call to call. */
export function eventLines(
  { noHeaders, allNamespaces }: { noHeaders: boolean; allNamespaces: boolean },
  now: () => number,
): (events: readonly KubeObject[]) => string {
  const headers = [...(allNamespaces ? ['NAMESPACE'] : []), 'LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE'];
  const widths: number[] = [];
  let headersDue = !noHeaders;
  return (events) => {
    const at = now();
    const rows = events.map((event) => cells(event, at, allNamespaces));
    if (headersDue) rows.unshift(headers);
    headersDue = false;
    return `${alignTabs(rows.map((row) => row.join('\t')).join('\n'), listLayout, widths)}\n`;
  };
}

function cells(event: KubeObject, now: number, withNamespace: boolean): string[] {
  const { kind = '', name = '' } = event.involvedObject ?? {};
  return [
    ...(withNamespace ? [event.metadata.namespace ?? ''] : []),
    lastSeen(event, now),
    escapeTerminal(event.type ?? ''),
    escapeTerminal(event.reason ?? ''),
    `${escapeTerminal(kind)}/${escapeTerminal(name)}`,
    // kubectl lets messages of several lines be what they are.
    escapeTerminalLines(String(event.message ?? '').trim()),
  ];
}
