import { closeSync, openSync, writeSync } from 'node:fs';
import type { KubeObject, TableRow } from '../../api/meta.ts';
import { kctlVersion } from '../../lib/version.ts';
import { redactObject, redactRow, redactText } from '../../store/redact.ts';
import type { Timing } from '../../store/timing.ts';
import type { InputEvent } from '../term/key.ts';
import { type RecordedEntry, type RecordingHead, recordingVersion } from './recording.ts';

type Untimed<Entry> = Entry extends unknown ? Omit<Entry, 't'> : never;

/** Writes a recording, redacted, line by line: what is there after `kill -9` can be read. Only its owner may read it. */
export class Recorder {
  readonly file: string;
  readonly #descriptor: number;
  readonly #start: number;
  readonly #timing: Timing;
  readonly #opened = new Set<number>();
  #bytes = 0;
  #problem: Error | undefined;

  /** @throws the file system's error where `file` cannot be made; one that exists is not written over */
  constructor(
    file: string,
    timing: Timing,
    about: Omit<RecordingHead, 'kctl' | 'version' | 'by' | 'start' | 'redacted'>,
  ) {
    this.file = file;
    this.#timing = timing;
    this.#start = timing.now();
    this.#descriptor = openSync(file, 'wx', 0o600);
    const head: RecordingHead = {
      kctl: 'recording',
      version: recordingVersion,
      by: `kctl ${kctlVersion}`,
      start: new Date(this.#start).toISOString(),
      ...about,
      redacted: true,
    };
    this.#line(head);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Why nothing more is written: the disk is full. */
  get problem(): Error | undefined {
    return this.#problem;
  }

  #line(value: unknown): void {
    if (this.#problem) return;
    try {
      this.#bytes += writeSync(this.#descriptor, `${JSON.stringify(value)}\n`);
    } catch (error) {
      this.#problem = error as Error;
    }
  }

  #entry(entry: Untimed<RecordedEntry>): void {
    this.#line({ t: Math.round(this.#timing.now() - this.#start), ...entry });
  }

  /** Names a collection before the first that is told of it. */
  open(id: number, what: 'table' | 'objects', key: string): void {
    if (this.#opened.has(id)) return;
    this.#opened.add(id);
    this.#entry({ open: id, what, key });
  }

  source(entry: Untimed<Extract<RecordedEntry, { id: number }>>): void {
    if ('replace' in entry) this.#entry({ ...entry, replace: entry.replace.map(clean) });
    else if ('change' in entry) this.#entry({ ...entry, item: clean(entry.item) });
    else this.#entry({ ...entry, ...(entry.problem !== undefined && { problem: redactText(entry.problem) }) });
  }

  answer(key: string, value: unknown): void {
    this.#entry({ answer: key, value: cleanAnswer(value) });
  }

  refusal(key: string, error: Error): void {
    this.#entry({ answer: key, problem: redactText(error.message) });
  }

  log(key: string, text: string): void {
    this.#entry({ log: key, text: redactText(text) });
  }

  input(event: InputEvent): void {
    this.#entry({ input: event });
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

const clean = (item: TableRow | KubeObject): TableRow | KubeObject =>
  'cells' in item ? redactRow(item as TableRow) : redactObject(item as KubeObject);

function cleanAnswer(value: unknown): unknown {
  if (typeof value === 'string') return redactText(value);
  if (Array.isArray(value)) return value.map((one) => cleanAnswer(one));
  return typeof value === 'object' && value !== null ? redactObject(value as KubeObject) : value;
}
