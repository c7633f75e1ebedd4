import { baselineChecks } from './baseline.ts';
import type { Level, Policy } from './levels.ts';
import type { PodCheck, PodView } from './pod-view.ts';
import { restrictedChecks } from './restricted.ts';
import type { Violation } from './words.ts';

const perLevel: Readonly<Record<Level, (minor: number) => readonly PodCheck[]>> = {
  privileged: () => [],
  baseline: (minor) => baselineChecks.filter(({ since }) => since <= minor),
  restricted: (minor) => {
    const restricted = restrictedChecks.filter(({ since }) => since <= minor);
    const overridden = new Set(restricted.map(({ overrides }) => overrides));
    return [...baselineChecks.filter(({ id, since }) => since <= minor && !overridden.has(id)), ...restricted];
  },
};

/** Everything about `pod` that the policy does not allow. */
export function violationsOf(policy: Policy, pod: PodView): Violation[] {
  return perLevel[policy.level](policy.minor).flatMap(({ check }) => check(pod, policy.minor) ?? []);
}

/** `privileged (container "a" must not ...), hostPort (...)`. */
export const violationText = (violations: readonly Violation[]): string =>
  violations.map(({ reason, detail }) => (detail ? `${reason} (${detail})` : reason)).join(', ');
