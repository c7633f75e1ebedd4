import type { KubeObject } from '../../api/meta.ts';
import type { Lister } from '../client.ts';
import type { ContainerSpec } from '../runtime/container.ts';
import type { Fields } from '../runtime/fields.ts';

/** ConfigMaps and Secrets as they were when a container started, by resource and name: stored objects never change, so holding them costs nothing. */
export type StartFacts = ReadonlyMap<string, KubeObject>;

type Referred = readonly ['configmaps' | 'secrets', string | undefined];

const ofVolume = ({ configMap, secret, projected }: Fields): Referred[] => [
  ['configmaps', configMap?.name],
  ['secrets', secret?.secretName],
  ...(projected?.sources ?? []).flatMap((source: Fields): Referred[] => [
    ['configmaps', source.configMap?.name],
    ['secrets', source.secret?.name],
  ]),
];

/** What the environment and single mounted files are made of: both stay as they were while the container runs. */
function referred(pod: KubeObject, { env = [], envFrom = [], volumeMounts = [] }: ContainerSpec): Referred[] {
  const single = new Set(
    (volumeMounts as Fields[]).filter(({ subPath, subPathExpr }) => subPath || subPathExpr).map(({ name }) => name),
  );
  return [
    ...envFrom.flatMap(({ configMapRef, secretRef }): Referred[] => [
      ['configmaps', configMapRef?.name],
      ['secrets', secretRef?.name],
    ]),
    ...env.flatMap(({ valueFrom }): Referred[] => [
      ['configmaps', valueFrom?.configMapKeyRef?.name],
      ['secrets', valueFrom?.secretKeyRef?.name],
    ]),
    ...((pod['spec'].volumes ?? []) as Fields[]).filter(({ name }) => single.has(name)).flatMap(ofVolume),
  ];
}

/** Undefined where nothing is referred to, as in most containers. */
export function startFacts(lister: Lister, pod: KubeObject, container: ContainerSpec): StartFacts | undefined {
  const facts = new Map<string, KubeObject>();
  for (const [resource, name] of referred(pod, container)) {
    const object = name ? lister.get<KubeObject>(resource, pod.metadata.namespace, name) : undefined;
    if (object) facts.set(`${resource} ${name}`, object);
  }
  return facts.size > 0 ? facts : undefined;
}

/** The cluster as it was when a container started, as far as its environment goes. */
export function listerAtStart(lister: Lister, facts: StartFacts | undefined, startedAt: number): Lister {
  const isOlder = ({ metadata }: KubeObject) => Date.parse(metadata.creationTimestamp ?? '') <= startedAt;
  return {
    ...lister,
    get: ((resource: string, namespace: string | undefined, name: string) =>
      facts?.get(`${resource} ${name}`) ?? lister.get(resource, namespace, name)) as Lister['get'],
    // Services that came later are not in the environment.
    list: ((resource: string, namespace?: string) => {
      const all = lister.list<KubeObject>(resource, namespace);
      return resource === 'services' ? all.filter((one) => !one.metadata.creationTimestamp || isOlder(one)) : all;
    }) as Lister['list'],
  };
}
