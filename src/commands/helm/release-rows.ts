import { KctlError } from '../../lib/errors.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import type { IoStreams } from '../../lib/io.ts';
import { toYaml } from '../../lib/yaml.ts';
import { chartName } from '../../store/helm/release.ts';
import type { FlagSpec, FlagValues } from '../command.ts';
import { textTable } from '../shared/text-table.ts';
import type { KeptRevision } from './releases.ts';

const formats = ['table', 'json', 'yaml', 'name'] as const;

export type RowFormat = (typeof formats)[number];

export const rowFormatFlag: FlagSpec = {
  name: 'output',
  short: 'o',
  type: 'string',
  default: 'table',
  describe: `One of: ${formats.join(', ')}. JSON and YAML have helm's own fields.`,
  complete: { from: 'words', words: formats },
};

/** @throws KctlError `usage` */
export function readRowFormat(flags: FlagValues): RowFormat {
  const text = String(flags.output);
  const format = formats.find((one) => one === text);
  if (format) return format;
  throw new KctlError('usage', `--output accepts only ${formats.join(', ')}`);
}

/** A column: its header, its name in JSON as helm has it, and what stands in it. */
export type ReleaseColumn = readonly [header: string, field: string, value: (kept: KeptRevision) => string | number];

const updated = ({ release }: KeptRevision): string => release.info?.last_deployed ?? '';

/** `2026-11-21 18:03:11` of RFC 3339, in UTC. */
const shownTime = (time: string): string =>
  Number.isNaN(Date.parse(time)) ? time : new Date(time).toISOString().slice(0, 19).replace('T', ' ');

export const columns = {
  name: ['NAME', 'name', ({ release }) => release.name],
  namespace: ['NAMESPACE', 'namespace', ({ secret }) => secret.metadata.namespace ?? ''],
  revision: ['REVISION', 'revision', ({ release }) => release.version],
  updated: ['UPDATED', 'updated', updated],
  status: ['STATUS', 'status', ({ release }) => release.info?.status ?? ''],
  chart: ['CHART', 'chart', ({ release }) => chartName(release)],
  appVersion: ['APP VERSION', 'app_version', ({ release }) => release.chart?.metadata?.appVersion ?? ''],
  description: ['DESCRIPTION', 'description', ({ release }) => release.info?.description ?? ''],
} satisfies Readonly<Record<string, ReleaseColumn>>;

export function printReleases(
  kept: readonly KeptRevision[],
  shown: readonly ReleaseColumn[],
  format: RowFormat,
  { stdout }: Pick<IoStreams, 'stdout'>,
): void {
  if (format === 'json' || format === 'yaml') {
    const rows = kept.map((one) => Object.fromEntries(shown.map(([, field, value]) => [field, value(one)])));
    stdout.write(format === 'json' ? `${JSON.stringify(rows)}\n` : toYaml(rows));
    return;
  }
  if (format === 'name') {
    for (const { release } of kept) stdout.write(`${release.name}\n`);
    return;
  }
  const cell = (one: KeptRevision, [header, , value]: ReleaseColumn) =>
    escapeTerminal(header === 'UPDATED' ? shownTime(String(value(one))) : String(value(one)).replaceAll('\n', ' '));
  const rows = kept.map((one) => shown.map((column) => cell(one, column)));
  stdout.write(
    textTable(
      shown.map(([header]) => header),
      rows,
    ),
  );
}
