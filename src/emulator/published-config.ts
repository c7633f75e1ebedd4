import type { KubeObject } from '../api/meta.ts';
import type { ApiClient, Lister } from './client.ts';

const CONFIG_MAPS = 'configmaps';
const NAMESPACE = 'kube-system';
const AUTHENTICATION = 'extension-apiserver-authentication';
const TOKEN_TRACKING = 'kube-apiserver-legacy-service-account-token-tracking';
const NAMES: ReadonlySet<string> = new Set([AUTHENTICATION, TOKEN_TRACKING]);

interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
}

/**
 * Who asks this server who somebody is (every server that is built as this one: schedulers, controller
 * managers, metrics servers) reads here which certificates of clients it may believe
 * (kube-apiserver, clusterauthenticationtrust). There is no `requestheader-client-ca-file` in it: no
 * requests are passed on to other servers with a front proxy's certificate.
 */
const authentication = (clientCa: string) => ({
  name: AUTHENTICATION,
  data: { 'client-ca-file': clientCa },
  isRight: (data: Record<string, string> | undefined) => data?.['client-ca-file'] === clientCa,
});

/**
 * Since when this server notes the use of tokens that are kept in Secrets: what a controller manager
 * goes by when it clears unused ones away (kube-apiserver, legacytokentracking).
 */
const tokenTracking = (now: number) => ({
  name: TOKEN_TRACKING,
  data: { since: new Date(now).toISOString().slice(0, 10) },
  isRight: (data: Record<string, string> | undefined) => /^\d{4}-\d{2}-\d{2}$/.test(data?.since ?? ''),
});

export interface Publisher {
  /** Writes as the server itself. */
  client: ApiClient;
  lister: Lister;
  /** PEM of the authority whose client certificates count. */
  clientCa: string;
  /** Milliseconds since 1970. */
  now(): number;
  report(what: string, error: unknown): void;
}

/** Publishes what a server tells about itself in kube-system, where it is missing or not true any more. */
export async function publishConfig({ client, lister, clientCa, now }: Publisher): Promise<void> {
  for (const { name, data, isRight } of [authentication(clientCa), tokenTracking(now())]) {
    const found = lister.get<ConfigMap>(CONFIG_MAPS, NAMESPACE, name);
    if (found && isRight(found.data)) continue;
    if (found) await client.update(CONFIG_MAPS, { ...structuredClone(found), data: { ...found.data, ...data } });
    else {
      const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: NAMESPACE }, data };
      await client.create<ConfigMap>(CONFIG_MAPS, object);
    }
  }
}

/** Publishes it again whenever somebody has changed or deleted it; returns what ends that. */
export function keepConfigPublished(publisher: Publisher): () => void {
  let stopped = false;
  const again = async () => {
    if (stopped) return;
    await publishConfig(publisher).catch((error: unknown) => publisher.report('published-config', error));
  };
  const unsubscribe = publisher.lister.subscribe(CONFIG_MAPS, ({ type, object: { metadata } }) => {
    if (type !== 'ADDED' && metadata.namespace === NAMESPACE && NAMES.has(metadata.name!)) queueMicrotask(again);
  });
  return () => {
    stopped = true;
    unsubscribe();
  };
}
