import { BuildFailure } from '../build-failure.ts';
import type { Run } from '../dockerfile/instruction.ts';
import type { SourceRange } from '../dockerfile/source-error.ts';
import { planMounts } from './mounts.ts';
import type { InlineFile } from './operations.ts';
import { argvOf, defaultPath } from './settings.ts';
import type { StageBuilder } from './stage-builder.ts';
import { proxyNames } from './variables.ts';

const NETWORKS = ['default', 'none', 'host'] as const;

/** RUN: a command upon what the stage has so far, with all that its result depends on. @throws BuildFailure */
export function planRun(stage: StageBuilder, instruction: Run): void {
  const { range, mounts } = instruction;
  const { network, isPrivileged } = rightsOf(stage, instruction);
  for (const device of instruction.devices) checkDevice(stage.expander(instruction)(device), range);

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
      ...{ range, argv, env, hiddenEnv, cwd, scripts, network, isPrivileged },
      user: stage.config.User ?? '',
      mounts: planMounts(mounts, {
        ...{ cwd, range },
        expand: stage.expander(instruction),
        source: (from) => stage.source(from, range),
      }),
    },
    `RUN ${before}${argv.join(' ')} # buildkit`,
  );
}

/**
 * What a step may have beside what all have is to be allowed by who builds (BuildKit, entitlements). A network for all
 * steps, `--network host`, allows itself.
 */
function rightsOf(
  { scope }: StageBuilder,
  { range, network = scope.network, security = 'sandbox' }: Run,
): { network: (typeof NETWORKS)[number]; isPrivileged: boolean } {
  const known = NETWORKS.find((one) => one === network);
  if (!known) throw new BuildFailure(`unsupported network mode ${JSON.stringify(network)}`, range);
  if (security !== 'sandbox' && security !== 'insecure') {
    throw new BuildFailure(`security ${JSON.stringify(security)} is not valid`, range);
  }
  const asked = [
    ...(network === 'host' && scope.network !== 'host' ? ['network.host'] : []),
    ...(security === 'insecure' ? ['security.insecure'] : []),
  ];
  for (const right of asked) {
    if (scope.allowed.has(right)) continue;
    throw new BuildFailure(`${right} is not allowed`, range, { hint: `Allow it: kctl build --allow ${right}` });
  }
  return { network: known, isPrivileged: security === 'insecure' };
}

/** Devices are given by the specifications of their makers (CDI); without any, only such can be asked for that may be missing. */
function checkDevice(text: string, range: SourceRange): void {
  const fields = text.split(',');
  const name = fields.find((field) => !/^required(=|$)/.test(field))?.replace(/^name=/, '') ?? '';
  if (!/^[a-zA-Z][\w.-]*\/[a-zA-Z][\w-]*(=[\w.:*-]+)?$/.test(name)) {
    throw new BuildFailure(`invalid device ${JSON.stringify(name)}`, range, {
      hint: 'VENDOR/CLASS=NAME: nvidia.com/gpu=all',
    });
  }
  if (!fields.some((field) => /^required(=(true|1))?$/i.test(field))) return;
  throw new BuildFailure(`required device ${JSON.stringify(name)} is not registered`, range, {
    hint: 'kctl gives no devices of the machine to builds.',
  });
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
