import type { KubeObject } from '../../api/meta.ts';
import { resourcePath } from '../../api/resource.ts';
import { ApiStatusError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { rawTerminal } from '../../lib/terminal-guard.ts';
import { defineCommand } from '../command.ts';
import { resolveResourceArguments } from '../shared/resource-args.ts';
import { colourLevel } from './colour.ts';
import { subjectOf } from './find-pod.ts';
import { reportOn } from './report.ts';
import { reportText } from './text.ts';
import { World } from './world.ts';

interface WhyOptions {
  args: readonly string[];
  all: boolean;
  output: string;
}

/** Where a word without a kind is looked for. */
const KINDS = [
  'pods',
  'deployments.apps',
  'statefulsets.apps',
  'daemonsets.apps',
  'jobs.batch',
  'cronjobs.batch',
  'replicasets.apps',
] as const;

/** Kinds that have pods to speak of. */
const ASKED = new Set([
  'Pod',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'CronJob',
  'ReplicaSet',
  'ReplicationController',
  'Service',
]);

/** `kctl why`: why a pod has no node, is not ready, or keeps ending, and what to do about it. */
export const whyCommand = defineCommand<WhyOptions>({
  flags: [
    { name: 'all', type: 'bool', describe: 'Show every node, however many there are.' },
    { name: 'output', short: 'o', type: 'string', default: '', describe: 'Output format: json.' },
  ],
  complete: ({ args, flags }) => ({ args, all: flags.all === true, output: String(flags.output) }),
  validate({ args, output }, { tool }) {
    if (args.length === 0 || args.length > 2)
      throw new KctlError(
        'usage',
        `name one object: ${tool} why pod/NAME, ${tool} why deploy/NAME or ${tool} why NAME`,
      );
    if (output !== '' && output !== 'json')
      throw new KctlError(
        'usage',
        `unable to match a printer suitable for the output format "${output}", allowed formats are: json`,
      );
  },
  async run({ args, all, output }, { io, connect, signal, tool }) {
    const cluster = await connect();
    const world = new World(cluster, signal);
    const object = await named(args, cluster, world, tool, signal);
    const now = cluster.transport.now();
    if (!ASKED.has(object.kind))
      throw new KctlError('usage', `${object.kind} ${object.metadata.name} has no pods to ask about`);
    const report = await reportOn(await subjectOf(object, world, now), world, now);
    if (output === 'json') io.stdout.write(`${JSON.stringify(report, undefined, 4)}\n`);
    else rawTerminal(io.stdout).write(reportText(report, { all, colours: colourLevel(io) }));
  },
});

async function named(
  args: readonly string[],
  cluster: Cluster,
  world: World,
  tool: string,
  signal: AbortSignal,
): Promise<KubeObject> {
  const [word] = args;
  if (args.length === 1 && !word!.includes('/')) return byName(word!, cluster, world);
  const { targets } = await resolveResourceArguments(args, cluster.discovery, tool);
  const target = targets[0];
  if (target?.names.length !== 1) throw new KctlError('usage', 'name one object');
  const { resource, names } = target;
  const path = resourcePath(resource, { namespace: cluster.namespace, name: names[0] });
  const object = await cluster.transport.json<KubeObject>({ method: 'GET', path, signal });
  return { ...object, kind: object.kind ?? resource.kind };
}

/** The object of that name, else the only one whose name begins with it. */
async function byName(word: string, cluster: Cluster, world: World): Promise<KubeObject> {
  const all = (await Promise.all(KINDS.map((kind) => world.list(kind, cluster.namespace)))).flat();
  const exact = all.filter(({ metadata }) => metadata.name === word);
  if (exact[0]) return exact[0];
  const begins = all.filter(({ metadata }) => metadata.name?.startsWith(word));
  // Replica sets and pods that something above them already stands for are not worth a question.
  const uids = new Set(begins.map(({ metadata }) => metadata.uid));
  const tops = begins.filter(({ metadata }) => !metadata.ownerReferences?.some(({ uid }) => uids.has(uid)));
  if (tops.length === 1) return tops[0]!;
  const names = tops.map(({ kind, metadata }) => `${kind.toLowerCase()}/${metadata.name}`);
  if (names.length > 1)
    throw new KctlError('usage', `"${word}" may be ${names.slice(0, 8).join(', ')}`, { hint: 'say which' });
  if (world.missing.length > 0)
    throw new KctlError('api', `cannot look for "${word}": ${world.missing.join(', ')} may not be listed`);
  throw new ApiStatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    reason: 'NotFound',
    code: 404,
    message: `nothing in namespace ${cluster.namespace} is called "${word}"`,
  });
}
