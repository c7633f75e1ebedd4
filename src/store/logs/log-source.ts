import type { Readable } from 'node:stream';
import type { StampedLine } from './stamped-line.ts';

/** One container of one pod. */
export interface LogContainer {
  /** The cluster it is in, where there are several. */
  context?: string;
  namespace: string;
  pod: string;
  /** Of the pod: one of the same name that comes later is another. */
  uid: string;
  container: string;
}

/** What is asked for of the past. */
export interface LogStart {
  tailLines?: number;
  sinceSeconds?: number;
  sinceTime?: string;
}

/** Opens a log with timestamps. */
export type OpenLog = (
  request: LogContainer & LogStart & { follow: boolean; previous: boolean; signal: AbortSignal },
) => Promise<Readable>;

/** What is said beside the lines. Keys are times as in `StampedLine`. */
export type LogNote =
  | { kind: 'begun' | 'gone' }
  | { kind: 'restarted'; instance: number; exitCode: number | undefined; reason: string }
  | { kind: 'ended'; exitCode: number | undefined; reason: string }
  /** It cannot be ruled out that lines of this time did not come; '' is open. */
  | { kind: 'gap'; from: string; to: string; why: string }
  /** The log cannot be read, for good. */
  | { kind: 'refused'; error: Error }
  | { kind: 'lost'; error: Error }
  | { kind: 'back' }
  | { kind: 'waiting'; reason: string };

/** Receives a container's log in order. */
export interface LogReceiver {
  /** A promise asks to wait before more is brought. */
  lines(lines: readonly StampedLine[]): Promise<void> | undefined;
  note(note: LogNote): void;
  /** Nothing more will come. */
  end(): void;
}
