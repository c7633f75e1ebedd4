import type { KubeObject } from '../../../api/meta.ts';
import { intOrPercent } from '../int-or-percent.ts';
import { isTerminating } from '../pods.ts';
import { isUp, type Look, type Plan, surgeOf } from './place.ts';
import { isUpdated } from './pods.ts';

interface OnNode {
  node: string;
  mayStart: boolean;
  fresh: KubeObject | undefined;
  old: KubeObject | undefined;
  /** More than one old or one new pod: placing has to tidy up first. */
  isCrowded: boolean;
}

/** Every node that wants a pod or has one, whatever may become of it. */
function survey(look: Look): OnNode[] {
  const mayStart = new Map(look.nodes.map((node) => [node.name, node.mayStart]));
  const names = [...look.nodes.filter((node) => node.mayStart || look.perNode.has(node.name)).map(({ name }) => name)];
  for (const name of look.perNode.keys()) if (!mayStart.has(name)) names.push(name);
  return names.map((node) => {
    const living = (look.perNode.get(node) ?? []).filter((pod) => !isTerminating(pod));
    const fresh = living.filter((pod) => isUpdated(look.set, pod, look.hash));
    const old = living.filter((pod) => !isUpdated(look.set, pod, look.hash));
    const isCrowded = fresh.length > 1 || old.length > 1;
    return { node, mayStart: mayStart.get(node) ?? false, fresh: fresh[0], old: old[0], isCrowded };
  });
}

/**
 * The next step of a rolling update (kubernetes daemon update.go). Without a surge old pods go as far as
 * `maxUnavailable` allows, and those that serve nobody at once; with one, new pods come beside the old.
 */
export function roll(look: Look): Plan {
  const wanted = look.nodes.filter(({ mayStart }) => mayStart).length;
  const surge = surgeOf(look.set, wanted);
  return surge > 0 ? rollAhead(look, survey(look), surge, wanted) : rollInPlace(look, survey(look), wanted);
}

function rollInPlace(look: Look, places: readonly OnNode[], wanted: number): Plan {
  const allowed = intOrPercent(look.set['spec'].updateStrategy?.rollingUpdate?.maxUnavailable ?? 1, wanted, 'up') || 1;
  let unavailable = 0;
  const down: KubeObject[] = [];
  const candidates: KubeObject[] = [];
  for (const { fresh, old, isCrowded } of places) {
    if (isCrowded || Boolean(fresh) === Boolean(old)) unavailable++;
    else if (fresh) unavailable += isUp(look, fresh) ? 0 : 1;
    else if (!isUp(look, old!)) {
      down.push(old!);
      unavailable++;
    } else candidates.push(old!);
  }
  return { create: [], remove: [...down, ...candidates.slice(0, Math.max(allowed - unavailable, 0))] };
}

function rollAhead(look: Look, places: readonly OnNode[], surge: number, wanted: number): Plan {
  const plan: Plan = { create: [], remove: [] };
  const candidates: string[] = [];
  const unwanted: KubeObject[] = [];
  let doubled = 0;
  let available = 0;
  for (const { node, mayStart, fresh, old, isCrowded } of places) {
    if (isCrowded) {
      doubled++;
      continue;
    }
    const counted = old ?? fresh;
    if (counted && isUp(look, counted)) available++;
    if (!old) continue;
    if (fresh) {
      if (isUp(look, fresh)) plan.remove.push(old);
      else doubled++;
    } else if (!mayStart) {
      // The place is given up; while it serves, only as others have taken over.
      (isUp(look, old) ? unwanted : plan.remove).push(old);
    } else if (isUp(look, old)) candidates.push(node);
    else plan.create.push(node);
  }
  plan.remove.push(...unwanted.slice(0, Math.max(available - wanted, 0)));
  plan.create.push(...candidates.slice(0, Math.max(surge - doubled, 0)));
  return plan;
}
