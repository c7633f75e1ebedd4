import type { KubeObject } from '../../../api/meta.ts';
import type { ResourceInfo } from '../../../api/resource.ts';
import { findBuiltin } from '../../../api/resources.ts';
import { isApiError } from '../../../api/status.ts';
import type { Cluster } from '../../../kube/cluster.ts';
import type { ReflectorScope } from '../../../kube/reflector.ts';
import { KctlError } from '../../../lib/errors.ts';
import type { CommandContext } from '../../command.ts';
import { readOneObject } from '../../shared/one-object.ts';
import { podSelectorOf } from '../../shared/workload-pods.ts';
import { isNamePattern, namePattern } from '../name-pattern.ts';
import type { ManyOptions } from './options.ts';

/** One question to the server, and which of the pods it answers with are meant. */
export interface PodQuery {
  scope: ReflectorScope;
  matches(pod: KubeObject): boolean;
  /** A job is over with its pods. */
  job?: KubeObject;
}

export const podResource = (): ResourceInfo => findBuiltin('pods')!;

/**
 * What the words mean, as few questions to the server as they take. Names are looked up here, so that one that is
 * not there is told at once.
 * @throws ApiStatusError, KctlError as kubectl where a name is not there
 */
export async function podQueries(
  many: ManyOptions,
  labelSelector: string,
  cluster: Cluster,
  context: CommandContext,
): Promise<PodQuery[]> {
  const places = placesOf(many, cluster);
  const selectors = {
    ...(labelSelector ? { labelSelector } : {}),
    ...(many.fieldSelector ? { fieldSelector: many.fieldSelector } : {}),
  };
  const patterns = many.words.filter((word) => isNamePattern(word)).map((word) => namePattern(word));
  const named = many.words.filter((word) => !isNamePattern(word));
  const queries: PodQuery[] = [];
  if (patterns.length > 0 || many.words.length === 0) {
    const isMeant = (name: string) => patterns.length === 0 || patterns.some((matches) => matches(name));
    for (const { scope, isIn } of places) {
      queries.push({
        scope: { ...scope, ...selectors },
        matches: ({ metadata }) => isMeant(metadata.name ?? '') && isIn(metadata.namespace ?? ''),
      });
    }
  }
  for (const word of named) queries.push(...(await namedQueries(word, places, cluster, context)));
  return queries;
}

interface Place {
  scope: { namespace?: string };
  isIn(namespace: string): boolean;
}

/** With patterns all namespaces are watched, so that new ones count too. */
function placesOf({ namespaces }: ManyOptions, cluster: Cluster): Place[] {
  const everywhere = { scope: {}, isIn: () => true };
  if (namespaces === undefined) return [everywhere];
  const names = namespaces.length === 0 ? [cluster.namespace] : namespaces;
  if (names.some((name) => isNamePattern(name))) {
    const patterns = names.map((name) => namePattern(name));
    return [{ scope: {}, isIn: (namespace) => patterns.some((matches) => matches(namespace)) }];
  }
  return names.map((namespace) => ({ scope: { namespace }, isIn: () => true }));
}

/** A pod or a workload in each of the namespaces; in one of several it may be missing. */
async function namedQueries(
  word: string,
  places: readonly Place[],
  cluster: Cluster,
  context: CommandContext,
): Promise<PodQuery[]> {
  const queries: PodQuery[] = [];
  let missing: KctlError | undefined;
  for (const { scope } of places) {
    const { namespace } = scope;
    if (namespace === undefined) {
      throw new KctlError('usage', 'a resource cannot be retrieved by name across all namespaces');
    }
    try {
      const object = await readOneObject([word], within(cluster, namespace), context);
      queries.push(queryOf(object, namespace));
    } catch (error) {
      if (!isApiError(error, 'NotFound')) throw error;
      const message = `error from server (NotFound): ${error.message} in namespace "${namespace}"`;
      missing = new KctlError('api', message, { cause: error });
    }
  }
  if (queries.length === 0 && missing) throw missing;
  return queries;
}

function queryOf(object: KubeObject, namespace: string): PodQuery {
  if (object.kind === 'Pod' && object.apiVersion === 'v1') {
    return { scope: { namespace, name: object.metadata.name ?? '' }, matches: () => true };
  }
  const labelSelector = podSelectorOf(object, 'cannot get the logs from');
  const query: PodQuery = { scope: { namespace, labelSelector }, matches: () => true };
  return object.kind === 'Job' ? { ...query, job: object } : query;
}

const within = (cluster: Cluster, namespace: string): Cluster =>
  Object.create(cluster, { namespace: { value: namespace } }) as Cluster;
