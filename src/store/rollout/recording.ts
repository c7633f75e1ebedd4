import { KctlError } from '../../lib/errors.ts';
import { kctlVersion } from '../../lib/version.ts';
import { redactObject, redactText } from '../redact.ts';
import type { RolloutEvent } from './state.ts';

/** The first line of a recorded watch: JSON lines, of which each is complete in itself. */
export interface RecordingHead {
  kctl: 'rollout';
  version: 1;
  by: string;
  /** RFC 3339, on the cluster's clock; entries count from here. */
  start: string;
  redacted: true;
  workloads: { kind: string; namespace: string; name: string }[];
}

/** One thing that happened. */
export interface RecordedEntry {
  /** ms since the start. */
  t: number;
  /** Which of the workloads. */
  of: number;
  event?: RolloutEvent;
  /** How the watch of this workload ended. */
  verdict?: { code: number; message: string };
}

export interface Recording {
  head: RecordingHead;
  entries: readonly RecordedEntry[];
}

/** Writes lines of a recording; secrets in them are redacted as in the dashboard's recordings. */
export class RolloutRecorder {
  readonly #write: (line: string) => void;
  readonly #start: number;
  readonly #now: () => number;

  /** @param now ms on the cluster's clock */
  constructor(write: (line: string) => void, now: () => number, workloads: RecordingHead['workloads']) {
    this.#write = write;
    this.#now = now;
    this.#start = now();
    const start = new Date(this.#start).toISOString();
    const head: RecordingHead = {
      ...{ kctl: 'rollout', version: 1, by: `kctl ${kctlVersion}`, start },
      ...{ redacted: true, workloads },
    };
    this.#line(head);
  }

  event(of: number, event: RolloutEvent): void {
    this.#line({ t: this.#elapsed(), of, event: clean(event) });
  }

  verdict(of: number, { code, message }: { code: number; message: string }): void {
    this.#line({ t: this.#elapsed(), of, verdict: { code, message: redactText(message) } });
  }

  #elapsed(): number {
    return Math.max(0, Math.round(this.#now() - this.#start));
  }

  #line(value: RecordingHead | RecordedEntry): void {
    this.#write(`${JSON.stringify(value)}\n`);
  }
}

function clean(event: RolloutEvent): RolloutEvent {
  switch (event.type) {
    case 'put':
    case 'drop':
      return { ...event, object: redactObject(event.object) };
    case 'list':
      return { ...event, objects: event.objects.map(redactObject) };
    case 'node':
      return { ...event, object: event.object && redactObject(event.object) };
    case 'log':
      return { ...event, log: { ...event.log, lines: event.log.lines.map(redactText) } };
    default:
      return event;
  }
}

/**
 * Reads a recorded watch; a last line that was cut short is left out.
 * @throws KctlError `input` where it is none, or of a later version
 */
export function readRecording(text: string, name: string): Recording {
  const lines = text.split('\n').filter((line) => line !== '');
  const [head, ...entries] = lines.flatMap((line, index) => {
    try {
      return [JSON.parse(line)];
    } catch {
      if (index === lines.length - 1 && index > 0) return [];
      throw new KctlError('input', `${name}: line ${index + 1} is not JSON`);
    }
  });
  if (head?.kctl !== 'rollout') throw new KctlError('input', `${name} is not a recorded rollout`, { hint });
  if (head.version !== 1) throw new KctlError('input', `${name} was recorded by a later version (${head.by})`);
  if (!Array.isArray(head.workloads) || Number.isNaN(Date.parse(head.start))) throw damaged(name, 1);
  const wrong = entries.findIndex((entry) => !(entry?.t >= 0 && head.workloads[entry.of]));
  if (wrong >= 0) throw damaged(name, wrong + 2);
  return { head, entries };
}

const damaged = (name: string, line: number): KctlError =>
  new KctlError('input', `${name} is damaged: line ${line} is no line of a recorded rollout`);

const hint = 'Record one with "kctl rollout watch deploy/web --record FILE".';
