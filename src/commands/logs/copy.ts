import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { escapeTerminalLines } from '../../lib/escape.ts';
import type { TerminalWritable } from '../../lib/io.ts';
import { rawTerminal } from '../../lib/terminal-guard.ts';
import { drained } from './drained.ts';

/**
 * Copies one log to the output. To a pipe the bytes go as they are; on a terminal, and with a
 * prefix, they go line by line, and control sequences other than colours are made visible.
 */
export async function copyLog(log: Readable, stream: TerminalWritable, prefix: string): Promise<void> {
  const out = rawTerminal(stream);
  if (prefix === '' && !out.isTTY) {
    for await (const chunk of log) await write(out, chunk as Buffer);
    return;
  }
  const decoder = new StringDecoder('utf8');
  const shown = out.isTTY ? safeLogText : (text: string) => text;
  let rest = '';
  for await (const chunk of log) {
    const lines = (rest + decoder.write(chunk as Buffer)).split('\n');
    rest = lines.pop()!;
    if (lines.length > 0) await write(out, lines.map((line) => `${prefix}${shown(line)}\n`).join(''));
    if (rest.length < longestLine) continue;
    await write(out, `${prefix}${shown(rest)}\n`);
    rest = '';
  }
  rest += decoder.end();
  if (rest !== '') await write(out, `${prefix}${shown(rest)}`);
}

/** Characters after which a line without end is broken, so that no log can fill the memory. */
const longestLine = 1024 * 1024;

const colourSequence = /(\u001b\[[\d;:]*m)/;

/** Whatever may have to be shown in another way; most values of most lines have nothing of it. */
const needsCare = /[^\x20-\x7e\xa0-\u200d\u2010-\u2029\u202f-\u2065\u206a-\ufefe\uff00-\uffff]/;

/** Colours are what programs write logs with, and harm nobody; everything else is made visible. */
export function safeLogText(line: string): string {
  if (!needsCare.test(line)) return line;
  const parts = line.replace(/\r$/, '').split(colourSequence);
  const safe = parts.map((part, at) => (at % 2 === 1 ? part : escapeTerminalLines(part))).join('');
  return parts.length > 1 ? `${safe}\u001b[0m` : safe;
}

async function write(out: TerminalWritable, data: string | Buffer): Promise<void> {
  if (!out.write(data)) await drained(out);
}
