import { setTimeout as delay } from 'node:timers/promises';
import type { KubeList, KubeObject } from '../../api/meta.ts';
import { resourcePath } from '../../api/resource.ts';
import { ApiStatusError, isApiError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { formatGoDuration } from '../../lib/duration.ts';
import { KctlError } from '../../lib/errors.ts';
import type { CommandContext } from '../command.ts';
import { withProgress } from '../shared/progress.ts';
import { dryRunSuffix } from '../shared/write-flags.ts';
import { DrainError } from './drain-errors.ts';
import { isLongDeleted } from './drain-filters.ts';
import type { DrainOptions } from './drain-options.ts';

/** How long kubectl waits before it asks a budget again, and how often it looks whether a pod is gone (ms). */
const RETRY = 5000;
const LOOK = 1000;

export interface DrainContext {
  options: DrainOptions;
  cluster: Cluster;
  command: CommandContext;
}

/**
 * Evicts the pods, or deletes them where the server cannot evict or must not, and waits until they are gone.
 * @throws DrainError with what went wrong for each pod
 */
export async function removePods(pods: readonly KubeObject[], context: DrainContext): Promise<void> {
  if (pods.length === 0) return;
  const version = context.options.disableEviction ? undefined : await evictionVersion(context);
  if (version === undefined) await deletePods(pods, context);
  else await evictPods(pods, version, context);
}

/** The apiVersion of evictions; undefined for a server that has none. */
async function evictionVersion({ cluster, command }: DrainContext): Promise<string | undefined> {
  const path = '/api/v1';
  const { resources = [] } = await cluster.transport.json<{
    resources?: { name: string; kind: string; group?: string; version?: string }[];
  }>({ method: 'GET', path, signal: command.signal });
  const eviction = resources.find(({ name, kind }) => name === 'pods/eviction' && kind === 'Eviction');
  return eviction?.group && eviction.version ? `${eviction.group}/${eviction.version}` : undefined;
}

async function evictPods(pods: readonly KubeObject[], apiVersion: string, context: DrainContext): Promise<void> {
  const { timeout } = context.options;
  const end = timeout === 0 ? Number.POSITIVE_INFINITY : performance.now() + timeout;
  let gone = 0;
  const evict = async (pod: KubeObject) => {
    const outcome = await evictPod(pod, apiVersion, end, context);
    gone++;
    return outcome;
  };
  const outcomes = await withProgress(
    context.command.io,
    () => `draining: ${gone} of ${pods.length} pods gone`,
    () => Promise.all(pods.map(evict)),
  );
  const failures = outcomes.filter((outcome) => outcome !== undefined);
  if (failures.length > 0) throw new DrainError(failures);
}

/** @returns what went wrong, in a sentence */
async function evictPod(
  pod: KubeObject,
  apiVersion: string,
  end: number,
  context: DrainContext,
): Promise<string | undefined> {
  const { options, command } = context;
  const { name, namespace } = pod.metadata;
  const server = options.dryRun === 'server';
  for (;;) {
    command.io.stdout.write(`evicting pod ${namespace}/${name}${server ? dryRunSuffix('server') : ''}\n`);
    if (performance.now() >= end) {
      return `error when evicting pods/"${name}" -n "${namespace}": global timeout reached: ${formatGoDuration(options.timeout)}`;
    }
    try {
      await postEviction(pod, apiVersion, context);
      break;
    } catch (error) {
      if (!(error instanceof KctlError) || command.signal.aborted) throw error;
      if (isApiError(error, 'NotFound')) return undefined;
      const again = await reasonToTryAgain(error, pod, context);
      if (again === undefined) return `error when evicting pods/"${name}" -n "${namespace}": ${error.message}`;
      if (again === 'gone soon') break;
      command.io.stderr.write(`${again} (will retry after 5s): ${error.message}\n`);
      await delay(RETRY, undefined, { signal: command.signal });
    }
  }
  if (server) return undefined;
  try {
    await waitUntilGone([pod], true, end, context);
    return undefined;
  } catch (error) {
    if (!(error instanceof KctlError) || command.signal.aborted) throw error;
    return `error when waiting for pod "${name}" in namespace "${namespace}" to terminate: ${error.message}`;
  }
}

/** What to say before the next try; `gone soon` where a deleted pod only has to be waited for; undefined for a failure. */
async function reasonToTryAgain(
  error: KctlError,
  pod: KubeObject,
  context: DrainContext,
): Promise<string | 'gone soon' | undefined> {
  const { name, namespace } = pod.metadata;
  if (error instanceof ApiStatusError && error.httpCode === 429) {
    return `error when evicting pods/"${name}" -n "${namespace}"`;
  }
  if (!isTerminatingNamespace(error)) return undefined;
  const now = await getPod(pod, context).catch(() => undefined);
  if ((now ?? pod).metadata.deletionTimestamp) return 'gone soon';
  return `error when evicting pod "${name}" from terminating namespace "${namespace}"`;
}

function isTerminatingNamespace(error: KctlError): boolean {
  if (!isApiError(error, 'Forbidden')) return false;
  return error.status.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') ?? false;
}

async function postEviction(pod: KubeObject, apiVersion: string, context: DrainContext): Promise<void> {
  const { name, namespace } = pod.metadata;
  const metadata = { name, namespace, creationTimestamp: null };
  const body = { kind: 'Eviction', apiVersion, metadata, deleteOptions: deleteOptions(context) };
  await context.cluster.transport.json({
    method: 'POST',
    path: `${podPath(pod)}/eviction`,
    body: JSON.stringify(body),
    signal: context.command.signal,
  });
}

async function deletePods(pods: readonly KubeObject[], context: DrainContext): Promise<void> {
  const { options, cluster, command } = context;
  for (const pod of pods) {
    try {
      const body = JSON.stringify({ kind: 'DeleteOptions', apiVersion: 'v1', ...deleteOptions(context) });
      await cluster.transport.json({ method: 'DELETE', path: podPath(pod), body, signal: command.signal });
    } catch (error) {
      if (!isApiError(error, 'NotFound')) throw error;
    }
  }
  // Nothing goes in a rehearsal, so there is nothing to wait for.
  if (options.dryRun === 'server') return;
  const end = options.timeout === 0 ? Number.POSITIVE_INFINITY : performance.now() + options.timeout;
  await withProgress(
    context.command.io,
    () => `waiting for ${pods.length} pods to stop`,
    () => waitUntilGone(pods, false, end, context),
  );
}

function deleteOptions({ options }: DrainContext) {
  return {
    ...(options.gracePeriod >= 0 ? { gracePeriodSeconds: options.gracePeriod } : {}),
    ...(options.dryRun === 'server' ? { dryRun: ['All'] } : {}),
  };
}

/** @throws KctlError when a pod cannot be read, or at `end` (of performance.now) */
async function waitUntilGone(
  pods: readonly KubeObject[],
  evicted: boolean,
  end: number,
  context: DrainContext,
): Promise<void> {
  const { options, cluster, command } = context;
  for (let pending = pods; ; ) {
    const left: KubeObject[] = [];
    for (const pod of pending) {
      const { name } = pod.metadata;
      let now: KubeObject | undefined;
      try {
        now = await getPod(pod, context);
      } catch (error) {
        if (!command.signal.aborted)
          command.io.stdout.write(`pod/${name} ${evicted ? 'eviction' : 'deletion'} failed\n`);
        throw error;
      }
      if (now?.metadata.uid !== pod.metadata.uid) {
        command.io.stdout.write(`pod/${name} ${evicted ? 'evicted' : 'deleted'}\n`);
      } else if (now && isLongDeleted(now, options, cluster)) {
        const seconds = options.skipWaitForDelete;
        command.io.stdout.write(`pod "${name}" has DeletionTimestamp older than ${seconds} seconds, skipping\n`);
      } else left.push(pod);
    }
    if (left.length === 0) return;
    pending = left;
    const rest = end - performance.now();
    await delay(Math.max(0, Math.min(LOOK, rest)), undefined, { signal: command.signal });
    if (rest <= LOOK) throw new KctlError('api', 'context deadline exceeded', { prefix: '' });
  }
}

/** Undefined where it is gone. */
async function getPod(pod: KubeObject, { cluster, command }: DrainContext): Promise<KubeObject | undefined> {
  try {
    return await cluster.transport.json<KubeObject>({ method: 'GET', path: podPath(pod), signal: command.signal });
  } catch (error) {
    if (isApiError(error, 'NotFound')) return undefined;
    throw error;
  }
}

const pods = { group: '', version: 'v1', plural: 'pods', namespaced: true };

function podPath({ metadata }: KubeObject): string {
  return resourcePath(pods, { namespace: metadata.namespace, name: metadata.name });
}

/** The pods of a node in all namespaces, as the server lists them. */
export async function podsOfNode(nodeName: string, { options, cluster, command }: DrainContext): Promise<KubeObject[]> {
  const { listPages } = await import('../../kube/list.ts');
  const found: KubeObject[] = [];
  const pages = listPages<KubeList>(cluster.transport, {
    path: resourcePath(pods),
    query: { fieldSelector: `spec.nodeName=${nodeName}`, labelSelector: options.podSelector || undefined },
    limit: options.selection.chunkSize,
    signal: command.signal,
  });
  for await (const { items } of pages) found.push(...items);
  return found;
}
