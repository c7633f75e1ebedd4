import type { KubeObject } from '../../api/meta.ts';
import { resourcePath } from '../../api/resource.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import type { CommandContext } from '../command.ts';
import { throwCollected } from './errors.ts';
import { resolveResourceArguments } from './resource-args.ts';

/** `web` is a pod, `deploy/web` what it says, `deploy web` too. @throws ApiStatusError where it is not there */
export async function readOneObject(
  words: readonly string[],
  cluster: Cluster,
  { tool, signal }: Pick<CommandContext, 'tool' | 'signal'>,
): Promise<KubeObject> {
  const args = words.length === 1 && !words[0]!.includes('/') ? ['pods', words[0]!] : words;
  const { targets } = await resolveResourceArguments(args, cluster.discovery, tool);
  const { resource, names } = targets[0]!;
  const namespace = resource.namespaced ? cluster.namespace : undefined;
  const path = resourcePath(resource, { namespace, name: names[0]! });
  return cluster.transport.json<KubeObject>({ method: 'GET', path, signal });
}

/** The one object of `-f`, as the file has it. @throws KctlError where there are more, with `tooMany` as its words */
export async function readOneManifest(
  filenames: readonly string[],
  cluster: Cluster,
  { io, signal }: CommandContext,
  tooMany: string,
): Promise<KubeObject> {
  const { readManifests } = await import('./manifests.ts');
  const objects: KubeObject[] = [];
  for await (const item of readManifests({ filenames, recursive: false, io, signal, typed: true }, cluster)) {
    if (item instanceof KctlError) throwCollected([item]);
    else objects.push(item.object);
  }
  if (objects.length !== 1) throw new KctlError('usage', tooMany);
  return objects[0]!;
}
