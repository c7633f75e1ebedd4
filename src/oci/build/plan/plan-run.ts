import { BuildFailure } from '../build-failure.ts';
import type { Run } from '../dockerfile/instruction.ts';
import { planMount } from './mounts.ts';
import type { InlineFile } from './operations.ts';
import { argvOf, defaultPath } from './settings.ts';
import type { StageBuilder } from './stage-builder.ts';
import { proxyNames } from './variables.ts';

const NETWORKS = ['default', 'none', 'host'] as const;

/** RUN: a command upon what the stage has so far, with all that its result depends on. @throws BuildFailure */
export function planRun(stage: StageBuilder, instruction: Run): void {
  const { range, mounts, security } = instruction;
  if (security !== undefined && security !== 'sandbox') {
    throw new BuildFailure(`security.${security} is not allowed`, range, {
      hint: 'kctl runs no step with more rights.',
    });
  }
  const network = instruction.network ?? stage.scope.network;
  const known = NETWORKS.find((one) => one === network);
  if (!known) throw new BuildFailure(`unsupported network mode ${JSON.stringify(network)}`, range);

  const args = [...stage.variables.args].filter(
    (pair): pair is [string, string] => pair[1] !== undefined && !stage.variables.env.has(pair[0]),
  );
  const shown = args.filter(([name]) => !proxyNames.includes(name));
  const env = new Map([...stage.variables.env, ...shown]);
  const hiddenEnv = new Map(args.filter(([name]) => proxyNames.includes(name)));
  for (const name of proxyNames) {
    const value = stage.scope.buildArgs.get(name);
    if (value !== undefined && !env.has(name)) hiddenEnv.set(name, value);
    stage.scope.usedArgs.add(name);
  }
  if (!env.has('PATH')) hiddenEnv.set('PATH', defaultPath);

  const { argv, scripts, text } = commandOf(stage, instruction);
  const cwd = stage.config.WorkingDir || '/';
  const before =
    shown.length > 0 ? `|${shown.length} ${shown.map(([name, value]) => `${name}=${value}`).join(' ')} ` : '';
  stage.operate(
    {
      kind: 'run',
      title: `RUN ${text}`,
      ...{ range, argv, env, hiddenEnv, cwd, scripts, network: known },
      user: stage.config.User ?? '',
      mounts: mounts.map((mount) =>
        planMount(mount, {
          ...{ cwd, range },
          expand: stage.expander(instruction),
          source: (from) => stage.source(from, range),
        }),
      ),
    },
    `RUN ${before}${argv.join(' ')} # buildkit`,
  );
}

/** Where heredocs that are programs of their own lie while they run. */
const SCRIPTS = '/dev/pipes';

function commandOf(
  stage: StageBuilder,
  { command, heredocs, mounts }: Run,
): { argv: string[]; scripts: InlineFile[]; text: string } {
  const shell = stage.config.Shell;
  const flags = mounts.map((mount) => `--mount=${mount} `).join('');
  const line = command.form === 'shell' ? command.line : JSON.stringify(command.words);
  const [first] = heredocs;
  if (!first || command.form === 'exec') {
    return { argv: argvOf(command, shell), scripts: [], text: `${flags}${line}` };
  }
  const firstLine = first.content.split('\n')[0] ?? '';
  const isAlone = heredocs.length === 1 && /^\d*<<-?\s*\S+$/.test(command.line.trim());
  const title = `${flags}${line} (${firstLine}${first.content.trimEnd().includes('\n') ? '...' : ''})`;
  if (isAlone && first.content.startsWith('#!')) {
    const path = `${SCRIPTS}/${first.name}`;
    return { argv: [path], scripts: [{ name: path, content: first.content }], text: title };
  }
  // The text of the heredoc is for the shell, which puts in the variables itself.
  const script = isAlone
    ? first.content
    : [command.line, ...heredocs.map(({ content, name }) => `${content}${name}`)].join('\n');
  return { argv: argvOf({ form: 'shell', line: script }, shell), scripts: [], text: title };
}
