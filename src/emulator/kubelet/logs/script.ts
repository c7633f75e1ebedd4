import type { KubeObject } from '../../../api/meta.ts';
import { parseGoDuration } from '../../../lib/duration.ts';
import type { Lister } from '../../client.ts';
import { told } from '../../runtime/told.ts';
import type { LogLine } from './profiles.ts';

/** What a container is to say: ms after its start, text; and after how long it begins again (0: it does not). */
export interface LogScript {
  lines: readonly (readonly [number, string])[];
  cycleMs: number;
}

/** The time from one line to the next where the script does not say another. */
const USUAL_MS = 1000;
const SHORTEST_CYCLE_MS = 100;
const PACED = /^\+(\S+)(?: (.*))?$/;

/**
 * The annotation `log-script`: the lines themselves, or `configmap:NAME/KEY` for those of a ConfigMap of the namespace.
 * Undefined where there is none (or no such ConfigMap).
 */
export function scriptText(lister: Lister, pod: KubeObject, container: string): string | undefined {
  const text = told(pod, container, 'log-script');
  const reference = text?.match(/^configmap:([^/\s]+)(?:\/(\S+))?$/);
  if (!reference) return text;
  const data: Record<string, string> =
    lister.get<KubeObject>('configmaps', pod.metadata.namespace, reference[1]!)?.['data'] ?? {};
  return data[reference[2] ?? Object.keys(data).sort()[0] ?? ''];
}

function msOf(text: string): number | undefined {
  try {
    return parseGoDuration(text);
  } catch {
    return undefined;
  }
}

/** A line comes a second after the one before; `+5s text` says another time. `repeat` as the last line begins anew. */
export function readScript(text: string): LogScript {
  const rows = text.replace(/\n+$/, '').split('\n');
  const isEndless = rows.at(-1)?.trim() === 'repeat';
  if (isEndless) rows.pop();
  const lines: [number, string][] = [];
  let at = 0;
  for (const row of rows) {
    const paced = row.match(PACED);
    const wait = paced ? msOf(paced[1]!) : undefined;
    at += wait ?? USUAL_MS;
    lines.push([at, wait === undefined ? row : (paced![2] ?? '')]);
  }
  return { lines, cycleMs: isEndless && lines.length > 0 ? Math.max(at, SHORTEST_CYCLE_MS) : 0 };
}

/** The lines with `from <= at < to` of a script that began at `start`. */
export function scriptLines({ lines, cycleMs }: LogScript, start: number, from: number, to: number): LogLine[] {
  const out: LogLine[] = [];
  const first = cycleMs === 0 ? 0 : Math.max(Math.floor((from - start) / cycleMs) - 1, 0);
  const last = cycleMs === 0 ? 0 : Math.floor((to - start) / cycleMs);
  for (let cycle = first; cycle <= last; cycle++) {
    for (const [ms, text] of lines) {
      const at = start + cycle * cycleMs + ms;
      if (at >= from && at < to) out.push({ at, text });
    }
  }
  return out;
}

/** When the next line after `now` is due; undefined: no more come. */
export function nextScriptLine(script: LogScript, start: number, now: number): number | undefined {
  const { lines, cycleMs } = script;
  const last = lines.at(-1)?.[0] ?? 0;
  if (cycleMs === 0 && now >= start + last) return undefined;
  return scriptLines(script, start, now + 1, now + 2 + Math.max(last, cycleMs, start - now + last)).at(0)?.at;
}
