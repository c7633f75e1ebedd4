import type { KubeObject } from '../../../api/meta.ts';
import { chanceOf } from '../../runtime/chance.ts';
import { celCondition, durationFrom, numberFrom, requirementOf } from './expressions.ts';
import { type StageSpec, type StageStep, stepsOf } from './stage-spec.ts';

/** A Stage, ready to be asked. */
export interface Stage {
  name: string;
  matches(object: KubeObject): boolean;
  /** Undefined: the object says nothing, or nothing that is a number. */
  weight(object: KubeObject): number | undefined;
  /** Milliseconds to wait before it is played. @param chance in [0, 1) */
  delay(object: KubeObject, now: number, chance: number): number;
  steps: readonly StageStep[];
  immediateNextStage: boolean;
}

/** Undefined for one without a selector, which selects nothing. @throws Error when an expression is wrong */
export function stageOf({ metadata, spec }: KubeObject): Stage | undefined {
  const { selector, weight, weightFrom, delay, immediateNextStage } = spec as StageSpec;
  if (!selector) return undefined;
  const { matchLabels = {}, matchAnnotations = {}, matchExpressions = [] } = selector;
  const has = (wanted: Record<string, string>, told: Record<string, string> | undefined) =>
    Object.entries(wanted).every(([key, value]) => told?.[key] === value);
  const conditions = matchExpressions.map((one) =>
    one.cel?.expression && !one.jq ? celCondition(one.cel.expression) : requirementOf(one.jq ?? one),
  );
  const weigh = numberFrom(weight ?? 0, weightFrom);
  const least = durationFrom(delay?.durationMilliseconds ?? 0, delay?.durationFrom);
  const most = durationFrom(delay?.jitterDurationMilliseconds, delay?.jitterDurationFrom);
  return {
    name: metadata.name!,
    matches: (object) =>
      has(matchLabels, object.metadata.labels) &&
      has(matchAnnotations, object.metadata.annotations) &&
      conditions.every((holds) => holds(object)),
    weight: weigh,
    delay(object, now, chance) {
      if (!delay) return 0;
      const from = least(object, now);
      if (from === undefined) return 0;
      const to = most(object, now);
      if (to === undefined) return from;
      // A jitter that is shorter than the delay holds (kwok's StageDelay).
      return to <= from ? to : from + chance * (to - from);
    },
    steps: stepsOf(spec as StageSpec),
    immediateNextStage: immediateNextStage === true,
  };
}

/**
 * The stage that comes next for an object; undefined: none selects it. Of several, chance decides by weight; those
 * whose weight is unknown count only where that holds for all (kwok, utils/lifecycle Match).
 */
export function nextStage(stages: readonly Stage[], object: KubeObject, seed: string): Stage | undefined {
  const matching = stages.filter((stage) => stage.matches(object));
  if (matching.length <= 1) return matching[0];
  const chance = chanceOf(`${seed} stage`);
  const weighed = matching.map((stage) => ({ stage, weight: stage.weight(object) }));
  const known = weighed.filter(({ weight }) => weight !== undefined);
  const total = known.reduce((sum, { weight }) => sum + Math.max(weight!, 0), 0);
  if (total === 0) {
    const candidates = known.length > 0 ? known : weighed;
    return candidates[Math.floor(chance * candidates.length)]!.stage;
  }
  let left = chance * total;
  for (const { stage, weight } of known) {
    left -= Math.max(weight!, 0);
    if (left < 0) return stage;
  }
  return known.at(-1)!.stage;
}
