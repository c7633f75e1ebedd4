/** spec.behavior of one direction. */
interface Rules {
  stabilizationWindowSeconds?: number;
  selectPolicy?: string;
  policies?: { type: string; value: number; periodSeconds: number }[];
  tolerance?: string;
}

export interface Behavior {
  scaleUp?: Rules;
  scaleDown?: Rules;
}

/** What the controller remembers of an autoscaler. */
export interface Memory {
  /** What was recommended when. */
  wishes: { atMs: number; replicas: number }[];
  /** By how much it was scaled when; negative: down. */
  changes: { atMs: number; by: number }[];
  /** That of its target, when it was seen last. */
  selector: string;
}

/** A size, and what the condition ScalingLimited or AbleToScale says of it. */
export interface Held {
  replicas: number;
  reason: string;
  message: string;
}

/** --horizontal-pod-autoscaler-downscale-stabilization */
const DOWN_WINDOW_SECONDS = 300;
const UP: Required<Omit<Rules, 'tolerance'>> = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
};
const DOWN: Required<Omit<Rules, 'tolerance'>> = {
  stabilizationWindowSeconds: DOWN_WINDOW_SECONDS,
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
};

const READY: Omit<Held, 'replicas'> = {
  reason: 'ReadyForNewScale',
  message: 'recommended size matches current size',
};
const LOWER: Omit<Held, 'replicas'> = {
  reason: 'ScaleUpStabilized',
  message: 'recent recommendations were lower than current one, applying the lowest recent recommendation',
};
const HIGHER: Omit<Held, 'replicas'> = {
  reason: 'ScaleDownStabilized',
  message: 'recent recommendations were higher than current one, applying the highest recent recommendation',
};

/**
 * The wish, held to the least (up) or the most (down) that was recommended lately. Without `behavior` only the way down
 * is held, for five minutes (kubernetes stabilizeRecommendation, stabilizeRecommendationWithBehaviors).
 */
export function stabilize(
  wish: number,
  current: number,
  behavior: Behavior | undefined,
  memory: Memory,
  nowMs: number,
): Held {
  const within = (seconds: number, isLong: boolean) =>
    memory.wishes
      .filter(({ atMs }) => (isLong ? atMs >= nowMs - seconds * 1000 : atMs > nowMs - seconds * 1000))
      .map(({ replicas }) => replicas);
  if (!behavior) {
    const replicas = Math.max(wish, ...within(DOWN_WINDOW_SECONDS, true));
    return { replicas, ...(replicas === wish ? READY : HIGHER) };
  }
  const up = behavior.scaleUp?.stabilizationWindowSeconds ?? UP.stabilizationWindowSeconds;
  const down = behavior.scaleDown?.stabilizationWindowSeconds ?? DOWN.stabilizationWindowSeconds;
  const least = Math.min(wish, ...within(up, false));
  const most = Math.max(wish, ...within(down, false));
  const replicas = Math.min(Math.max(current, least), most);
  if (replicas === wish) return { replicas, ...READY };
  return { replicas, ...(wish >= current ? LOWER : HIGHER) };
}

const WITHIN = { reason: 'DesiredWithinRange', message: 'the desired count is within the acceptable range' };
const TOO_MANY = {
  reason: 'TooManyReplicas',
  message: 'the desired replica count is more than the maximum replica count',
};
const TOO_FEW = {
  reason: 'TooFewReplicas',
  message: 'the desired replica count is less than the minimum replica count',
};
const TOO_FAST_UP = {
  reason: 'ScaleUpLimit',
  message: 'the desired replica count is increasing faster than the maximum scale rate',
};
const TOO_FAST_DOWN = {
  reason: 'ScaleDownLimit',
  message: 'the desired replica count is decreasing faster than the maximum scale rate',
};

export interface Bounds {
  minReplicas: number;
  maxReplicas: number;
  behavior: Behavior | undefined;
}

/** The wish within the bounds, and no further away than one step may go. */
export function limit(wish: number, current: number, bounds: Bounds, memory: Memory, nowMs: number): Held {
  const { minReplicas, maxReplicas, behavior } = bounds;
  if (!behavior) {
    // Twice the size, or four: a figure that is wrong must not do all its harm at once.
    const step = Math.max(2 * current, 4);
    if (wish < minReplicas) return { replicas: minReplicas, ...TOO_FEW };
    if (wish > Math.min(step, maxReplicas)) {
      return maxReplicas > step ? { replicas: step, ...TOO_FAST_UP } : { replicas: maxReplicas, ...TOO_MANY };
    }
    return { replicas: wish, ...WITHIN };
  }
  if (wish > current) {
    const most = Math.max(reach(current, 'up', behavior.scaleUp, memory, nowMs), current);
    if (wish > Math.min(most, maxReplicas)) {
      return maxReplicas > most ? { replicas: most, ...TOO_FAST_UP } : { replicas: maxReplicas, ...TOO_MANY };
    }
  }
  if (wish < current) {
    const least = Math.min(reach(current, 'down', behavior.scaleDown, memory, nowMs), current);
    if (wish < Math.max(least, minReplicas)) {
      return minReplicas < least ? { replicas: least, ...TOO_FAST_DOWN } : { replicas: minReplicas, ...TOO_FEW };
    }
  }
  return { replicas: wish, ...WITHIN };
}

/** How far the policies let it go now: the size at most (up) or at least (down). */
function reach(
  current: number,
  direction: 'up' | 'down',
  rules: Rules | undefined,
  memory: Memory,
  nowMs: number,
): number {
  const defaults = direction === 'up' ? UP : DOWN;
  const select = rules?.selectPolicy ?? defaults.selectPolicy;
  if (select === 'Disabled') return current;
  const sizes = (rules?.policies ?? defaults.policies).map(({ type, value, periodSeconds }) => {
    const lately = memory.changes
      .filter(({ atMs }) => atMs > nowMs - periodSeconds * 1000)
      .reduce((sum, { by }) => sum + by, 0);
    const start = current - lately;
    if (type === 'Pods') return direction === 'up' ? start + value : start - value;
    return direction === 'up' ? Math.ceil(start * (1 + value / 100)) : Math.trunc(start * (1 - value / 100));
  });
  // "Max" is the greatest change, whichever way it goes.
  return (select !== 'Min') === (direction === 'up') ? Math.max(...sizes) : Math.min(...sizes);
}
