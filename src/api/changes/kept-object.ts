import type { KubeObject } from '../meta.ts';
import { lastAppliedAnnotation } from './last-applied-annotation.ts';

/** What an entry keeps of an object: what users write, not what the cluster says of it. */
export function keptObject(object: KubeObject, subresource: string | undefined, withValues: boolean): KubeObject {
  const { status, metadata: whole, ...rest } = object;
  const { managedFields: _, ...metadata } = whole;
  const kept: KubeObject = { ...rest, metadata } as KubeObject;
  if (subresource === 'status' && status !== undefined) kept['status'] = status;
  return withValues || !isSecret(object) ? kept : withoutValues(kept);
}

export function isSecret({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>): boolean {
  return apiVersion === 'v1' && kind === 'Secret';
}

/** The manifest that `apply` keeps in an annotation has the values too. */
function withoutValues({ data: _, stringData: __, metadata, ...rest }: KubeObject): KubeObject {
  const { [lastAppliedAnnotation]: ___, ...annotations } = metadata.annotations ?? {};
  return { ...rest, metadata: { ...metadata, ...(metadata.annotations && { annotations }) } } as KubeObject;
}
