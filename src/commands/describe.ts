import { type ImageFacts, imageFactsPath } from '../api/image-facts.ts';
import type { KubeList, KubeObject } from '../api/meta.ts';
import { apiVersionOf, type ResourceInfo, resourcePath } from '../api/resource.ts';
import { ApiStatusError, isApiError } from '../api/status.ts';
import type { Cluster } from '../kube/cluster.ts';
import { listPages } from '../kube/list.ts';
import { KctlError } from '../lib/errors.ts';
import { type DescribeFetch, describeObject } from '../output/describe/index.ts';
import { type CommandContext, defineCommand } from './command.ts';
import { throwCollected } from './shared/errors.ts';
import { type FileOptions, kustomizeUnsupported, readFileOptions } from './shared/file-options.ts';
import { readManifests } from './shared/manifests.ts';
import { allNamespacesFlag, chunkSizeFlag, fileFlags, selectorFlag } from './shared/print-flags.ts';
import { resolveResourceArguments } from './shared/resource-args.ts';

interface DescribeOptions {
  args: readonly string[];
  files: FileOptions;
  selector: string;
  allNamespaces: boolean;
  chunkSize: number;
  showEvents: boolean;
}

/** The section that stands last where no events were looked up. */
const noEvents = /^Events: +<none>\n$(?![\s\S])/m;

/** An object together with the resource it came from. */
interface Found {
  resource: ResourceInfo;
  object: KubeObject;
}

/** `kctl describe`: everything about objects, with what belongs to them. */
export const describeCommand = defineCommand<DescribeOptions>({
  flags: [
    allNamespacesFlag,
    chunkSizeFlag,
    ...fileFlags('the objects to describe'),
    selectorFlag,
    { name: 'show-events', type: 'bool', default: true, describe: 'Show the events of each object.' },
  ],
  async complete({ args, flags }) {
    return {
      args,
      files: await readFileOptions({ ...flags, selector: '' }),
      selector: String(flags.selector),
      allNamespaces: flags['all-namespaces'] === true,
      chunkSize: Number(flags['chunk-size']),
      showEvents: flags['show-events'] === true,
    };
  },
  validate({ args, files }, { tool }) {
    if (files.kustomize !== '') throw kustomizeUnsupported(files.kustomize, `${tool} describe`);
    if (args.length > 0 || files.filenames.length > 0) return;
    throw new KctlError(
      'usage',
      `You must specify the type of resource to describe. Use "${tool} api-resources" for a complete list of supported resources.`,
    );
  },
  async run(options, context) {
    const cluster = await context.connect();
    const errors: unknown[] = [];
    const found = await findObjects(options, cluster, context, errors);
    const fetch = describeFetch(cluster, context.signal, options.showEvents);
    let isFirst = true;
    for (const { resource, object } of found) {
      try {
        const whole = await describeObject(resource, object, fetch, cluster.transport.now());
        const text = options.showEvents ? whole : whole.replace(noEvents, '');
        context.io.stdout.write(isFirst ? text : `\n\n${text}`);
        isFirst = false;
      } catch (error) {
        errors.push(error);
      }
    }
    if (isFirst && errors.length === 0) {
      const where = options.allNamespaces ? '' : ` in ${cluster.namespace} namespace.`;
      context.io.stderr.write(`No resources found${where}\n`);
    }
    throwCollected(errors);
  },
});

