import { Readable, Writable } from 'node:stream';
import { main } from '../../src/cli/main.ts';

export interface Ran {
  stdout: string;
  stderr: string;
  code: number | string;
}

/** A word of a line that any shell reads alike: no expansion but of two variables without spaces, no patterns. */
const WORD = /(?:[^\s'"\\$`|&;<>(){}*?[\]~#!]|'[^']*'|"[^"$`\\]*"|\$(?:F|NS)(?!\w))+/y;
const PART = /'([^']*)'|"([^"]*)"|\$(F|NS)|[^'"$]+/g;

/**
 * The words of a line that does nothing but call the tool.
 * @returns undefined where the line needs a shell
 */
export function wordsOf(line: string, env: Readonly<Record<string, string>>): string[] | undefined {
  if (!line.startsWith('$K ')) return undefined;
  const words: string[] = [];
  for (let at = 3; at < line.length; ) {
    if (line[at] === ' ') {
      at++;
      continue;
    }
    WORD.lastIndex = at;
    const word = WORD.exec(line)?.[0];
    if (word === undefined || !/^ ?$/.test(line[at + word.length] ?? '')) return undefined;
    const parts = [...word.matchAll(PART)];
    words.push(parts.map(([all, single, double, name]) => single ?? double ?? (name ? env[name]! : all)).join(''));
    at += word.length;
  }
  return words;
}

/** kctl in this process, with nothing of this process: neither its environment nor its folder nor its streams. */
export async function runHere(words: string[], env: Record<string, string>, cwd: string): Promise<Ran> {
  const said = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof said) =>
    new Writable({
      decodeStrings: false,
      write(chunk, _encoding, done) {
        said[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
        done();
      },
    });
  const io = { stdin: Readable.from([]), stdout: stream('stdout'), stderr: stream('stderr'), env: { ...env }, cwd };
  const code = await main(words, io, 'kctl');
  return { ...said, code };
}
