import type { SourceState } from '../../api/source.ts';
import { isApiError } from '../../api/status.ts';
import { humanDuration } from '../../lib/age.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import { sizeText } from '../../lib/size-text.ts';
import { padText, textWidth, truncateText } from '../../lib/text-width.ts';
import type { Theme } from '../../theme/theme.ts';
import type { ThemeToken } from '../../theme/tokens.ts';
import { clockText } from '../state/moments.ts';
import { say } from '../words/say.ts';
import type { HeaderFacts } from './header-facts.ts';

/** What the status line says while the past is shown. */
export function pastText(past: number | undefined, now: number): string | undefined {
  if (past === undefined) return undefined;
  const age = humanDuration(Math.max(0, now - past));
  return say('This is {time}, {age} ago. < > step, = is live', { time: clockText(past), age });
}

/** What is no trouble of the connection, and what it is. */
const refusals = [
  { reason: 'Forbidden', text: '✗ forbidden' },
  { reason: 'Unauthorized', text: '✗ not logged in' },
];

/** The state of the connection in words, with a sign in front. Always on the screen. */
export function connectionText(state: SourceState | undefined, now: number): { text: string; token: ThemeToken } {
  if (!state || state.phase === 'synced') return { text: `● ${say('live')}`, token: 'connection.live' };
  const since = humanDuration(Math.max(0, now - state.since));
  if (state.phase === 'connecting') return { text: `○ ${say('connecting')}`, token: 'connection.trouble' };
  if (state.phase === 'stale')
    return { text: `! ${say('reconnecting, as of {since} ago', { since })}`, token: 'connection.trouble' };
  if (state.phase === 'stopped') return { text: `○ ${say('stopped')}`, token: 'connection.failed' };
  const { text } = refusals.find(({ reason }) => isApiError(state.error, reason)) ?? { text: '✗ failed' };
  return { text: `${say(text)}${say(', for {span}', { span: since })}`, token: 'connection.failed' };
}

function percent(value: number | undefined | null): string {
  return value === undefined ? '…' : value === null ? 'n/a' : `${Math.round(value * 100)}%`;
}

type Pair = readonly [label: string, value: string];

function pairsOf({ version, context, readOnly, cluster, user, facts, budget }: HeaderFacts): Pair[] {
  return [
    [say('Context'), `${context || '-'}${readOnly ? ` [${say('read-only')}]` : ''}`],
    [say('Cluster'), cluster || '-'],
    [say('User'), user || '-'],
    ['kctl', version],
    [say('Server'), facts.serverVersion ?? (facts.serverVersion === null ? 'n/a' : '…')],
    [say('Nodes'), facts.nodes === undefined ? '…' : facts.nodes === null ? 'n/a' : String(facts.nodes)],
    [say('CPU'), percent(facts.cpu)],
    [say('MEM'), percent(facts.memory)],
    ['API', perMinute(budget.requests, budget.cap?.requestsPerMinute, String)],
    ['IN', perMinute(budget.bytes, budget.cap?.bytesPerMinute, sizeText)],
    [say('Watches'), String(budget.watches)],
  ];
}

/** `19/min`; `19 of 600/min` where the settings allow only so much. */
function perMinute(used: number, most: number | undefined, text: (amount: number) => string): string {
  return most === undefined ? `${text(used)}/min` : say('{used} of {most}/min', { used: text(used), most: text(most) });
}

/** The header in as many lines as there are: one or two lines of pairs, or columns of pairs. */
export function headerLines(header: HeaderFacts, width: number, height: number, theme: Theme): string[] {
  if (height === 0) return [];
  const state =
    header.past === undefined
      ? connectionText(header.connection, header.now)
      : { text: `◀ ${say('PAST {time}', { time: clockText(header.past) })}`, token: 'connection.trouble' as const };
  const signs: Sign[] = [
    ...(header.budget.over ? [{ text: `‖ ${say('budget spent')}`, token: 'connection.trouble' as const }] : []),
    ...(header.recording ? [{ text: `◉ ${say('REC')}`, token: recordingToken }] : []),
    state,
  ];
  const right = signs.reduce((sum, { text }) => sum + textWidth(text) + 2, 0);
  const pairs = pairsOf(header);
  const rows =
    height >= 4
      ? withFavourites(columnsOfPairs(pairs, width, theme), header, width - right, theme)
      : height >= 2
        ? [flow(pairs.slice(0, 3), width - right, theme), flow(pairs.slice(3), width, theme)]
        : [flow(pairs.slice(0, 1), width, theme)];
  return rows.map((row, index) => (index === 0 ? withRight(row, signs, width, theme) : fitRow(row, width, theme)));
}

