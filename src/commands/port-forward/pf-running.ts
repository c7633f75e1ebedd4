import { readFileSync } from 'node:fs';
import { humanDuration } from '../../lib/age.ts';
import { byteText } from '../../lib/byte-text.ts';
import { KctlError } from '../../lib/errors.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import { changeKeptForwards, type KeptForwards, keptForwards } from '../../store/forwards/ask-keepers.ts';
import { readForwardSets } from '../../store/forwards/forward-sets.ts';
import { hostsPath, writeHostLines } from '../../store/forwards/hosts-file.ts';
import type { RunningForward } from '../../store/forwards/running-forward.ts';
import { defineCommand } from '../command.ts';
import { textTable } from '../shared/text-table.ts';

const HEADERS = [
  'NAME',
  'URL',
  'TARGET',
  'NAMESPACE',
  'CONTEXT',
  'POD',
  'STATE',
  'OPEN',
  'RECEIVED',
  'SENT',
  'AGE',
  'KEPT BY',
];

/** `kctl pf list`: the forwards of every kctl of this user, and the saved sets. */
export const pfListCommand = defineCommand<{ isJson: boolean }>({
  flags: [{ name: 'output', short: 'o', type: 'string', default: '', describe: 'Output format: json.' }],
  complete({ flags }) {
    if (flags.output !== '' && flags.output !== 'json') {
      throw new KctlError('usage', `--output must be json, not "${flags.output}"`);
    }
    return { isJson: flags.output === 'json' };
  },
  async run({ isJson }, { io }) {
    const kept = await keptForwards(io.env);
    await clearNames(io.env);
    const sets = readForwardSets(io.env);
    if (isJson) {
      const forwards = kept.flatMap(({ keeper, forwards }) => forwards.map((forward) => ({ ...forward, keeper })));
      io.stdout.write(`${JSON.stringify({ forwards, sets }, null, 4)}\n`);
      return;
    }
    const rows = kept.flatMap(({ keeper, forwards }) => forwards.map((forward) => rowOf(forward, keeper)));
    if (rows.length > 0) io.stdout.write(textTable(HEADERS, rows));
    else io.stdout.write('Nothing is forwarded.\n');
    for (const { forwards, keeper, trouble } of kept) {
      if (trouble) io.stderr.write(`warning: process ${keeper.pid}: ${trouble}\n`);
      for (const { name, reason, lastError, lastErrorAt } of forwards) {
        const say = (text: string) => io.stderr.write(`${escapeTerminal(text)}\n`);
        if (reason) say(`${name}: ${reason}`);
        if (lastError) say(`${name} (${humanDuration(Date.now() - lastErrorAt)} ago): ${lastError}`);
      }
    }
    const saved = Object.entries(sets).map(([name, { words, autostart }]) => [
      autostart ? `${name} (autostart)` : name,
      words.join(' '),
    ]);
    if (saved.length > 0) io.stdout.write(`\n${textTable(['SET', 'FORWARDS'], saved)}`);
  },
});

function rowOf(forward: RunningForward, { pid, kind }: KeptForwards['keeper']): string[] {
  const { name, url, target, remote, namespace, context, pod, phase, open, received, sent, since } = forward;
  return [
    ...[name, url, `${target}:${remote}`, namespace, context || '-', pod || '-', phase, String(open)],
    ...[byteText(received), byteText(sent), humanDuration(Date.now() - since), `${pid} (${kind})`],
  ];
}

/** Names that a process has left in the hosts file which had no time to take them away. */
async function clearNames(env: Record<string, string | undefined>): Promise<void> {
  const path = hostsPath(env);
  try {
    if (readFileSync(path, 'utf8').includes('# kctl port-forwards of process')) await writeHostLines(path, []);
  } catch {
    // Who may not write there has not left anything there.
  }
}

/** `kctl pf down [NAME|all ...]`: stops forwards wherever they run. */
export const pfDownCommand = defineCommand<{ names: readonly string[] }>({
  flags: [],
  complete: ({ args }) => ({ names: args.filter((name) => name !== 'all') }),
  async run({ names }, { io, tool }) {
    const forwards = (await keptForwards(io.env)).flatMap((each) => each.forwards);
    const fits = (forward: RunningForward, name: string) =>
      [forward.name, forward.id, forward.target, forward.url, String(forward.local)].includes(name) ||
      forward.set.split(',').includes(name);
    for (const name of names) {
      if (forwards.some((forward) => fits(forward, name))) continue;
      throw new KctlError('input', `nothing is forwarded that is called "${name}"`, { hint: `See ${tool} pf list.` });
    }
    const chosen = forwards.filter((forward) => names.length === 0 || names.some((name) => fits(forward, name)));
    const done = new Set(
      await changeKeptForwards(
        io.env,
        'stop',
        chosen.map(({ id }) => id),
      ),
    );
    for (const { id, name, url } of chosen) {
      if (done.has(id)) io.stdout.write(`${escapeTerminal(name)} stopped (${url})\n`);
    }
    if (chosen.length === 0) io.stdout.write('Nothing is forwarded.\n');
  },
});
