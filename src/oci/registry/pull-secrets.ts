import type { KubeObject } from '../../api/meta.ts';
import { type KeyringEntry, readDockerConfig } from './credentials.ts';

/** The keys of the two types of secrets that a kubelet pulls with. */
const keys = ['.dockerconfigjson', '.dockercfg'] as const;

/** What pull secrets hold, in their order; other secrets hold nothing of the kind. */
export function keyringOf(secrets: readonly KubeObject[]): KeyringEntry[] {
  return secrets.flatMap(({ data = {} }) =>
    keys.flatMap((key) =>
      typeof data[key] === 'string' ? readDockerConfig(Buffer.from(data[key], 'base64').toString()) : [],
    ),
  );
}

/** @returns names of secrets; undefined where the pod names none, so that its service account's count */
export function pullSecretNames(imagePullSecrets: unknown): string[] | undefined {
  const list = Array.isArray(imagePullSecrets) ? (imagePullSecrets as { name?: string }[]) : [];
  const names = list.flatMap(({ name }) => (name ? [name] : []));
  return names.length > 0 ? names : undefined;
}
