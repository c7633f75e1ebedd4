import { asDeclared } from '../../api/declared.ts';
import type { KubeList, KubeObject } from '../../api/meta.ts';
import { apiVersionOf, type ResourceInfo, resourcePath } from '../../api/resource.ts';
import { findBuiltin } from '../../api/resources.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { statusError } from '../../kube/transport/status-error.ts';
import { KctlError } from '../../lib/errors.ts';
import { fieldOrder } from '../../lib/json.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { objectPrinter } from '../shared/object-printer.ts';
import { objectFormats, type ResultOutput } from '../shared/output-format.ts';
import { printFlags } from '../shared/print-flags.ts';
import { withProgress } from '../shared/progress.ts';
import { readResultOutput } from '../shared/result-printer.ts';
import { type DumpTarget, dumpTarget } from './dump-target.ts';

interface DumpOptions {
  folder: string;
  namespaces: readonly string[];
  allNamespaces: boolean;
  output: ResultOutput;
}

/** What is dumped of each namespace, in this order, and the names of the files. */
const parts: readonly (readonly [resource: string, file: string])[] = [
  ['events', 'events'],
  ['replicationcontrollers', 'replication-controllers'],
  ['services', 'services'],
  ['daemonsets.apps', 'daemonsets'],
  ['deployments.apps', 'deployments'],
  ['replicasets.apps', 'replicasets'],
  ['pods', 'pods'],
];

const extensions: Readonly<Record<string, string>> = { json: '.json', yaml: '.yaml' };

/** `kctl cluster-info dump`: nodes, and of namespaces workloads, events and logs. */
export const dumpCommand = defineCommand<DumpOptions>({
  flags: [
    { name: 'all-namespaces', short: 'A', type: 'bool', default: false, describe: 'Dump all namespaces.' },
    { name: 'namespaces', type: 'stringSlice', default: [], describe: 'The namespaces to dump.' },
    {
      name: 'output-directory',
      type: 'string',
      default: '',
      describe: 'Folder for a file of each part; - is standard output.',
    },
    {
      name: 'pod-running-timeout',
      type: 'duration',
      default: '20s',
      describe: 'For scripts written for kubectl; logs are those that there are.',
    },
    ...printFlags(objectFormats.join(', ')).map((flag) =>
      flag.name === 'output' ? { ...flag, default: 'json' } : flag,
    ),
  ],
  complete: ({ flags }) => ({
    folder: String(flags['output-directory']),
    namespaces: flags.namespaces as readonly string[],
    allNamespaces: flags['all-namespaces'] === true,
    output: readResultOutput(flags),
  }),
  async run(options, context) {
    const cluster = await context.connect();
    const print = await objectPrinter(options.output, context.io);
    const target = dumpTarget(options.folder, context.io);
    const extension = extensions[options.output.format.name] ?? '.txt';
    const nodes = findBuiltin('nodes')!;
    if (options.output.format.name === 'name') {
      throw new KctlError('usage', 'list types are not supported by name printing: *v1.NodeList');
    }
    const dump = async (resource: ResourceInfo, path: readonly string[], namespace?: string) => {
      const list = await readList(resource, namespace, cluster, context.signal);
      target.write(path, extension, print(typedList(resource, list)));
      return list.items;
    };
    await dump(nodes, ['nodes']);
    const namespaces = await dumpedNamespaces(options, cluster, context.signal);
    const dumpNamespace = async (namespace: string) => {
      let pods: readonly KubeObject[] = [];
      for (const [name, file] of parts) pods = await dump(findBuiltin(name)!, [namespace, file], namespace);
      for (const pod of pods) await dumpLogs(pod, namespace, target, cluster, context);
    };
    for (const [at, namespace] of namespaces.entries()) {
      const what = () => `dumping the namespace ${namespace} (${at + 1} of ${namespaces.length})`;
      await withProgress(context.io, what, () => dumpNamespace(namespace));
    }
    if (options.folder !== '' && options.folder !== '-') {
      context.io.stdout.write(`Cluster info dumped to ${options.folder}\n`);
    }
  },
});

async function dumpedNamespaces(
  { allNamespaces, namespaces }: DumpOptions,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (allNamespaces) {
    const { items } = await readList(findBuiltin('namespaces')!, undefined, cluster, signal);
    return items.map(({ metadata }) => metadata.name ?? '');
  }
  return namespaces.length > 0 ? namespaces : ['kube-system', cluster.namespace];
}

function readList(
  resource: ResourceInfo,
  namespace: string | undefined,
  { transport }: Cluster,
  signal: AbortSignal,
): Promise<KubeList> {
  return transport.json<KubeList>({ method: 'GET', path: resourcePath(resource, { namespace }), signal });
}

/** As a Go program prints a list of a type that it knows: items do not repeat what they are. */
function typedList(resource: ResourceInfo, { metadata, items }: KubeList): KubeObject {
  const apiVersion = apiVersionOf(resource);
  const typed = items.map((item) => {
    const { apiVersion: _version, kind: _kind, ...rest } = asDeclared({ ...item, apiVersion, kind: resource.kind });
    return { [fieldOrder]: true, ...rest };
  });
  const list = { kind: `${resource.kind}List`, apiVersion, metadata, items: typed.length > 0 ? typed : null };
  return { [fieldOrder]: true, ...list } as unknown as KubeObject;
}

async function dumpLogs(
  pod: KubeObject,
  namespace: string,
  target: DumpTarget,
  cluster: Cluster,
  { signal }: CommandContext,
): Promise<void> {
  const containers: { name: string }[] = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
  const name = pod.metadata.name ?? '';
  let text = '';
  for (const container of containers) {
    const what = `logs for container ${container.name} of pod ${namespace}/${name}`;
    text += `==== START ${what} ====\n${await readLog(pod, container.name, cluster, signal)}==== END ${what} ====\n`;
  }
  target.write([namespace, name, 'logs'], '.txt', text);
}

async function readLog(
  pod: KubeObject,
  container: string,
  { transport }: Cluster,
  signal: AbortSignal,
): Promise<string> {
  const { namespace, name } = pod.metadata;
  const path = resourcePath(findBuiltin('pods')!, { namespace, name, subresource: 'log' });
  try {
    const response = await transport.send({ method: 'GET', path, query: { container }, signal });
    const text = await response.text();
    if (response.status < 300) return text;
    throw statusError(response.status, text, { method: 'GET', path });
  } catch (error) {
    if (!(error instanceof KctlError) || signal.aborted) throw error;
    return `Request log error: ${error.message}\n`;
  }
}
