import type { KubeList, KubeObject } from '../../api/meta.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { goSort } from '../../lib/go-sort.ts';
import { defineCommand } from '../command.ts';
import { usageError } from '../shared/errors.ts';
import { selectorFlag } from '../shared/print-flags.ts';
import { checkSortBy, type NodeMetrics, readMetrics, topFlags } from './metrics-api.ts';
import { topTable } from './top-table.ts';
import { cpuText, memoryText, shareText, type UsageTexts, usageOf, usageOrder } from './usage.ts';

interface TopNodeOptions {
  args: readonly string[];
  selector: string;
  sortBy: string;
  noHeaders: boolean;
  showCapacity: boolean;
}

const headers = ['NAME', 'CPU(cores)', 'CPU(%)', 'MEMORY(bytes)', 'MEMORY(%)'];
const unknown = '<unknown>';

/** `kctl top node`: what nodes use, and how much that is of what they can give. */
export const topNodeCommand = defineCommand<TopNodeOptions>({
  flags: [
    selectorFlag,
    {
      name: 'show-capacity',
      type: 'bool',
      default: false,
      describe: 'Count shares of what nodes have, not of what they give to pods.',
    },
    ...topFlags,
  ],
  complete: (invocation) => ({
    args: invocation.args,
    selector: String(invocation.flags.selector),
    sortBy: String(invocation.flags['sort-by']),
    noHeaders: invocation.flags['no-headers'] === true,
    showCapacity: invocation.flags['show-capacity'] === true,
  }),
  validate({ args, selector, sortBy }, { tool }) {
    if (args.length > 1) throw usageError('node [NAME | -l label]', `${tool} top node`);
    checkSortBy(sortBy);
    if (args.length > 0 && selector !== '') {
      throw new KctlError('usage', 'only one of NAME or --selector can be provided');
    }
  },
  async run(options, { connect, io, signal }) {
    const { args, selector, sortBy, noHeaders } = options;
    const cluster = await connect();
    const query = { path: 'nodes', name: args[0] ?? '', labelSelector: selector };
    const metrics = await readMetrics<NodeMetrics>(query, cluster, signal);
    if (metrics.length === 0) throw new KctlError('input', 'metrics not available yet');
    const available = await availableResources(options, cluster, signal);
    const order = usageOrder(sortBy);
    const used = metrics.map(({ metadata, usage }) => ({ name: metadata.name ?? '', usage: usageOf(usage) }));
    const rows = goSort(used, (a, b) => (order ? order(a.usage, b.usage) : a.name < b.name)).map(({ name, usage }) => {
      const given = available.get(name);
      available.delete(name);
      const all = usageOf(given);
      return [
        name,
        cpuText(usage),
        ...(given?.cpu === undefined ? [] : [shareText(usage.cpu, all.cpu)]),
        memoryText(usage),
        ...(given?.memory === undefined ? [] : [shareText(usage.memory * 1000n, all.memory * 1000n)]),
      ];
    });
    const silent = [...available.keys()].map((name) => [name, unknown, unknown, unknown, unknown]);
    io.stdout.write(topTable(noHeaders ? undefined : headers, [...rows, ...silent]));
  },
});

/** By the name of the node. */
async function availableResources(
  { args, selector, showCapacity }: TopNodeOptions,
  { transport }: Cluster,
  signal: AbortSignal,
): Promise<Map<string, UsageTexts>> {
  const [name] = args;
  const request = { method: 'GET', signal } as const;
  const nodes =
    name === undefined
      ? (
          await transport.json<KubeList>({
            ...request,
            path: '/api/v1/nodes',
            query: { labelSelector: selector || undefined },
          })
        ).items
      : [await transport.json<KubeObject>({ ...request, path: `/api/v1/nodes/${encodeURIComponent(name)}` })];
  return new Map(
    nodes.map(({ metadata, status }) => [
      metadata.name ?? '',
      (showCapacity ? status?.capacity : status?.allocatable) ?? {},
    ]),
  );
}