interface Sign {
  text: string;
  token: ThemeToken;
}

const recordingToken: ThemeToken = 'connection.failed';
const widestFavourite = 20;

/** `0 all  1 shop`, in columns behind the pairs, as many as there is room for; the one that is looked at has a sign. */
function withFavourites(
  rows: Painted[],
  { favourites = [], namespace }: HeaderFacts,
  width: number,
  theme: Theme,
): Painted[] {
  const entries = ['all', ...favourites].map((name, key) => ({
    key: `${(key === 0 ? namespace === undefined : name === namespace) ? '>' : ' '}${key}`,
    name: truncateText(escapeTerminal(key === 0 ? say('all') : name), widestFavourite),
  }));
  let shown = rows;
  for (let from = 0; from < entries.length; from += rows.length) {
    const column = entries.slice(from, from + rows.length);
    const left = Math.max(...shown.map(({ plain }) => textWidth(plain)));
    const names = Math.max(...column.map(({ name }) => textWidth(name)));
    const next = shown.map((row, index): Painted => {
      const entry = column[index];
      if (!entry) return row;
      const name = padText(entry.name, names);
      const gap = ' '.repeat(left - textWidth(row.plain) + 2);
      return {
        plain: `${row.plain}${gap}${entry.key} ${name}`,
        styled: `${row.styled}${gap}${theme.paint('key', entry.key)} ${theme.paint('header.value', name)}`,
      };
    });
    if (next.some(({ plain }) => textWidth(plain) > width)) break;
    shown = next;
  }
  return shown;
}

/** A line with its text, so that its width is known without its colours. */
interface Painted {
  plain: string;
  styled: string;
}

/** Pairs in one line, as many as fit whole; the first one is always there. */
function flow(pairs: readonly Pair[], width: number, theme: Theme): Painted {
  const parts = pairs.map(([label, value]) => paintPair(label, value, theme));
  const plain = () => ` ${parts.map((part) => part.plain).join('  ')}`;
  while (parts.length > 1 && textWidth(plain()) > width) parts.pop();
  return { plain: plain(), styled: ` ${parts.map((part) => part.styled).join('  ')}` };
}

/** From this width on a third column of pairs fits. */
const wideHeader = 110;

function columnsOfPairs(pairs: readonly Pair[], width: number, theme: Theme): Painted[] {
  const rows = 4;
  const groups = [pairs.slice(0, rows), pairs.slice(rows, 2 * rows), pairs.slice(2 * rows)];
  // What the dashboard itself costs comes last, and needs room beside the state of the connection.
  const columns = (width < wideHeader ? groups.slice(0, 2) : groups).map((column, at) => {
    const labels = Math.max(...column.map(([label]) => textWidth(label)));
    // As wide at all times, so that nothing jumps when a value comes in; less where there is no room.
    const values = Math.max(
      Math.min(at === 2 ? 10 : 24, Math.floor(width / 2) - 16),
      ...column.map(([, value]) => textWidth(value)),
    );
    return column.map(([label, value]) =>
      paintPair(padText(label, labels), padText(value, Math.min(values, 44)), theme),
    );
  });
  return Array.from({ length: rows }, (_, row) => {
    const parts = columns.flatMap((column) => column[row] ?? []);
    return {
      plain: ` ${parts.map((part) => part.plain).join('  ')}`,
      styled: ` ${parts.map((part) => part.styled).join('  ')}`,
    };
  });
}

function paintPair(label: string, value: string, theme: Theme): Painted {
  const safe = escapeTerminal(value);
  return {
    plain: `${label} ${safe}`,
    styled: `${theme.paint('header.label', label)} ${theme.paint('header.value', safe)}`,
  };
}

function fitRow(row: Painted, width: number, theme: Theme): string {
  return textWidth(row.plain) <= width ? row.styled : theme.paint('header.value', truncateText(row.plain, width));
}

function withRight(row: Painted, signs: readonly Sign[], width: number, theme: Theme): string {
  const right = textWidth(signs.map(({ text }) => text).join('  ')) + 1;
  const room = Math.max(0, width - right - 1);
  const left = fitRow(row, room, theme);
  const used = Math.min(textWidth(row.plain), room);
  return `${left}${' '.repeat(Math.max(1, width - used - right))}${signs.map(({ text, token }) => theme.paint(token, text)).join('  ')} `;
}
