import type { Timing } from '../timing.ts';
import type { LogContainer, LogNote } from './log-source.ts';
import type { NoteText } from './note-text.ts';

/** A connection that is back within this time (ms) was resumed without anybody having to know. */
const patience = 1000;

/** A server that is away takes all logs with it: that is said once, and once that it is back. */
export class Trouble {
  readonly #say: (note: NoteText) => void;
  readonly #timing: Timing;
  readonly #lost = new Map<string, Error>();
  #timer: { cancel(): void } | undefined;
  #isTold = false;

  constructor(say: (note: NoteText) => void, timing: Timing) {
    this.#say = say;
    this.#timing = timing;
  }

  /** @returns true where the note is about the connection, and dealt with */
  takes({ uid, container }: Pick<LogContainer, 'uid' | 'container'>, note: LogNote): boolean {
    if (note.kind !== 'lost' && note.kind !== 'back') return false;
    this.set(`${uid} ${container}`, note.kind === 'lost' ? note.error : undefined);
    return true;
  }

  /** @param error undefined: all is well with `what` */
  set(what: string, error: Error | undefined): void {
    if (error) this.#lost.set(what, error);
    else this.#lost.delete(what);
    if (this.#lost.size > 0) this.#timer ??= this.#timing.after(patience, () => this.#tell());
    else {
      this.stop();
      if (this.#isTold) this.#say({ text: '· connected again', weight: 'quiet' });
      this.#isTold = false;
    }
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #tell(): void {
    const [error] = this.#lost.values();
    if (!error || this.#isTold) return;
    this.#isTold = true;
    this.#say({ text: `! ${wordsOf(error)}; it is tried again`, weight: 'warn' });
  }
}

/** What sockets say tells people little. */
function wordsOf({ message }: Error): string {
  const isBroken = /^unexpected error when reading|^aborted$|ECONNRESET|socket hang up|unexpected EOF|: EOF$/.test(
    message,
  );
  return isBroken ? 'the connection broke' : message.replace(/ - did you specify the right host or port\?$/, '');
}
