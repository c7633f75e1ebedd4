import type { KubeList } from '../../api/meta.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { formatGoDuration } from '../../lib/duration.ts';
import { KctlError } from '../../lib/errors.ts';
import { parseFieldSelector } from '../../lib/field-selector.ts';
import { goSort } from '../../lib/go-sort.ts';
import { defineCommand } from '../command.ts';
import { usageError } from '../shared/errors.ts';
import { allNamespacesFlag, fieldSelectorFlag, selectorFlag } from '../shared/print-flags.ts';
import { checkSortBy, type PodMetrics, readMetrics, topFlags } from './metrics-api.ts';
import { topTable } from './top-table.ts';
import { cpuText, memoryText, sumOf, type Usage, usageOf, usageOrder } from './usage.ts';

interface TopPodOptions {
  args: readonly string[];
  selector: string;
  fieldSelector: string;
  allNamespaces: boolean;
  sortBy: string;
  containers: boolean;
  sum: boolean;
  noHeaders: boolean;
}

/** Pods younger than this (ms) may have no metrics yet. */
const youth = 2 * 60_000;

/** `kctl top pod`: what pods or their containers use. */
export const topPodCommand = defineCommand<TopPodOptions>({
  flags: [
    allNamespacesFlag,
    { name: 'containers', type: 'bool', default: false, describe: 'A line for each container.' },
    fieldSelectorFlag,
    selectorFlag,
    { name: 'sum', type: 'bool', default: false, describe: 'Add up what is shown.' },
    ...topFlags,
  ],
  complete(invocation) {
    const { flags } = invocation;
    return {
      args: invocation.args,
      selector: String(flags.selector),
      fieldSelector: String(flags['field-selector']),
      allNamespaces: flags['all-namespaces'] === true,
      sortBy: String(flags['sort-by']),
      containers: flags.containers === true,
      sum: flags.sum === true,
      noHeaders: flags['no-headers'] === true,
    };
  },
  validate({ args, selector, fieldSelector, sortBy }, { tool }) {
    if (args.length > 1) throw usageError('pod [NAME | -l label]', `${tool} top pod`);
    checkSortBy(sortBy);
    if (args.length > 0 && (selector !== '' || fieldSelector !== '')) {
      throw new KctlError('usage', 'only one of NAME or selector can be provided');
    }
    if (fieldSelector !== '') parseFieldSelector(fieldSelector);
  },
  async run(options, { connect, io, signal }) {
    const { args, selector, fieldSelector, allNamespaces } = options;
    const cluster = await connect();
    const path = allNamespaces ? 'pods' : `namespaces/${encodeURIComponent(cluster.namespace)}/pods`;
    const query = { path, name: args[0] ?? '', labelSelector: selector, fieldSelector };
    const metrics = await readMetrics<PodMetrics>(query, cluster, signal);
    if (metrics.length === 0) {
      await explainEmpty(options, cluster, signal);
      io.stderr.write(
        allNamespaces ? 'No resources found\n' : `No resources found in ${cluster.namespace} namespace.\n`,
      );
      return;
    }
    io.stdout.write(podTable(metrics, options));
  },
});

/** @throws KctlError where there are pods without metrics */
async function explainEmpty(
  { selector, fieldSelector }: TopPodOptions,
  { transport, namespace }: Cluster,
  signal: AbortSignal,
): Promise<void> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  const query = { labelSelector: selector || undefined, fieldSelector: fieldSelector || undefined };
  const { items } = await transport.json<KubeList>({ method: 'GET', path, query, signal });
  if (items.length === 0) return;
  for (const { metadata } of items) {
    const age = transport.now() - Date.parse(metadata.creationTimestamp ?? '');
    if (age <= youth) continue;
    const pod = `${metadata.namespace}/${metadata.name}`;
    throw new KctlError('input', `Metrics not available for pod ${pod}, age: ${formatGoDuration(age)}`);
  }
  throw new KctlError('input', 'metrics not available yet');
}

function podTable(metrics: readonly PodMetrics[], options: TopPodOptions): string {
  const { allNamespaces, containers, noHeaders, sum } = options;
  const rows = sortedPods(metrics, options).flatMap((pod) => podRows(pod, options));
  // kubectl counts the columns with their headers.
  const columns = 3 + (noHeaders ? 0 : Number(allNamespaces) + Number(containers));
  if (sum) {
    const blanks = (count: number) => Array.from({ length: count }, () => '');
    const total = sumOf(metrics.flatMap((pod) => pod.containers.map(({ usage }) => usage)));
    rows.push([...blanks(columns - 2), '________', '________']);
    rows.push([...blanks(columns - 2), cpuText(total), memoryText(total)]);
  }
  const headers = [
    ...(allNamespaces ? ['NAMESPACE'] : []),
    ...(containers ? ['POD'] : []),
    ...['NAME', 'CPU(cores)', 'MEMORY(bytes)'],
  ];
  return topTable(noHeaders ? undefined : headers, rows);
}

function sortedPods(metrics: readonly PodMetrics[], { sortBy, allNamespaces }: TopPodOptions): readonly PodMetrics[] {
  const order = usageOrder(sortBy);
  if (!order) {
    return goSort(metrics, ({ metadata: a }, { metadata: b }) =>
      allNamespaces && a.namespace !== b.namespace
        ? (a.namespace ?? '') < (b.namespace ?? '')
        : (a.name ?? '') < (b.name ?? ''),
    );
  }
  const totals = metrics.map((pod) => ({ pod, usage: podUsage(pod) }));
  return goSort(totals, (a, b) => order(a.usage, b.usage)).map(({ pod }) => pod);
}

const podUsage = ({ containers }: PodMetrics): Usage => sumOf(containers.map(({ usage }) => usage));

function podRows(pod: PodMetrics, { allNamespaces, containers, sortBy }: TopPodOptions): string[][] {
  const { namespace = '', name = '' } = pod.metadata;
  const head = allNamespaces ? [namespace] : [];
  if (!containers) {
    const usage = podUsage(pod);
    return [[...head, name, cpuText(usage), memoryText(usage)]];
  }
  const order = usageOrder(sortBy);
  const used = pod.containers.map((container) => ({ name: container.name, usage: usageOf(container.usage) }));
  return goSort(used, (a, b) => (order ? order(a.usage, b.usage) : a.name < b.name)).map((container) => [
    ...[...head, name, container.name],
    ...[cpuText(container.usage), memoryText(container.usage)],
  ]);
}
