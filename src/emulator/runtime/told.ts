import type { KubeObject } from '../../api/meta.ts';
import { parseGoDuration } from '../../lib/duration.ts';

/** What annotations of a pod can tell of its containers' fate. */
export type Telling =
  | 'run-for'
  | 'exit-code'
  | 'last-words'
  | 'started-after'
  | 'ready-after'
  | 'unready-after'
  | 'unhealthy-after'
  | 'oom-after'
  | 'log-script';

/** `kctl.dev/NAME.exit-code` tells of one container, `kctl.dev/exit-code` of all that nothing is told of by name. */
export function told({ metadata: { annotations } }: KubeObject, container: string, what: Telling): string | undefined {
  return annotations && (annotations[`kctl.dev/${container}.${what}`] ?? annotations[`kctl.dev/${what}`]);
}

/** True where an annotation names the container. */
export const isNamed = ({ metadata }: KubeObject, container: string, what: Telling): boolean =>
  metadata.annotations?.[`kctl.dev/${container}.${what}`] !== undefined;

/** A Go duration in ms; what is none counts as `otherwise`. */
export function durationOr(text: string, otherwise: number): number {
  try {
    return parseGoDuration(text);
  } catch {
    return otherwise;
  }
}

/** A duration that an annotation tells (ms; Infinity for `never`); undefined where it does not. */
export function toldMs(pod: KubeObject, container: string, what: Telling): number | undefined {
  const text = told(pod, container, what);
  if (text === undefined) return undefined;
  return text === 'never' ? Number.POSITIVE_INFINITY : durationOr(text, 0);
}
