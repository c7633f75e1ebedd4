import type { KubeObject } from '../api/meta.ts';
import { isApiError } from '../api/status.ts';
import type { Cluster } from '../kube/cluster.ts';
import { KctlError } from '../lib/errors.ts';
import { inOrder } from '../lib/in-order.ts';
import { type DescribeFetch, describeGonePod, describeObject } from '../output/describe/index.ts';
import { type CommandContext, defineCommand } from './command.ts';
import { describeFetch } from './describe-fetch.ts';
import {
  type DescribeSelection,
  type Found,
  findByPrefix,
  findObjects,
  namesFiles,
  readFound,
} from './describe-find.ts';
import { throwCollected } from './shared/errors.ts';
import { readFileOptions } from './shared/file-options.ts';
import { namesManyNamespaces } from './shared/names-many-namespaces.ts';
import { paintedOutput } from './shared/painted-output.ts';
import { allNamespacesFlag, chunkSizeFlag, fileFlags, selectorFlag } from './shared/print-flags.ts';
import { readWhere, whereFlag } from './shared/where.ts';

interface DescribeOptions extends DescribeSelection {
  showEvents: boolean;
  /** Undefined: where a person looks on. */
  imageLayers: boolean | undefined;
}

/** So many objects are looked up at a time; they are printed in their order. */
const AT_ONCE = 8;

/** `kctl describe`: everything about objects, with what belongs to them. */
export const describeCommand = defineCommand<DescribeOptions>({
  flags: [
    allNamespacesFlag,
    chunkSizeFlag,
    ...fileFlags('the objects to describe'),
    selectorFlag,
    whereFlag,
    { name: 'show-events', type: 'bool', default: true, describe: 'Show the events of each object.' },
    {
      name: 'image-layers',
      type: 'bool',
      default: false,
      describe:
        "Show the layers of a pod's images, as the bundled cluster (the default on a terminal) or their registries know them.",
    },
  ],
  async complete({ args, flags, given }) {
    const files = await readFileOptions({ ...flags, selector: '' });
    const selector = String(flags.selector);
    return {
      args,
      files: namesFiles(files) ? { ...files, accepts: await acceptedBy(selector) } : files,
      selector,
      allNamespaces: flags['all-namespaces'] === true,
      chunkSize: Number(flags['chunk-size']),
      where: await readWhere(flags),
      showEvents: flags['show-events'] === true,
      imageLayers: given.has('image-layers') ? flags['image-layers'] === true : undefined,
    };
  },
  validate({ args, files, where }, { tool }) {
    if (where !== '' && namesFiles(files)) {
      throw new KctlError('usage', '--where chooses among objects of the cluster, not among those of files');
    }
    if (args.length > 0 || namesFiles(files)) return;
    throw new KctlError(
      'usage',
      `You must specify the type of resource to describe. Use "${tool} api-resources" for a complete list of supported resources.`,
    );
  },
  async run(options, context) {
    const errors: unknown[] = [];
    if (namesManyNamespaces(context)) {
      const { findInScopes } = await import('./describe-many.ts');
      const placed = await findInScopes(options, context, errors);
      const texts = inOrder(placed, AT_ONCE, ({ found, cluster }) => describing(options, cluster, context)(found));
      await printAll(texts, context, errors);
      if (placed.length === 0 && errors.length === 0) context.io.stderr.write('No resources found\n');
      throwCollected(errors);
      return;
    }
    const cluster = await context.connect();
    const found = await findObjects(options, cluster, context, errors);
    const describe = describing(options, cluster, context);
    const [type = '', prefix = ''] = options.args;
    if (options.args.length === 2 && errors.length === 1 && isApiError(errors[0], 'NotFound')) {
      const matching = await findByPrefix(type, prefix, options, cluster, context);
      if (matching.length === 0) throw errors[0];
      await printMatching(inOrder(matching, AT_ONCE, describe), context);
      return;
    }
    await printAll(inOrder(found, AT_ONCE, describe), context, errors);
    if (found.length === 0 && errors.length === 0) {
      const where = options.allNamespaces ? '' : ` in ${cluster.namespace} namespace.`;
      context.io.stderr.write(`No resources found${where}\n`);
    }
    throwCollected(errors);
  },
});

