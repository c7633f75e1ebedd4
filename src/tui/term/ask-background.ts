import type { Readable } from 'node:stream';

/** xterm's "OSC 11 ; ?": the terminal answers with its background colour (xterm control sequences, "Operating System Commands"). */
const question = '\u001b]11;?\u001b\\';
const answer = /\u001b\]11;rgba?:([0-9a-f]{1,4})\/([0-9a-f]{1,4})\/([0-9a-f]{1,4})/i;
const waitMs = 2000;

/**
 * Asks the terminal for its background. Nobody waits for the answer: terminals that know no such question say
 * nothing. What it says goes by the parser of keys as well, which swallows it.
 * @returns ends the listening
 */
export function askBackground(
  stdin: Readable,
  stdout: { write(text: string): unknown },
  onAnswer: (background: 'dark' | 'light') => void,
): () => void {
  let seen = '';
  const stop = () => {
    clearTimeout(timer);
    stdin.off('data', onData);
  };
  const onData = (chunk: Buffer | string) => {
    seen = (seen + chunk.toString()).slice(-200);
    const match = answer.exec(seen);
    if (!match) return;
    stop();
    onAnswer(isLight(match.slice(1)) ? 'light' : 'dark');
  };
  const timer = setTimeout(stop, waitMs);
  timer.unref();
  stdin.on('data', onData);
  stdout.write(question);
  return stop;
}

/** By the luma of ITU-R BT.601; each part has one to four hexadecimal digits. */
function isLight(parts: readonly string[]): boolean {
  const [red = 0, green = 0, blue = 0] = parts.map((part) => Number.parseInt(part, 16) / (16 ** part.length - 1));
  return 0.299 * red + 0.587 * green + 0.114 * blue > 0.5;
}
