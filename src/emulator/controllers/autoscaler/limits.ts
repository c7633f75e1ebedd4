/** spec.behavior of one direction. */
export interface Rules {
  stabilizationWindowSeconds?: number;
  selectPolicy?: string;
  policies?: { type: string; value: number; periodSeconds: number }[];
}

/** What the controller remembers of an autoscaler. */
export interface Memory {
  /** What was recommended when. */
  wishes: { atMs: number; replicas: number }[];
  /** By how much it was scaled when; negative: down. */
  changes: { atMs: number; by: number }[];
}

const UP: Required<Rules> = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Percent', value: 100, periodSeconds: 15 },
    { type: 'Pods', value: 4, periodSeconds: 15 },
  ],
};
const DOWN: Required<Rules> = {
  stabilizationWindowSeconds: 300,
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
};

/** The wish, held to the least (up) or the most (down) that was recommended within the window. */
export function stabilize(
  wish: number,
  current: number,
  behavior: { scaleUp?: Rules; scaleDown?: Rules } | undefined,
  memory: Memory,
  nowMs: number,
): number {
  const within = (seconds: number) =>
    memory.wishes.filter(({ atMs }) => atMs > nowMs - seconds * 1000).map(({ replicas }) => replicas);
  const up = behavior?.scaleUp?.stabilizationWindowSeconds ?? UP.stabilizationWindowSeconds;
  const down = behavior?.scaleDown?.stabilizationWindowSeconds ?? DOWN.stabilizationWindowSeconds;
  const least = Math.min(wish, ...within(up));
  const most = Math.max(wish, ...within(down));
  return Math.max(Math.min(current, most), least);
}

/** How far the policies let it go now: the size at most (up) or at least (down). */
export function reach(
  current: number,
  direction: 'up' | 'down',
  rules: Rules | undefined,
  memory: Memory,
  nowMs: number,
): number {
  const defaults = direction === 'up' ? UP : DOWN;
  const select = rules?.selectPolicy ?? defaults.selectPolicy;
  if (select === 'Disabled') return current;
  const sign = direction === 'up' ? 1 : -1;
  const sizes = (rules?.policies ?? defaults.policies).map(({ type, value, periodSeconds }) => {
    const lately = memory.changes
      .filter(({ atMs, by }) => atMs > nowMs - periodSeconds * 1000 && Math.sign(by) === sign)
      .reduce((sum, { by }) => sum + by, 0);
    const start = current - lately;
    if (type === 'Pods') return start + sign * value;
    return direction === 'up' ? Math.ceil(start * (1 + value / 100)) : Math.floor(start * (1 - value / 100));
  });
  // "Max" is the greatest change, whichever way it goes.
  const furthest = (select === 'Max') === (direction === 'up') ? Math.max(...sizes) : Math.min(...sizes);
  return Math.max(furthest, 0);
}
