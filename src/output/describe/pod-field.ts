import type { KubeObject } from '../../api/meta.ts';

/** What kubectl looks up by itself; the kubelet knows more fields, which stay empty here. */
const FIELDS: Readonly<Record<string, (pod: KubeObject) => string | undefined>> = {
  'metadata.name': ({ metadata }) => metadata.name,
  'metadata.namespace': ({ metadata }) => metadata.namespace,
  'metadata.uid': ({ metadata }) => metadata.uid,
  'metadata.labels': ({ metadata }) => mapText(metadata.labels),
  'metadata.annotations': ({ metadata }) => mapText(metadata.annotations),
};

/** Of an environment variable's fieldRef: `metadata.name`, `metadata.labels['app']`. */
export function podField(pod: KubeObject, path: string): string {
  const key = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (key) return pod.metadata[key[1] as 'labels' | 'annotations']?.[key[2] ?? ''] ?? '';
  return (Object.hasOwn(FIELDS, path) ? FIELDS[path]?.(pod) : undefined) ?? '';
}

/** `key="value"` per line, as downward API volumes have it. */
function mapText(map: Readonly<Record<string, string>> | undefined): string {
  return Object.keys(map ?? {})
    .sort()
    .map((key) => `${key}=${JSON.stringify(map?.[key])}`)
    .join('\n');
}
