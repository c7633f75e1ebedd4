/**
 * The README shows real output. A fenced block of kind `console` holds shell lines that begin with
 * `$ ` and what they print; one of kind `screen` names a size, a command and keys, and holds the
 * screen. Both are run again by the test, or written anew with `UPDATE_README=1`.
 */
export interface CapturedBlock {
  kind: 'console' | 'screen';
  /** `120x30 kctl [keys: Down d]` for a screen; empty for a console. */
  info: string;
  body: string;
}

const FENCE = /^```(console|screen)(?: (.*))?\n([\s\S]*?)^```$/gm;

export function capturedBlocks(markdown: string): CapturedBlock[] {
  return [...markdown.matchAll(FENCE)].map(([, kind, info, body]) => ({
    kind: kind as CapturedBlock['kind'],
    info: info ?? '',
    body: body ?? '',
  }));
}

/** The document with each block's body replaced, in order. */
export function withBodies(markdown: string, bodies: readonly string[]): string {
  let index = 0;
  return markdown.replace(FENCE, (_, kind: string, info: string | undefined) => {
    const fence = '```';
    return `${fence}${kind}${info ? ` ${info}` : ''}\n${bodies[index++]}${fence}`;
  });
}

/** The shell lines of a console block. */
export function shellLines(body: string): string[] {
  return body
    .split('\n')
    .filter((line) => line.startsWith('$ '))
    .map((line) => line.slice(2));
}

const RULES: [RegExp, string][] = [
  // What is free on a node depends on where chance put the pods.
  [/(wants \S+), \S+ of (\S+) free/g, '$1, SOME of $2 free'],
  [/\b(?:\d+[smhdy]){1,2}\b(?: \((?:\d+[smhdy]){1,2} ago\))?/g, 'AGE'],
  [/\b(\d{1,3}\.){3}\d{1,3}\b/g, 'IP'],
  [/\b(localhost|IP):\d+/g, '$1:PORT'],
  [/-[bcdfghjklmnpqrstvwxz2456789]{8,10}-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, '-HASH-RAND'],
  [/-\d{8}-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, '-TIME-RAND'],
  [/-[bcdfghjklmnpqrstvwxz2456789]{8,10}\b/g, '-HASH'],
  [/-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, '-RAND'],
  // How often a rollout says that it waits depends on the machine.
  [/^(Waiting for .*\n)+/gm, 'Waiting\n'],
  [/ +AGE(?= )/g, ' AGE'],
  // Names are random, so which of a set's pods comes first, and with it its node, is too.
  [/kctl-worker-\d/g, 'kctl-worker-N'],
  [/\b(CPU|MEM) \d+%/g, '$1 N%'],
  // What the dashboard has asked of the server by then.
  [/\b(API|IN) [\d.]+\w*\/min/g, '$1 N/min'],
  [/\bWatches \d+/g, 'Watches N'],
  // How many rows a table has.
  [/\)\[\d+\]/g, ')[N]'],
];

/** Pods of the demo that come, go or change state by the clock: only that they are there is the same at any moment. */
const MOVING = /^[ >]*[x!~*]? *(report|recommendations)-.*$/;

/** Takes out what differs between any two runs: ages, generated names, addresses, restarts, counts, spacing. */
export function normalise(text: string): string {
  let result = text;
  for (const [pattern, replacement] of RULES) result = result.replace(pattern, replacement);
  return result
    .split('\n')
    .map((line) => line.replace(MOVING, '$1'))
    .filter((line, index, lines) => !(line === 'report' && lines[index - 1] === 'report'))
    .map((line) => line.replace(/[ ─│╭╮╰╯]+/g, ' ').trim())
    .join('\n');
}
