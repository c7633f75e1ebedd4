import type { IoStreams } from '../../lib/io.ts';

/** What a key means to a table that is watched. */
export type WatchKey = 'up' | 'down' | 'page-up' | 'page-down' | 'top' | 'bottom' | 'redraw' | 'quit' | 'suspend';

type Meaning = WatchKey | 'interrupt';

const keys: Readonly<Record<string, Meaning>> = {
  '\u0003': 'interrupt',
  '\u001a': 'suspend',
  '\u000c': 'redraw',
  q: 'quit',
  k: 'up',
  '\u001b[A': 'up',
  '\u001bOA': 'up',
  j: 'down',
  '\u001b[B': 'down',
  '\u001bOB': 'down',
  '\u001b[5~': 'page-up',
  '\u0002': 'page-up',
  '\u001b[6~': 'page-down',
  '\u0006': 'page-down',
  ' ': 'page-down',
  g: 'top',
  '\u001b[H': 'top',
  '\u001b[1~': 'top',
  G: 'bottom',
  '\u001b[F': 'bottom',
  '\u001b[4~': 'bottom',
};

/** A sequence of a function key, or one character; several may come at once. */
const sequence = /\u001b(?:\[[\d;?]*[ -/]*[@-~]|O[@-~])|[\s\S]/g;

/** What the keys in `text` mean, without those that mean nothing. */
export function readKeys(text: string): readonly Meaning[] {
  return [...text.matchAll(sequence)].flatMap(([key]) => keys[key] ?? []);
}

/** Keys that are being listened to; the terminal echoes nothing meanwhile. */
export interface Keyboard {
  /** Gives the terminal back as it was, and takes it again. */
  release(): void;
  hold(): void;
}

/**
 * Listens to the keyboard, so that what is typed neither shows nor scrolls what is drawn. Ctrl-C goes the way of any
 * interrupt. Undefined where the input is no terminal.
 */
export function listenToKeys(
  { stdin }: Pick<IoStreams, 'stdin'>,
  onKey: (key: WatchKey) => void,
): Keyboard | undefined {
  const input = stdin as IoStreams['stdin'] & { setRawMode?(mode: boolean): unknown };
  if (input.isTTY !== true || !input.setRawMode) return undefined;
  const listen = (chunk: Buffer | string) => {
    for (const key of readKeys(chunk.toString())) {
      if (key === 'interrupt') process.kill(process.pid, 'SIGINT');
      else onKey(key);
    }
  };
  return {
    hold() {
      input.setRawMode!(true);
      input.on('data', listen);
      input.resume();
    },
    release() {
      input.off('data', listen);
      input.setRawMode!(false);
      input.pause();
    },
  };
}
