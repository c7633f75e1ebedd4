import type { StatusCondition } from '../conditions.ts';

export type ScalerCondition = Pick<StatusCondition, 'type' | 'status' | 'lastTransitionTime'> & {
  reason: string;
  message: string;
};

/**
 * The conditions with one of them said anew, in its place: reason and message always follow,
 * `lastTransitionTime` only when the status turns (kubernetes podautoscaler setConditionInList).
 */
export function said(
  conditions: readonly ScalerCondition[],
  type: 'AbleToScale' | 'ScalingActive' | 'ScalingLimited',
  isTrue: boolean,
  reason: string,
  message: string,
  now: string,
): ScalerCondition[] {
  const status = isTrue ? 'True' : 'False';
  const known = conditions.find((condition) => condition.type === type);
  const lastTransitionTime = known?.status === status ? known.lastTransitionTime : now;
  const next: ScalerCondition = { type, status, lastTransitionTime: lastTransitionTime!, reason, message };
  return known ? conditions.map((one) => (one === known ? next : one)) : [...conditions, next];
}
