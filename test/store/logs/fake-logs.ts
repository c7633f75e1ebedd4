import { Readable } from 'node:stream';
import { type ApiStatus, ApiStatusError } from '../../../src/api/status.ts';
import type { ContainerView } from '../../../src/store/logs/container-view.ts';
import type { LogNote, LogReceiver, OpenLog } from '../../../src/store/logs/log-source.ts';
import type { Timing } from '../../../src/store/timing.ts';

/** Time passes at once, a step at each turn of the event loop. */
export function quickTiming(): Timing {
  let now = Date.parse('2026-01-02T03:10:00Z');
  return {
    now: () => now,
    after(ms, run) {
      let isCancelled = false;
      setImmediate(() => {
        if (isCancelled) return;
        now += ms;
        run();
      });
      return {
        cancel() {
          isCancelled = true;
        },
      };
    },
  };
}

export const view = (instance: number, phase: ContainerView['phase'], more: Partial<ContainerView> = {}) => ({
  ...{ instance, phase, isBetween: false, reason: '', exitCode: undefined, exitReason: '' },
  ...{ isOver: false, isLeaving: false, ...more },
});

/** The logs of a container as a kubelet has them: one file per instance, times in whole seconds for questions. */
export class FakeLogs {
  /** By instance; undefined: rotated away or gone. */
  readonly files: (string[] | undefined)[] = [];
  readonly requests: { sinceTime: string | undefined; previous: boolean; tailLines: number | undefined }[] = [];
  /** After how many characters each connection breaks; when they are used up, streams end well. */
  cuts: number[] = [];
  /** Called before each request is answered. */
  onOpen: (count: number) => void = () => undefined;
  /** Called at the end of a stream that ended well. */
  onEnd: () => void = () => undefined;

  /** Lines of an instance, so many in each millisecond from a second on. */
  write(instance: number, second: number, count: number, perMs = 3): string[] {
    const lines = Array.from({ length: count }, (_, at) => {
      const time = new Date(Date.parse('2026-01-02T03:00:00Z') + second * 1000 + Math.floor(at / perMs) * 40);
      return `${time.toISOString().slice(0, 23)}000000Z ${instance}.${second}.${at}`;
    });
    this.files[instance] = [...(this.files[instance] ?? []), ...lines];
    return lines.map((line) => line.slice(31));
  }

  readonly open: OpenLog = async ({ sinceTime, previous, tailLines }) => {
    this.requests.push({ sinceTime, previous, tailLines });
    this.onOpen(this.requests.length);
    const file = this.files[this.files.length - (previous ? 2 : 1)];
    if (!file) throw new ApiStatusError(refusal);
    const from = sinceTime?.replace(/Z$/, '.000000000Z') ?? '';
    const lines = file.filter((line) => line.slice(0, 30) >= from).slice(-(tailLines ?? Number.POSITIVE_INFINITY));
    const text = lines.map((line) => `${line}\n`).join('');
    const cut = this.cuts.shift();
    const { onEnd } = this;
    return Readable.from(
      (async function* () {
        yield Buffer.from(text.slice(0, cut));
        if (cut !== undefined && cut <= text.length) throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
        onEnd();
      })(),
    );
  };
}

const refusal: ApiStatus = {
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  code: 400,
  reason: 'BadRequest',
  message: 'previous terminated container "main" in pod "p" not found',
};

/** What came, in order: lines as they are, notes by their kind. */
export class Heard implements LogReceiver {
  readonly all: (string | LogNote)[] = [];

  lines(lines: readonly { text: string }[]): undefined {
    for (const { text } of lines) this.all.push(text);
  }

  note(note: LogNote): void {
    this.all.push(note);
  }

  isEnded = false;

  end(): void {
    this.isEnded = true;
  }

  get texts(): string[] {
    return this.all.filter((each) => typeof each === 'string');
  }

  get kinds(): string[] {
    return this.all
      .flatMap((each) => (typeof each === 'string' ? [] : each.kind))
      .filter((kind) => !/lost|back/.test(kind));
  }

  gaps(): Extract<LogNote, { kind: 'gap' }>[] {
    return this.all.flatMap((each) => (typeof each !== 'string' && each.kind === 'gap' ? each : []));
  }
}
