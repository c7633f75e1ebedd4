import type { KubeObject } from '../../api/meta.ts';

export function conditionOf(
  object: KubeObject,
  type: string,
): { status: string; reason?: string; message?: string; lastTransitionTime?: string } | undefined {
  return object.status?.conditions?.find((condition: { type: string }) => condition.type === type);
}
