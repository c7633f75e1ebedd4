import { randomInt } from 'node:crypto';
import type { KubeObject } from '../../api/meta.ts';
import { apiVersionOf, parseApiVersion } from '../../api/resource.ts';
import { isApiError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { throwCollected } from '../shared/errors.ts';
import { readOneObject } from '../shared/one-object.ts';
import { completeDebug, type DebugOptions, debugFlags, validateDebug } from './options.ts';
import { copyOfPod, type DebugPod, ephemeralPatch, type Naming, podOfNode, withEphemeralContainer } from './specs.ts';

/** `kctl debug`: a container that looks into a pod, a copy of a pod, or a pod of a node. */
export const debugCommand = defineCommand<DebugOptions>({
  takesCommand: true,
  flags: debugFlags,
  complete: completeDebug,
  validate: validateDebug,
  async run(options, context) {
    const cluster = await context.connect();
    const naming = namingOf(options, context);
    for await (const object of targets(options, cluster, context)) {
      const look = ways[`${object.apiVersion} ${object.kind}`];
      if (!look) throw new KctlError('usage', `${gvk(object)} not supported by debug`);
      const { pod, container } = await look(object, options, naming, cluster, context);
      if (!options.attach || container === '') continue;
      const { joinContainer } = await import('./join.ts');
      const { namespace = cluster.namespace, name = '' } = pod.metadata;
      await joinContainer(cluster, { namespace, pod: name, container }, options, context);
    }
  },
});

/** Letters that spell no words, as generated names have them (apimachinery, util/rand). */
const letters = 'bcdfghjklmnpqrstvwxz2456789';

function namingOf({ quiet }: DebugOptions, { io }: CommandContext): Naming {
  return {
    suffix: () => Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join(''),
    say: (line) => !quiet && io.stdout.write(line),
  };
}

function gvk({ apiVersion, kind }: KubeObject): string {
  const { group, version } = parseApiVersion(apiVersion);
  return JSON.stringify(`${group}/${version}, Kind=${kind}`);
}

async function* targets(
  { targets: words, filenames }: DebugOptions,
  cluster: Cluster,
  context: CommandContext,
): AsyncGenerator<KubeObject> {
  if (filenames.length > 0 && words.length > 0) {
    throw new KctlError(
      'usage',
      'when paths, URLs, or stdin is provided as input, you may not specify a resource by arguments as well',
    );
  }
  for (const word of words) yield await readOneObject([word], cluster, context);
  if (filenames.length === 0) return;
  const { readManifests } = await import('../shared/manifests.ts');
  for await (const item of readManifests({ filenames, recursive: false, ...context }, cluster)) {
    if (item instanceof KctlError) throwCollected([item]);
    else yield { ...item.object, apiVersion: apiVersionOf(item.resource) };
  }
}

type Way = (
  object: KubeObject,
  options: DebugOptions,
  naming: Naming,
  cluster: Cluster,
  context: CommandContext,
) => Promise<DebugPod>;

const podsPath = (namespace: string, name = '') =>
  `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods${name && `/${encodeURIComponent(name)}`}`;

const ways: Readonly<Record<string, Way>> = {
  'v1 Pod': (pod, options, ...rest) => (options.copyTo === '' ? join : copy)(pod, options, ...rest),
  async 'v1 Node'(node, options, naming, cluster, { signal }) {
    const made = podOfNode(node.metadata.name ?? '', cluster.namespace, options, naming);
    return { ...made, pod: await create(made.pod, cluster.namespace, cluster, signal) };
  },
};

const join: Way = async (original, options, naming, cluster, { signal }) => {
  const { namespace = cluster.namespace, name = '' } = original.metadata;
  const { pod, container } = withEphemeralContainer(original, options, naming);
  try {
    const patched = await cluster.transport.json<KubeObject>({
      method: 'PATCH',
      path: `${podsPath(namespace, name)}/ephemeralcontainers`,
      contentType: 'application/strategic-merge-patch+json',
      body: JSON.stringify(ephemeralPatch(pod)),
      signal,
    });
    return { pod: patched, container };
  } catch (error) {
    if (!isApiError(error, 'NotFound') || error.status.details?.name) throw error;
    const said = JSON.stringify(error.message);
    throw new KctlError('api', `ephemeral containers are disabled for this cluster (error from server: ${said})`);
  }
};

const copy: Way = async (original, options, naming, cluster, { signal }) => {
  const { namespace = cluster.namespace, name = '' } = original.metadata;
  const made = copyOfPod(original, options, naming);
  const pod = await create(made.pod, namespace, cluster, signal);
  if (options.replace) {
    const body = JSON.stringify({ kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0 });
    await cluster.transport.json({ method: 'DELETE', path: podsPath(namespace, name), body, signal });
  }
  return { pod, container: made.container };
};

function create(pod: KubeObject, namespace: string, { transport }: Cluster, signal: AbortSignal): Promise<KubeObject> {
  return transport.json<KubeObject>({ method: 'POST', path: podsPath(namespace), body: JSON.stringify(pod), signal });
}
