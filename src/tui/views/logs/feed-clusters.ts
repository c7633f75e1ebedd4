import type { KubeObject } from '../../../api/meta.ts';
import { groupResource } from '../../../api/resource.ts';
import type { Source } from '../../../api/source.ts';
import { isApiError } from '../../../api/status.ts';
import { KctlError } from '../../../lib/errors.ts';
import { matchNames, readPatterns, wildcard } from '../../../lib/name-patterns.ts';
import type { FeedCluster } from '../../../store/logs/log-feed.ts';
import { filteredSource } from '../../../store/merged-source.ts';
import type { DashboardServices } from '../../services.ts';
import { isOneNamespace, namespaceTest, spelledOut } from '../../state/namespaces.ts';
import { podSelector } from '../drills.ts';
import type { ViewScope } from '../view.ts';
import type { LogQuery, LogTarget } from './log-query.ts';

/** Connections that a view of logs has opened for itself. */
export interface OpenedFeeds {
  clusters: FeedCluster[];
  close(): void;
}

/**
 * Where the logs of a query come from. Contexts other than the one in use are opened, and closed with `close`.
 * @throws whatever the servers say where something that is named is not there
 */
export async function feedClusters(query: LogQuery, services: DashboardServices): Promise<OpenedFeeds> {
  const opened: DashboardServices[] = [];
  const close = () => {
    for (const { cluster } of opened) cluster.transport.close();
  };
  try {
    const names = query.contexts.length > 0 ? query.contexts : [''];
    const clusters = await Promise.all(
      names.map(async (name) => {
        const isHere = name === '' || name === services.cluster.contextName;
        const there = isHere ? services : await services.openContext(name);
        if (!isHere) opened.push(there);
        return feedCluster(query, there, names.length > 1 ? name : '');
      }),
    );
    return { clusters, close };
  } catch (error) {
    close();
    throw error;
  }
}

async function feedCluster(query: LogQuery, services: DashboardServices, context: string): Promise<FeedCluster> {
  const pods = await services.cluster.discovery.resolve('pods');
  const sources = await Promise.all(query.targets.map((target) => targetSources(target, query, services)));
  return {
    context,
    sources: sources.flat(),
    open: (request) => services.logs(request),
    timing: services.timing,
    async look({ namespace, pod }) {
      try {
        return await services.get(pods, namespace, pod);
      } catch (error) {
        if (isApiError(error, 'NotFound')) return undefined;
        throw error;
      }
    },
  };
}

type PodSource = Source<KubeObject>;

async function targetSources(target: LogTarget, query: LogQuery, services: DashboardServices): Promise<PodSource[]> {
  const { discovery } = services.cluster;
  const [pods, resource] = await Promise.all([discovery.resolve('pods'), discovery.resolve(target.kind)]);
  const namespace = target.namespace ?? query.namespace;
  const kind = groupResource(resource);
  const { name, labels } = target;
  const watch = (scope: ViewScope): PodSource => services.objectSource(pods, scope);
  if (kind === 'nodes') return [watch({ fieldSelector: `spec.nodeName=${name}` })];
  if (kind === 'namespaces') return [watch({ namespace: name })];
  if (kind === 'pods') {
    if (labels !== undefined) return scoped(namespace, (scope) => watch({ ...scope, labelSelector: labels }));
    if (!/[*?]/.test(name)) {
      if (namespace !== undefined && isOneNamespace(namespace)) return [watch({ namespace, name })];
      return scoped(namespace, (scope) => watch({ ...scope, fieldSelector: `metadata.name=${name}` }));
    }
    const pattern = wildcard(name);
    return scoped(namespace, (scope) =>
      filteredPods(watch(scope), ({ metadata }) => pattern.test(metadata.name ?? '')),
    );
  }
  if (namespace === undefined || !isOneNamespace(namespace)) {
    throw new KctlError('usage', `in which namespace is ${target.kind}/${name}?`, { hint: '-n NAMESPACE says it.' });
  }
  if (kind === 'cronjobs.batch') {
    await services.get(resource, namespace, name);
    const isMade = (pod: KubeObject) =>
      (pod.metadata.ownerReferences ?? []).some((owner) => owner.kind === 'Job' && isJobOf(owner.name, name));
    return [filteredPods(watch({ namespace, labelSelector: 'job-name' }), isMade)];
  }
  const object = await services.get(resource, namespace, name);
  return [watch({ namespace, labelSelector: podSelector(object) })];
}

/** The CronJob controller puts the minute of the schedule behind its own name, `kubectl create job --from` any name. */
const isJobOf = (job: string, cronJob: string): boolean =>
  job.startsWith(`${cronJob}-`) && /^\d+$/.test(job.slice(cronJob.length + 1));

/** Some namespaces one by one; all of them where patterns choose. */
function scoped(namespace: string | undefined, watch: (scope: ViewScope) => PodSource): PodSource[] {
  if (namespace === undefined) return [watch({})];
  const names = isOneNamespace(namespace) ? [namespace] : spelledOut(namespace);
  if (names) return names.map((name) => watch({ namespace: name }));
  const wanted = namespaceTest(namespace);
  return [filteredPods(watch({}), ({ metadata }) => wanted(metadata.namespace ?? ''))];
}

const filteredPods = (source: PodSource, isMeant: (pod: KubeObject) => boolean): PodSource =>
  filteredSource(source, isMeant);

/** Whether a container is meant by `app,side*,!proxy`. */
export function containerTest(text: string): (name: string) => boolean {
  const patterns = readPatterns([text]);
  return (name) => matchNames(patterns, [name]).names.includes(name);
}
