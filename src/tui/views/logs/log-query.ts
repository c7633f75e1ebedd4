import { parseGoDuration } from '../../../lib/duration.ts';
import { KctlError } from '../../../lib/errors.ts';
import type { LogRingOptions } from '../../../store/logs/log-ring.ts';
import type { DashboardServices } from '../../services.ts';
import { logSettings } from '../../state/usuals.ts';
import type { LogsView } from '../view.ts';
import { wordsOf } from './log-filter.ts';

/** What has logs: pods by name or labels, or what has pods. */
export interface LogTarget {
  /** A kind as discovery knows it; `pods` for pods. */
  kind: string;
  /** A name; of pods also a pattern, or '' for all that the labels mean. */
  name: string;
  labels?: string;
  /** Where it is; absent: in the query's. */
  namespace?: string;
}

/** What part of the past is wanted. */
export type LogRange =
  | { kind: 'tail'; lines: number }
  /** From the first line on. */
  | { kind: 'head' }
  | { kind: 'since'; ms: number };

/** Which logs a view shows: a value that a line of text stands for. */
export interface LogQuery {
  targets: readonly LogTarget[];
  /** As in state/namespaces.ts; undefined: all of them. */
  namespace: string | undefined;
  /** None: the one in use. */
  contexts: readonly string[];
  /** '' the usual one of each pod, `*` all, else names and patterns: `app,side*`. */
  containers: string;
  range: LogRange;
  previous: boolean;
}

/** Lines of each log that come at first. */
const usualTail = 1000;

const usualRange: LogRange = { kind: 'tail', lines: usualTail };

/** The same, as it is set for a context. */
export function usualRangeOf(services: DashboardServices): LogRange {
  return { kind: 'tail', lines: logSettings(services).tail ?? usualTail };
}

/** `query` with the usual range where its line names none. */
export function withUsualRange(query: LogQuery, services: DashboardServices): LogQuery {
  return query.range === usualRange ? { ...query, range: usualRangeOf(services) } : query;
}

/** How much of logs is kept, as it is set for a context. */
export function usualRing(services: DashboardServices): LogRingOptions {
  const { keep } = logSettings(services);
  return keep === undefined ? {} : { maxLines: keep };
}

/** What a target is called: `deploy/web`, `web-1`, `app=web`. */
function targetText({ kind, name, labels, namespace }: LogTarget): string {
  const what = labels ?? (kind === 'pods' ? name : `${shortKinds[kind] ?? kind}/${name}`);
  if (namespace === undefined || labels !== undefined) return what;
  return `${namespace}/${kind === 'pods' ? `pod/${name}` : what}`;
}

const shortKinds: Readonly<Record<string, string>> = {
  'deployments.apps': 'deploy',
  'statefulsets.apps': 'sts',
  'daemonsets.apps': 'ds',
  'replicasets.apps': 'rs',
  'jobs.batch': 'job',
  'cronjobs.batch': 'cronjob',
  services: 'svc',
  nodes: 'node',
  namespaces: 'ns',
};

