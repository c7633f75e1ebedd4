import { escapeTerminal, escapeTerminalLines } from '../../../lib/escape.ts';
import { type BuildProgress, type Vertex, VertexLog } from './progress.ts';

/**
 * Line by line, as BuildKit's `--progress=plain`: `#5 [2/4] RUN npm ci`, `#5 0.412 added 3 packages`, `#5 DONE 0.9s`.
 * Where things happen at the same time, the heading of one comes again before its next line.
 * @param write gets whole lines
 */
export function plainProgress(write: (text: string) => void, now: () => number): BuildProgress {
  let count = 0;
  let current = 0;
  const turnTo = (number: number, name: string, isEnd: boolean): void => {
    if (current === number) return;
    if (current !== 0) write('\n');
    // One that only ends needs no second heading: its number says which it is.
    if (!isEnd) write(`#${number} ${escapeTerminal(oneLine(name))}\n`);
    current = number;
  };
  return {
    begin(name): Vertex {
      const number = ++count;
      const log = new VertexLog(now);
      turnTo(number, name, false);
      const put = (text: string, isEnd = false): void => {
        turnTo(number, name, isEnd);
        write(`#${number} ${text}\n`);
      };
      const say = (text: string, isEnd = false): void => put(escapeTerminal(text), isEnd);
      const show = (lines: ReturnType<VertexLog['add']>): void => {
        // Programs line up columns with tabs.
        for (const { seconds, text } of lines) put(`${seconds.toFixed(3)} ${escapeTerminalLines(text)}`);
      };
      const end = (text: string): void => {
        show(log.flush());
        say(text, true);
        write('\n');
        current = 0;
      };
      return {
        note: (text) => say(text),
        output: (chunk) => show(log.add(chunk)),
        missed: (why) => say(`not reused: ${why}`),
        cached: () => end('CACHED'),
        done: () => end(`DONE ${log.seconds.toFixed(1)}s`),
        failed: (message, isCancelled) => end(isCancelled ? 'CANCELED' : `ERROR: ${message}`),
        tail: () => log.tail(),
      };
    },
    end() {},
  };
}

/** Nothing is shown; what failed still can be. */
export function quietProgress(now: () => number): BuildProgress {
  return {
    begin() {
      const log = new VertexLog(now);
      return {
        ...{ note() {}, missed() {}, cached() {}, done() {}, failed() {} },
        output: (chunk) => void log.add(chunk),
        tail: () => log.tail(),
      };
    },
    end() {},
  };
}

export const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
