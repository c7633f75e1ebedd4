import type { Readable } from 'node:stream';
import type { InputEvent } from './key.ts';
import { KeyParser } from './key-parser.ts';

/** How long a lone Esc waits for the rest of a sequence. */
const escapeWaitMs = 30;

/**
 * Reads keys, mouse and paste from raw stdin and hands them on one by one.
 * @returns a function that stops reading and lets the process end.
 */
export function listenToTerminal(
  stdin: Readable,
  onEvent: (event: InputEvent) => void,
  waitMs = escapeWaitMs,
): () => void {
  const parser = new KeyParser();
  let timer: NodeJS.Timeout | undefined;
  const onData = (chunk: Buffer | string) => {
    clearTimeout(timer);
    for (const event of parser.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)) onEvent(event);
    if (parser.waiting) {
      timer = setTimeout(() => {
        for (const event of parser.flush()) onEvent(event);
      }, waitMs);
    }
  };
  stdin.on('data', onData);
  (stdin as { ref?: () => void }).ref?.();
  stdin.resume();
  return () => {
    clearTimeout(timer);
    stdin.off('data', onData);
    stdin.pause();
    (stdin as { unref?: () => void }).unref?.();
  };
}
