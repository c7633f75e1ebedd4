import type { KubeList, KubeObject } from '../../api/meta.ts';
import { resourcePath } from '../../api/resource.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { streamLogs } from '../../kube/logs.ts';
import { KctlError } from '../../lib/errors.ts';
import type { IoStreams } from '../../lib/io.ts';
import { toCompactJson } from '../../lib/json.ts';
import type { HelmHook } from '../../store/helm/release.ts';
import { objectName } from '../shared/names.ts';
import { followObject } from '../wait/follow-object.ts';
import { removeObject } from './apply-release.ts';
import { allServed, type ReleaseObject, releaseObjects } from './release-objects.ts';
import { helmManager, type KeptRevision, type ReleaseStore } from './releases.ts';

export interface HookManner {
  cluster: Cluster;
  store: ReleaseStore;
  io: IoStreams;
  signal: AbortSignal;
  /** How long one hook may take, ms. */
  timeout: number;
}

/** The hooks of one event, in the order they run in: by weight, then by name (helm's `hookByWeight`). */
export function hooksOf(hooks: readonly HelmHook[] | undefined, event: string): HelmHook[] {
  return (hooks ?? [])
    .filter(({ events }) => events?.includes(event))
    .sort((a, b) => (a.weight ?? 0) - (b.weight ?? 0) || (a.name < b.name ? -1 : 1));
}

/**
 * Runs the hooks of an event one after the other, each to its end: jobs until they are complete, pods until they have
 * succeeded; of other kinds it is enough that they are made. What their delete policies say is done before, and after.
 * @throws KctlError where a hook fails; those after it do not run
 */
export async function runHooks(kept: KeptRevision, event: string, manner: HookManner): Promise<void> {
  const hooks = hooksOf(kept.release.hooks, event);
  for (const [index, hook] of hooks.entries()) {
    // Without a policy a hook of the last time is in the way of this one.
    if (!hook.delete_policies?.length) hook.delete_policies = ['before-hook-creation'];
    const objects = await objectsOf(hook, kept, manner);
    if (hook.delete_policies.includes('before-hook-creation')) await removeHook(hook, objects, manner);
    hook.last_run = { started_at: now(), completed_at: '', phase: 'Running' };
    await manner.store.update(kept);
    manner.io.stdout.write(`${event} hook ${hook.kind.toLowerCase()}/${hook.name} started\n`);
    try {
      for (const one of objects) await makeHook(one, kept, manner);
      for (const one of objects) await untilDone(one, manner);
    } catch (error) {
      hook.last_run = { ...hook.last_run, completed_at: now(), phase: 'Failed' };
      await printLogs(hook, 'hook-failed', kept, manner);
      if (hook.delete_policies.includes('hook-failed')) await removeHook(hook, objects, manner);
      for (const earlier of hooks.slice(0, index)) await removeSucceeded(earlier, kept, manner);
      throw new KctlError('api', `${event} hook ${hook.name} failed: ${(error as Error).message}`, { cause: error });
    }
    hook.last_run = { ...hook.last_run, completed_at: now(), phase: 'Succeeded' };
    manner.io.stdout.write(`${event} hook ${hook.kind.toLowerCase()}/${hook.name} succeeded\n`);
  }
  for (const hook of hooks.toReversed()) {
    await printLogs(hook, 'hook-succeeded', kept, manner);
    await removeSucceeded(hook, kept, manner);
  }
}

const now = (): string => new Date().toISOString();

async function objectsOf(hook: HelmHook, { release, secret }: KeptRevision, { cluster }: HookManner) {
  const source = `hook ${hook.name} of ${release.name}`;
  const namespace = secret.metadata.namespace ?? cluster.namespace;
  return allServed(await releaseObjects(hook.manifest ?? '', source, namespace, cluster), source);
}

async function removeSucceeded(hook: HelmHook, kept: KeptRevision, manner: HookManner): Promise<void> {
  if (hook.delete_policies?.includes('hook-succeeded')) {
    await removeHook(hook, await objectsOf(hook, kept, manner), manner);
  }
}

