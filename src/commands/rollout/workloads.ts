import type { KubeList, KubeObject } from '../../api/meta.ts';
import { type ResourceInfo, resourcePath } from '../../api/resource.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import type { CommandContext, FlagSpec, Invocation } from '../command.ts';
import { readManifests } from '../shared/manifests.ts';
import { fileFlags, selectorFlag } from '../shared/print-flags.ts';
import { resolveResourceArguments } from '../shared/resource-args.ts';

/** Which workloads a rollout command is about. */
export interface WorkloadSelection {
  args: readonly string[];
  filenames: readonly string[];
  recursive: boolean;
  selector: string;
}

/** One workload as the server holds it. */
export interface Workload {
  resource: ResourceInfo;
  object: KubeObject;
}

export const selectionFlags: readonly FlagSpec[] = [
  ...fileFlags('the workload').filter((flag) => flag.name !== 'kustomize'),
  selectorFlag,
];

/** @throws KctlError `usage` where nothing is named */
export function readSelection({ args, flags }: Invocation): WorkloadSelection {
  const filenames = flags.filename as readonly string[];
  if (args.length === 0 && filenames.length === 0) throw new KctlError('usage', 'required resource not specified');
  return { args, filenames, recursive: flags.recursive === true, selector: String(flags.selector ?? '') };
}

/** The selected workloads; what cannot be had comes as an error in its place, so that the others are still served. */
export async function* selectWorkloads(
  selection: WorkloadSelection,
  cluster: Cluster,
  context: CommandContext,
): AsyncGenerator<Workload | KctlError> {
  let any = false;
  for await (const item of fromFiles(selection, cluster, context)) {
    any = true;
    yield item;
  }
  for await (const item of fromArguments(selection, cluster, context)) {
    any = true;
    yield item;
  }
  if (!any) context.io.stderr.write(`No resources found in ${cluster.namespace} namespace.\n`);
}

async function* fromFiles(
  { filenames, recursive }: WorkloadSelection,
  cluster: Cluster,
  { io, signal }: CommandContext,
): AsyncGenerator<Workload | KctlError> {
  if (filenames.length === 0) return;
  for await (const item of readManifests({ filenames, recursive, io, signal }, cluster)) {
    if (item instanceof KctlError) yield item;
    else {
      const { namespace, name } = item.object.metadata;
      yield await getOne(cluster, item.resource, namespace, name ?? '', signal);
    }
  }
}

async function* fromArguments(
  { args, selector }: WorkloadSelection,
  cluster: Cluster,
  { tool, signal }: CommandContext,
): AsyncGenerator<Workload | KctlError> {
  if (args.length === 0) return;
  const { targets } = await resolveResourceArguments(args, cluster.discovery, tool);
  for (const { resource, names } of targets) {
    for (const name of names) yield await getOne(cluster, resource, cluster.namespace, name, signal);
    if (names.length > 0) continue;
    const list = await cluster.transport.json<KubeList>({
      method: 'GET',
      path: resourcePath(resource, { namespace: cluster.namespace }),
      query: { labelSelector: selector || undefined },
      signal,
    });
    for (const object of list.items) yield { resource, object: withKind(object, resource) };
  }
}

async function getOne(
  cluster: Cluster,
  resource: ResourceInfo,
  namespace: string | undefined,
  name: string,
  signal: AbortSignal,
): Promise<Workload | KctlError> {
  try {
    const path = resourcePath(resource, { namespace, name });
    return { resource, object: await cluster.transport.json<KubeObject>({ method: 'GET', path, signal }) };
  } catch (error) {
    if (error instanceof KctlError && error.code === 'api') return error;
    throw error;
  }
}

/** Items of a list come without the fields that every item would repeat. */
function withKind(object: KubeObject, resource: ResourceInfo): KubeObject {
  const apiVersion = resource.group ? `${resource.group}/${resource.version}` : resource.version;
  return { ...object, apiVersion, kind: resource.kind };
}

/** Runs `action` for each selected workload, goes on after failures, and throws them at the end. */
export async function forEachWorkload(
  selection: WorkloadSelection,
  context: CommandContext,
  action: (workload: Workload, cluster: Cluster) => Promise<void>,
): Promise<void> {
  const { throwCollected } = await import('../shared/errors.ts');
  const cluster = await context.connect();
  const errors: unknown[] = [];
  for await (const item of selectWorkloads(selection, cluster, context)) {
    if (item instanceof KctlError) errors.push(item);
    else {
      try {
        await action(item, cluster);
      } catch (error) {
        if (!(error instanceof KctlError) || error.code === 'connection') throw error;
        errors.push(error);
      }
    }
  }
  throwCollected(errors);
}
