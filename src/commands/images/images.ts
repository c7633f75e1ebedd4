import type { KubeList, KubeObject } from '../../api/meta.ts';
import { ApiStatusError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { listPages } from '../../kube/list.ts';
import { KctlError } from '../../lib/errors.ts';
import type { IoStreams } from '../../lib/io.ts';
import { parseLabelSelector } from '../../lib/label-selector.ts';
import { collectImages, unusedImages } from '../../oci/in-use/collect.ts';
import { type ImageUse, nodesOf } from '../../oci/in-use/image-use.ts';
import { compared, learnLayers } from '../../oci/in-use/layers.ts';
import { defineCommand } from '../command.ts';
import { readWorldOptions, registryFlags } from '../rollout/registry-flags.ts';
import { clusterPodImages } from '../shared/image-look-up.ts';
import { objectFormats, parseOutputFormat, type ResultOutput } from '../shared/output-format.ts';
import { allNamespacesFlag, printFlags, selectorFlag } from '../shared/print-flags.ts';
import { warn } from '../shared/warn.ts';
import { printImages } from './output.ts';

interface ImagesOptions {
  patterns: readonly string[];
  selector: string;
  allNamespaces: boolean;
  unused: boolean;
  noHeaders: boolean;
  sortBy: string;
  registries: boolean;
  insecureRegistries: readonly string[];
  output: ResultOutput;
}

const formats = [...objectFormats, 'wide'].sort();

/** What `--sort-by` knows; what is large comes first, and names after it. */
const orders: Readonly<Record<string, (image: ImageUse) => number>> = {
  name: () => 0,
  size: ({ size }) => size?.bytes ?? -1,
  unique: ({ uniqueBytes }) => uniqueBytes ?? -1,
  pods: ({ uses }) => new Set(uses.map(({ namespace, pod }) => `${namespace}/${pod}`)).size,
  nodes: (image) => nodesOf(image).length,
};

/** `kctl images`: what pods run, how large it is, and who shares what. */
export const imagesCommand = defineCommand<ImagesOptions>({
  flags: [
    { ...allNamespacesFlag, describe: 'The images of the pods of all namespaces.' },
    selectorFlag,
    {
      name: 'unused',
      type: 'bool',
      default: false,
      describe: 'Instead of these, the images that nodes keep and no pod of the cluster uses.',
    },
    {
      name: 'sort-by',
      type: 'string',
      default: 'name',
      describe: `One of: ${Object.keys(orders).join(', ')}.`,
      complete: { from: 'words', words: Object.keys(orders) },
    },
    ...registryFlags,
    { name: 'no-headers', type: 'bool', default: false, describe: 'Print no headers.' },
    ...printFlags(formats.join(', ')),
  ],
  complete(invocation) {
    const { flags } = invocation;
    return {
      patterns: invocation.args,
      selector: String(flags.selector),
      allNamespaces: flags['all-namespaces'] === true,
      unused: flags.unused === true,
      noHeaders: flags['no-headers'] === true,
      sortBy: String(flags['sort-by']),
      ...readWorldOptions(flags),
      output: {
        format: parseOutputFormat(String(flags.output), String(flags.template), formats),
        allowMissingKeys: flags['allow-missing-template-keys'] !== false,
        showManagedFields: flags['show-managed-fields'] === true,
      },
    };
  },
  validate({ sortBy, selector, unused }) {
    if (!Object.hasOwn(orders, sortBy))
      throw new KctlError('usage', `--sort-by accepts only ${Object.keys(orders).join(', ')}`);
    if (unused && selector !== '')
      throw new KctlError('usage', 'no pod selects the images that none uses: --unused goes without -l');
    if (selector !== '') parseLabelSelector(selector);
  },
  async run(options, { connect, io, signal }) {
    const cluster = await connect();
    const { allNamespaces, unused, selector } = options;
    const everywhere = allNamespaces || unused;
    const namespace = everywhere ? '' : `/namespaces/${encodeURIComponent(cluster.namespace)}`;
    const [pods, nodes] = await Promise.all([
      list(`/api/v1${namespace}/pods`, cluster, signal, selector),
      nodesThatMayBeRead(cluster, signal),
    ]);
    if (!nodes) {
      if (unused) throw new KctlError('api', 'cannot tell: you may not list nodes, which know what they keep');
      warn('nodes may not be listed: sizes are not known', io);
    }
    const isOfJob = ({ metadata }: KubeObject) => metadata.ownerReferences?.some(({ kind }) => kind === 'Job');
    const jobs =
      pods.some(isOfJob) && !unused ? await orNothing(list(`/apis/batch/v1${namespace}/jobs`, cluster, signal)) : [];
    const used = collectImages(pods, nodes ?? [], jobs ?? []);
    // What an image shares is seen beside all others, also those that are not asked for.
    const all = [...used, ...(unused ? unusedImages(pods, nodes ?? []) : [])];
    const { registries, insecureRegistries } = options;
    const lookUp = clusterPodImages(cluster, { nodes, registries, insecureRegistries, io, signal });
    const found = [...all];
    await learnLayers(all, pods, lookUp, (image, at) => {
      found[at] = image;
    });
    const known = compared(found);
    if (registries)
      warnOfRegistries(
        known.filter((image) => isWanted(image, options.patterns)),
        io,
      );
    const images = known.filter((image) => (image.uses.length === 0) === unused && isWanted(image, options.patterns));
    const order = orders[options.sortBy]!;
    images.sort((a, b) => order(b) - order(a));
    if (images.length === 0 && ['', 'wide'].includes(options.output.format.name)) {
      io.stderr.write(everywhere ? 'No images found.\n' : `No images found in ${cluster.namespace} namespace.\n`);
      return;
    }
    await printImages(images, { ...options, withNamespaces: everywhere }, io);
  },
});

async function list(
  path: string,
  { transport }: Cluster,
  signal: AbortSignal,
  labelSelector = '',
): Promise<KubeObject[]> {
  const found: KubeObject[] = [];
  const query = { labelSelector: labelSelector || undefined };
  for await (const { items } of listPages<KubeList>(transport, { path, query, signal })) found.push(...items);
  return found;
}

const nodesThatMayBeRead = (cluster: Cluster, signal: AbortSignal) => orNothing(list('/api/v1/nodes', cluster, signal));

/** Undefined where one may not read it. */
async function orNothing(objects: Promise<KubeObject[]>): Promise<KubeObject[] | undefined> {
  try {
    return await objects;
  } catch (error) {
    if (error instanceof ApiStatusError && error.httpCode === 403) return undefined;
    throw error;
  }
}

/** Images of one registry that does not answer say it once. */
function warnOfRegistries(images: readonly ImageUse[], io: IoStreams): void {
  const told = new Set<string>();
  for (const { name, layersUnknown: { unknown } = { unknown: '' } } of images) {
    if (/^the registry/.test(unknown) && !told.has(unknown)) warn(`${name}: ${unknown}`, io);
    told.add(unknown);
  }
}

/** Words are looked for anywhere in the name; with `*` or `?` they stand for all of it. */
function isWanted({ name, reference }: ImageUse, patterns: readonly string[]): boolean {
  if (patterns.length === 0) return true;
  return patterns.some((pattern) => {
    if (!/[*?]/.test(pattern)) return name.includes(pattern) || reference.includes(pattern);
    const source = pattern
      .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    const whole = new RegExp(`^${source}$`);
    return whole.test(name) || whole.test(reference);
  });
}
