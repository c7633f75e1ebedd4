import type { KubeObject } from '../../api/meta.ts';
import { quantityValue } from '../../lib/quantity.ts';
import { chanceOf } from './chance.ts';
import type { ContainerSpec } from './container.ts';
import { LOAD, loadAt, parseLoad } from './load.ts';

/** What a container uses: CPU in millicores, memory in bytes. */
export interface Usage {
  cpu: number;
  memory: number;
}

/** What an annotation of the pod says each of its containers uses: `kctl.dev/cpu-usage: 250m`. */
const TOLD = { cpu: 'kctl.dev/cpu-usage', memory: 'kctl.dev/memory-usage' } as const;
const SCALE = { cpu: 1000, memory: 1 } as const;
/** For containers that request nothing. */
const USUAL = { cpu: 20, memory: 48 * 1024 * 1024 } as const;
/** The share of its request that a container uses at least, and how much more at times. */
const SHARE = { cpu: [0.15, 0.25], memory: [0.45, 0.3] } as const;
const WAVE_MS = 20 * 60_000;

function measure(pod: KubeObject, container: ContainerSpec, resource: keyof Usage, nowMs: number): number {
  const request = container.resources?.requests?.[resource];
  const base = request === undefined ? USUAL[resource] : quantityValue(request) * SCALE[resource];
  const { annotations } = pod.metadata;
  const load = annotations?.[LOAD[resource]];
  const curve = load === undefined ? undefined : parseLoad(load);
  if (curve) {
    const wanted = loadAt(curve, base / SCALE[resource], nowMs);
    // Who wants more CPU than the limit is throttled to it.
    const limit = resource === 'cpu' ? container.resources?.limits?.[resource] : undefined;
    return (limit === undefined ? wanted : Math.min(wanted, quantityValue(limit))) * SCALE[resource];
  }
  const told = annotations?.[TOLD[resource]];
  if (told !== undefined) {
    try {
      return quantityValue(told) * SCALE[resource];
    } catch {
      return 0;
    }
  }
  const [least, more] = SHARE[resource];
  const seed = `${pod.metadata.uid} ${container.name} ${resource}`;
  const own = chanceOf(seed);
  // A slow wave, each container at its own place in it, so that figures move and stay believable. Were
  // the place tied to the level, the two would cancel out at times and all containers look alike.
  const wave = (1 + Math.sin(2 * Math.PI * (nowMs / WAVE_MS + chanceOf(`${seed} wave`)))) / 2;
  return base * (least + more * (own + wave) * 0.5);
}

/** What the running container of a simulated pod uses at a moment: the same for everybody who asks. */
export function usageOf(pod: KubeObject, container: ContainerSpec, nowMs: number): Usage {
  return {
    cpu: Math.round(measure(pod, container, 'cpu', nowMs)),
    memory: Math.round(measure(pod, container, 'memory', nowMs)),
  };
}