async function findObjects(
  options: DescribeOptions,
  cluster: Cluster,
  context: CommandContext,
  errors: unknown[],
): Promise<Found[]> {
  if (options.files.filenames.length > 0) return objectsOfFiles(options, cluster, context, errors);
  const { targets, byTuple } = await resolveResourceArguments(options.args, cluster.discovery, context.tool);
  const found: Found[] = [];
  for (const { resource, names } of targets) {
    const namespace = resource.namespaced && !options.allNamespaces ? cluster.namespace : undefined;
    try {
      if (names.length === 0) found.push(...(await listObjects(resource, namespace, options, cluster, context.signal)));
      else if (options.selector !== '') {
        throw new KctlError('usage', 'name cannot be provided when a selector is specified');
      } else if (options.allNamespaces) {
        throw new KctlError('usage', 'a resource cannot be retrieved by name across all namespaces');
      }
      for (const name of names) {
        // Only TYPE NAME may be the beginning of names; TYPE/NAME is exact.
        const mayBePrefix = !byTuple && names.length === 1;
        found.push(...(await namedObjects(resource, namespace, name, mayBePrefix, options, cluster, context.signal)));
      }
    } catch (error) {
      errors.push(error);
    }
  }
  return found;
}

async function namedObjects(
  resource: ResourceInfo,
  namespace: string | undefined,
  name: string,
  mayBePrefix: boolean,
  options: DescribeOptions,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<Found[]> {
  try {
    const path = resourcePath(resource, { namespace, name });
    return [{ resource, object: await cluster.transport.json<KubeObject>({ method: 'GET', path, signal }) }];
  } catch (error) {
    if (!mayBePrefix || !isApiError(error, 'NotFound')) throw error;
    const all = await listObjects(resource, namespace, options, cluster, signal);
    const matching = all.filter(({ object }) => object.metadata.name?.startsWith(name));
    if (matching.length === 0) throw error;
    return matching;
  }
}

async function listObjects(
  resource: ResourceInfo,
  namespace: string | undefined,
  { selector, chunkSize }: DescribeOptions,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<Found[]> {
  const found: Found[] = [];
  const pages = listPages<KubeList>(cluster.transport, {
    path: resourcePath(resource, { namespace }),
    query: { labelSelector: selector || undefined },
    limit: chunkSize,
    resource,
    signal,
  });
  for await (const page of pages) {
    for (const item of page.items) {
      const object = item.kind ? item : { ...item, apiVersion: apiVersionOf(resource), kind: resource.kind };
      found.push({ resource, object });
    }
  }
  return found;
}

async function objectsOfFiles(
  { files }: DescribeOptions,
  cluster: Cluster,
  { io, signal }: CommandContext,
  errors: unknown[],
): Promise<Found[]> {
  const found: Found[] = [];
  for await (const item of readManifests({ ...files, io, signal }, cluster)) {
    try {
      if (item instanceof KctlError) throw item;
      const path = resourcePath(item.resource, item.object.metadata);
      const object = await cluster.transport.json<KubeObject>({ method: 'GET', path, signal });
      found.push({ resource: item.resource, object });
    } catch (error) {
      errors.push(error);
    }
  }
  return found;
}

/** What a description may look up; things it cannot get are left out instead of failing the whole. */
export function describeFetch(cluster: Cluster, signal: AbortSignal, showEvents: boolean): DescribeFetch {
  const { transport, discovery } = cluster;
  const orUndefined = async <T>(request: Promise<T>): Promise<T | undefined> => {
    try {
      return await request;
    } catch (error) {
      if (error instanceof ApiStatusError) return undefined;
      throw error;
    }
  };
  return {
    async list(groupResource, { namespace, labelSelector, fieldSelector }) {
      if (!showEvents && groupResource === 'events') return [];
      const resource = await discovery.resolve(groupResource);
      const path = resourcePath(resource, { namespace });
      const query = { labelSelector, fieldSelector };
      const list = await orUndefined(transport.json<KubeList>({ method: 'GET', path, query, signal }));
      return list?.items ?? [];
    },
    async get(groupResource, namespace, name) {
      const resource = await discovery.resolve(groupResource);
      const path = resourcePath(resource, { namespace, name });
      return orUndefined(transport.json<KubeObject>({ method: 'GET', path, signal }));
    },
    image(reference) {
      return orUndefined(transport.json<ImageFacts>({ method: 'GET', path: imageFactsPath(reference), signal }));
    },
  };
}
