import { type LogQuery, parseQuery, queryLine, withUsualRange } from './log-query.ts';
import type { LogsOptions, LogToggle } from './logs-model.ts';
import { keptToggles, LogsModel } from './logs-model.ts';

/** `kctl://context/namespace/logs?of=deploy%2Fweb+-c+app&filter=level%3E%3Dwarn&show=fields` */
export function logsAddress(model: LogsModel, context: string): string {
  const { namespace } = model.query;
  const query = new URLSearchParams({ of: queryLine(model.query) });
  if (model.filter() !== '') query.set('filter', model.filter());
  const shown = keptToggles.filter((name) => model.isOn(name));
  if (shown.length > 0) query.set('show', shown.join(','));
  return `kctl://${[context || '-', namespace ?? '-', 'logs'].map(encodeURIComponent).join('/')}?${query}`;
}

/** What an address of logs says; undefined for one of something else. @throws KctlError for a query that is none */
export function parseLogsAddress(
  text: string,
): { context: string | undefined; query: LogQuery; filter: string; shown: readonly LogToggle[] } | undefined {
  const match = /^kctl:\/\/([^/?]+)\/([^/?]+)\/logs\?(.*)$/.exec(text.trim());
  if (!match) return undefined;
  const fields = new URLSearchParams(match[3]);
  const [context, namespace] = [match[1]!, match[2]!]
    .map(decodeURIComponent)
    .map((part) => (part === '-' ? undefined : part));
  const { query } = parseQuery(fields.get('of') ?? '', namespace);
  const wanted = (fields.get('show') ?? '').split(',');
  return {
    context,
    query,
    filter: fields.get('filter') ?? '',
    shown: keptToggles.filter((name) => wanted.includes(name)),
  };
}

/** The view at such an address. */
export function openLogsAt(
  { query, filter, shown }: NonNullable<ReturnType<typeof parseLogsAddress>>,
  services: LogsOptions['services'],
): LogsModel {
  return new LogsModel({
    services,
    query: withUsualRange(query, services),
    filter,
    look: Object.fromEntries(shown.map((name) => [name, true])),
  });
}
