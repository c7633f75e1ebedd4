export interface StatusCondition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
  lastUpdateTime?: string;
  lastProbeTime?: string | null;
  observedGeneration?: number;
}

/**
 * The conditions with `next` in its place. Nothing changes while status and reason stay as they
 * are; `lastTransitionTime` stays while the status does.
 */
export function withCondition(
  conditions: readonly StatusCondition[],
  next: StatusCondition,
  now: string,
  stamps: readonly ('lastTransitionTime' | 'lastUpdateTime')[] = ['lastTransitionTime'],
): StatusCondition[] {
  const known = conditions.find((condition) => condition.type === next.type);
  if (known?.status === next.status && known.reason === next.reason) return [...conditions];
  const written: StatusCondition = { ...next };
  for (const stamp of stamps) written[stamp] = now;
  if (known?.status === next.status && known.lastTransitionTime) written.lastTransitionTime = known.lastTransitionTime;
  return [...conditions.filter((condition) => condition.type !== next.type), written];
}

export function withoutCondition(conditions: readonly StatusCondition[], type: string): StatusCondition[] {
  return conditions.filter((condition) => condition.type !== type);
}
