import { lastAppliedAnnotation } from '../../../api/changes/last-applied-annotation.ts';
import type { KubeObject } from '../../../api/meta.ts';

export function isSecret({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>): boolean {
  return kind === 'Secret' && apiVersion === 'v1';
}

/** Bytes that base64 text stands for. */
function byteCount(base64: string): number {
  return Buffer.from(base64, 'base64').length;
}

function hide(values: Record<string, string> | undefined, bytes: (value: string) => number) {
  return (
    values && Object.fromEntries(Object.entries(values).map(([key, value]) => [key, `<hidden, ${bytes(value)} bytes>`]))
  );
}

/** A secret without its values, wherever it has them: what is shown until somebody asks for more. */
export function withoutSecrets(object: KubeObject): KubeObject {
  if (!isSecret(object)) return object;
  const { data, stringData, metadata } = object;
  const { [lastAppliedAnnotation]: applied, ...annotations } = metadata.annotations ?? {};
  return {
    ...object,
    metadata: applied === undefined ? metadata : { ...metadata, annotations },
    ...(data && { data: hide(data, byteCount) }),
    ...(stringData && { stringData: hide(stringData, Buffer.byteLength) }),
  };
}