/** A target as `parseQuery` reads it. */
function targetWord(target: LogTarget): string {
  const { labels } = target;
  return labels === undefined || /^[^\s"]*[=!]\S*$/.test(labels) ? targetText(target) : `-l "${labels}"`;
}

/** The line that opens a view of logs again, as it stands behind `:logs`. */
export function queryLine({ targets, namespace, contexts, containers, range, previous }: LogQuery): string {
  return [
    ...targets.map(targetWord),
    ...(namespace === undefined ? ['-A'] : ['-n', namespace]),
    ...(containers === '' ? [] : ['-c', containers]),
    ...(range.kind === 'head' ? ['--head'] : []),
    ...(range.kind === 'since' ? ['--since', `${range.ms / 1000}s`] : []),
    ...(range.kind === 'tail' && range.lines !== usualTail ? ['--tail', String(range.lines)] : []),
    ...(previous ? ['-p'] : []),
    ...contexts.map((name) => `@${name}`),
  ].join(' ');
}

export function logsView(query: LogQuery): LogsView {
  const { targets, containers } = query;
  const [first] = targets;
  const pod = targets.length === 1 && first?.kind === 'pods' && /^[^*?]+$/.test(first.name) ? first.name : undefined;
  const container = /^[^*?,!]+$/.test(containers) ? containers : undefined;
  return {
    type: 'logs',
    line: queryLine(query),
    of: `${query.namespace ?? 'all'}/${targets.map(targetText).join(' ')}${/^\*?$/.test(containers) ? '' : `:${containers}`}`,
    ...(pod === undefined ? {} : { pod }),
    ...(container === undefined ? {} : { container }),
  };
}

/**
 * Reads what stands behind `:logs`: `deploy/web api-* app=cart -c app -n shop level>=warn /timeout //slow @prod`.
 * @param namespace the one in use
 * @throws KctlError `usage`
 */
export function parseQuery(text: string, namespace: string | undefined): { query: LogQuery; filter: string } {
  const filterAt = /(^|\s)\//.exec(text);
  const head = filterAt ? text.slice(0, filterAt.index) : text;
  const typed = filterAt ? text.slice(filterAt.index).trim() : '';
  const words = wordsOf(head);
  const terms: string[] = [];
  const query: { -readonly [Key in keyof LogQuery]: LogQuery[Key] } = {
    targets: [],
    namespace,
    contexts: [],
    containers: '',
    range: usualRange,
    previous: false,
  };
  const value = (flag: string): string => {
    const next = words.shift();
    if (next === undefined) throw new KctlError('usage', `${flag} needs a value`);
    return next.replace(/^"(.*)"$/, '$1');
  };
  const flags: Readonly<Record<string, (flag: string) => void>> = {
    '-c': (flag) => (query.containers = value(flag)),
    '-n': (flag) => (query.namespace = value(flag)),
    '-A': () => (query.namespace = undefined),
    '-a': () => (query.containers = '*'),
    '-p': () => (query.previous = true),
    '-l': (flag) => (query.targets = [...query.targets, { kind: 'pods', name: '', labels: value(flag) }]),
    '--head': () => (query.range = { kind: 'head' }),
    '--since': (flag) => (query.range = { kind: 'since', ms: parseGoDuration(value(flag)) }),
    '--tail': (flag) => (query.range = { kind: 'tail', lines: wholeNumber(value(flag)) }),
  };
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const flag = flags[word];
    if (flag) flag(word);
    else if (word.startsWith('@') && word.length > 1) query.contexts = [...query.contexts, word.slice(1)];
    // No name and no label has these signs.
    else if (/^level[=!]|[<>~]/.test(word)) terms.push(word);
    else if (word.startsWith('-')) throw new KctlError('usage', `:logs does not know ${word}`);
    else query.targets = [...query.targets, targetOf(word)];
  }
  if (query.targets.length === 0)
    throw new KctlError('usage', 'whose logs? :logs deploy/web, :logs app=web, :logs web-*');
  const filter = typed.startsWith('//') ? typed : typed.slice(1);
  return { query, filter: [...terms, filter].filter((part) => part !== '').join(' ') };
}

function wholeNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new KctlError('usage', `${JSON.stringify(text)} is no number of lines`);
}

function targetOf(word: string): LogTarget {
  if (/[=!]|^\S+ (not)?in /.test(word)) return { kind: 'pods', name: '', labels: word };
  const parts = word.split('/');
  if (parts.length === 1) return { kind: 'pods', name: word };
  const [name = '', kind = '', namespace] = parts.reverse();
  const isPod = /^(po|pods?)$/.test(kind);
  return { kind: isPod ? 'pods' : kind, name, ...(namespace === undefined ? {} : { namespace }) };
}