/** Deletes a hook and waits until it is gone. Definitions stay: all objects of their kind would go with them. */
async function removeHook(hook: HelmHook, objects: readonly ReleaseObject[], manner: HookManner): Promise<void> {
  if (hook.kind === 'CustomResourceDefinition') return;
  const { cluster, signal } = manner;
  for (const one of objects) {
    if (await removeObject(one, undefined, 'Background', cluster, signal)) {
      await followObject(placeOf(one, manner), { gone: true }, cluster);
    }
  }
}

function placeOf({ resource, object: { metadata } }: ReleaseObject, { timeout, signal }: HookManner) {
  const { namespace, name = '' } = metadata;
  return { resource, namespace, name, end: performance.now() + timeout, signal };
}

/** As the release's own objects are made: by helm 4's server-side apply, else by a creation. */
async function makeHook({ resource, object }: ReleaseObject, kept: KeptRevision, manner: HookManner): Promise<void> {
  const { cluster, signal } = manner;
  const byServer = kept.release.apply_method === 'ssa';
  const { namespace, name } = object.metadata;
  await cluster.transport.json<KubeObject>({
    method: byServer ? 'PATCH' : 'POST',
    path: resourcePath(resource, byServer ? { namespace, name } : { namespace }),
    query: { fieldManager: helmManager, ...(byServer && { force: false }) },
    contentType: byServer ? 'application/apply-patch+yaml' : 'application/json',
    body: toCompactJson(object),
    signal,
  });
}

/** What a hook of these kinds is waited for. @returns whether it is done @throws KctlError where it failed */
const endings: Readonly<Record<string, (object: KubeObject) => boolean>> = {
  Job({ status }) {
    const conditions: { type: string; status: string; reason?: string }[] = status?.conditions ?? [];
    const holds = (type: string) => conditions.find((one) => one.type === type && one.status === 'True');
    const failed = holds('Failed');
    if (failed) throw new KctlError('api', `the job failed: ${failed.reason ?? 'it does not say why'}`);
    return holds('Complete') !== undefined;
  },
  Pod({ status }) {
    if (status?.phase === 'Failed') throw new KctlError('api', `the pod failed: ${status.reason ?? 'it ended badly'}`);
    return status?.phase === 'Succeeded';
  },
};

async function untilDone(one: ReleaseObject, manner: HookManner): Promise<void> {
  const isMet = endings[one.resource.kind];
  if (!isMet) return;
  const progress = manner.io.progress?.begin(() => `waiting for ${objectName(one.resource, one.object)} to end`);
  try {
    // A job may be taken away as soon as it is complete: that it is gone counts as its end, as it does for helm.
    await followObject(placeOf(one, manner), { isMet, gone: true }, manner.cluster);
  } finally {
    progress?.();
  }
}

/** Logs of jobs and pods whose hook asks for it (`helm.sh/hook-output-log-policy`); those that cannot be read are left out. */
async function printLogs(hook: HelmHook, when: string, kept: KeptRevision, manner: HookManner): Promise<void> {
  if (!hook.output_log_policies?.includes(when)) return;
  const { cluster, io, signal } = manner;
  for (const { object, resource } of await objectsOf(hook, kept, manner)) {
    const selection: Readonly<Record<string, object>> = {
      Job: { labelSelector: `job-name=${object.metadata.name}` },
      Pod: { fieldSelector: `metadata.name=${object.metadata.name}` },
    };
    const query = selection[resource.kind];
    if (!query) continue;
    const namespace = object.metadata.namespace ?? cluster.namespace;
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
    try {
      const { items } = await cluster.transport.json<KubeList>({ method: 'GET', path, query: { ...query }, signal });
      for (const pod of items) await copyLogs(pod, namespace, cluster, io, signal);
    } catch (error) {
      if (signal.aborted || !(error instanceof KctlError)) throw error;
      io.stderr.write(`The log of ${hook.name} cannot be read: ${error.message}\n`);
    }
  }
}

async function copyLogs(pod: KubeObject, namespace: string, cluster: Cluster, io: IoStreams, signal: AbortSignal) {
  for (const { name: container } of (pod.spec?.containers ?? []) as { name: string }[]) {
    const log = await streamLogs(cluster.transport, { namespace, pod: pod.metadata.name ?? '', container, signal });
    for await (const piece of log) io.stdout.write(piece);
  }
}