/** Which objects of files are meant; those of the cluster are chosen by the cluster. @throws KctlError `usage` */
async function acceptedBy(selector: string): Promise<(object: KubeObject) => boolean> {
  if (selector === '') return () => true;
  const { parseLabelSelector } = await import('../lib/label-selector.ts');
  try {
    const wanted = parseLabelSelector(selector);
    return (object) => wanted.matches(object.metadata.labels);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new KctlError('usage', `the provided selector "${selector}" is not valid: ${why}`, { cause: error });
  }
}

type Texts = AsyncIterable<PromiseSettledResult<string>>;

/** Each with an empty line behind it; the first failure ends it. */
async function printMatching(texts: Texts, context: CommandContext): Promise<void> {
  const write = await paintedOutput('describe', context);
  for await (const text of texts) {
    if (text.status === 'rejected') throw text.reason;
    write(`${text.value}\n`);
  }
}

/** Two empty lines between objects; the same failure is told once. */
async function printAll(texts: Texts, context: CommandContext, errors: unknown[]): Promise<void> {
  const write = await paintedOutput('describe', context);
  const told = new Set<string>();
  let isFirst = true;
  for await (const text of texts) {
    if (text.status === 'fulfilled') {
      write(`${isFirst ? '' : '\n\n'}${text.value}`);
      isFirst = false;
      continue;
    }
    const message = text.reason instanceof Error ? text.reason.message : String(text.reason);
    if (!told.has(message)) errors.push(text.reason);
    told.add(message);
  }
}

function describing(
  { showEvents, chunkSize, imageLayers }: DescribeOptions,
  cluster: Cluster,
  { signal, io, tool }: CommandContext,
): (found: Found) => Promise<string> {
  const isForPeople = io.stdout.isTTY === true && tool !== 'kubectl';
  const layers = imageLayers ?? io.stdout.isTTY === true;
  const fetch = describeFetch(cluster, {
    signal,
    chunkSize,
    io,
    imageLayers: layers,
    registries: imageLayers === true,
  });
  const now = () => cluster.transport.now();
  return async (found) => {
    let object: Awaited<ReturnType<typeof readFound>>;
    try {
      object = await readFound(found, cluster, signal);
    } catch (error) {
      const gone = showEvents ? await describeGone(found, error, fetch, now()) : undefined;
      if (gone === undefined) throw error;
      return gone;
    }
    const text = await describeObject(found.resource, object, fetch, now(), showEvents);
    return isForPeople && object.kind === 'Pod' ? text + (await whyNotPulled(object, cluster, signal)) : text;
  };
}

/** Loaded for the pods that it is about. */
async function whyNotPulled(pod: KubeObject, cluster: Cluster, signal: AbortSignal): Promise<string> {
  const { containerStatuses = [], initContainerStatuses = [] } = pod['status'] ?? {};
  if (!/ImagePull|RegistryUnavailable/.test(JSON.stringify([containerStatuses, initContainerStatuses]))) return '';
  const { pullSection } = await import('./why/pull-section.ts');
  return pullSection(pod, cluster, signal);
}

/** Of a pod that a file has and the cluster has no more, the events may still be there. */
async function describeGone(
  { resource, object }: Found,
  error: unknown,
  fetch: DescribeFetch,
  now: number,
): Promise<string | undefined> {
  if (resource.kind !== 'Pod' || resource.group !== '' || !isApiError(error, 'NotFound')) return undefined;
  const { namespace = '', name = '' } = object.metadata;
  return describeGonePod({ namespace, name, failure: error.message }, fetch, now);
}
