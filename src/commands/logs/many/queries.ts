import type { KubeObject } from '../../../api/meta.ts';
import type { ResourceInfo } from '../../../api/resource.ts';
import { findBuiltin } from '../../../api/resources.ts';
import { isApiError } from '../../../api/status.ts';
import type { Cluster } from '../../../kube/cluster.ts';
import type { ReflectorScope } from '../../../kube/reflector.ts';
import { KctlError } from '../../../lib/errors.ts';
import { matchNames, readPatterns } from '../../../lib/name-patterns.ts';
import type { CommandContext } from '../../command.ts';
import { chooseNamespaces, inNamespace } from '../../shared/many-namespaces.ts';
import { readOneObject } from '../../shared/one-object.ts';
import { podSelectorOf } from '../../shared/workload-pods.ts';
import { isNamePattern, namePattern } from '../name-pattern.ts';
import type { ManyOptions } from './options.ts';

/** One question to the server, and which of the pods it answers with are meant. */
export interface PodQuery {
  cluster: Cluster;
  /** '' where there is only one. */
  context: string;
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
  { cluster, contextName }: { cluster: Cluster; contextName: string },
  context: CommandContext,
): Promise<PodQuery[]> {
  const at = { cluster, context: contextName };
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
        ...at,
        scope: { ...scope, ...selectors },
        matches: ({ metadata }) => isMeant(metadata.name ?? '') && isIn(metadata.namespace ?? ''),
      });
    }
  }
  if (named.length === 0) return queries;
  const namespaces = await namesOf(many, cluster, context.signal);
  for (const word of named) {
    for (const query of await namedQueries(word, namespaces, cluster, context)) queries.push({ ...at, ...query });
  }
  return queries;
}

interface Place {
  scope: { namespace?: string };
  isIn(namespace: string): boolean;
}

/** With patterns all namespaces are watched, so that new ones count too. */
function placesOf({ namespaces }: ManyOptions, cluster: Cluster): Place[] {
  if (namespaces === undefined) return [{ scope: {}, isIn: () => true }];
  const patterns = readPatterns([namespaces === '' ? cluster.namespace : namespaces]);
  if (patterns.wild.length > 0) {
    return [{ scope: {}, isIn: (name) => matchNames(patterns, [name]).names.includes(name) }];
  }
  return matchNames(patterns, []).names.map((namespace) => ({ scope: { namespace }, isIn: () => true }));
}

/** The namespaces in which a name is looked for: there must be a list of them. @throws KctlError for all of them */
async function namesOf({ namespaces }: ManyOptions, cluster: Cluster, signal: AbortSignal): Promise<readonly string[]> {
  if (namespaces === '') return [cluster.namespace];
  if (namespaces !== undefined) return (await chooseNamespaces(namespaces, cluster, signal)).names;
  throw new KctlError('usage', 'a resource cannot be retrieved by name across all namespaces');
}

type NamedQuery = Omit<PodQuery, 'cluster' | 'context'>;

/** A pod or a workload in each of the namespaces; in one of several it may be missing. */
async function namedQueries(
  word: string,
  namespaces: readonly string[],
  cluster: Cluster,
  context: CommandContext,
): Promise<NamedQuery[]> {
  const queries: NamedQuery[] = [];
  let missing: KctlError | undefined;
  for (const namespace of namespaces) {
    try {
      const object = await readOneObject([word], inNamespace(cluster, namespace), context);
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

function queryOf(object: KubeObject, namespace: string): NamedQuery {
  if (object.kind === 'Pod' && object.apiVersion === 'v1') {
    return { scope: { namespace, name: object.metadata.name ?? '' }, matches: () => true };
  }
  const labelSelector = podSelectorOf(object, 'cannot get the logs from');
  const query: NamedQuery = { scope: { namespace, labelSelector }, matches: () => true };
  return object.kind === 'Job' ? { ...query, job: object } : query;
}
