import type { ClusterKeys } from './cluster-keys.ts';

const embedded = (text: string): string => Buffer.from(text).toString('base64');

/** A kubeconfig whose one context, cluster and user are called `name`; certificates are embedded. */
export function adminKubeconfig(name: string, url: string, keys: ClusterKeys): string {
  return `apiVersion: v1
kind: Config
clusters:
- name: ${name}
  cluster:
    certificate-authority-data: ${embedded(keys.ca.cert)}
    server: ${url}
contexts:
- name: ${name}
  context:
    cluster: ${name}
    user: ${name}
current-context: ${name}
preferences: {}
users:
- name: ${name}
  user:
    client-certificate-data: ${embedded(keys.admin.cert)}
    client-key-data: ${embedded(keys.admin.key)}
`;
}
