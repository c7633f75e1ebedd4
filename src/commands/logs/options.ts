import { parseGoDuration } from '../../lib/duration.ts';
import { KctlError } from '../../lib/errors.ts';
import type { CommandContext, FlagSpec, Invocation } from '../command.ts';
import { usageError } from '../shared/errors.ts';
import { selectorFlag } from '../shared/print-flags.ts';
import type { BaseOptions } from './base-options.ts';
import type { ManyOptions } from './many/options.ts';
import { inlineContainer } from './name-pattern.ts';
import { readSince } from './since.ts';
import { wantsMany } from './wants-many.ts';

export interface LogsOptions extends BaseOptions {
  /** Many logs in our own way; undefined: kubectl's. */
  many: ManyOptions | undefined;
}

const bothSince = 'at most one of `sinceTime` or `sinceSeconds` may be specified';

/** With a selector, so many lines per container are enough for a start. */
const tailOfSelection = 10;

export const logsFlags: readonly FlagSpec[] = [
  bool('all-containers', "Print the logs of all of a pod's containers."),
  bool('all-pods', 'Print the logs of all pods of a workload, each line with its source.'),
  { name: 'container', short: 'c', type: 'string', default: '', describe: 'The container to read.' },
  { ...bool('follow', 'Go on printing as lines are written.'), short: 'f' },
  bool('ignore-errors', 'Go on with the other logs where one cannot be read.'),
  bool('insecure-skip-tls-verify-backend', 'Let the server read from a node whose certificate it cannot check.'),
  { name: 'limit-bytes', type: 'int', default: 0, describe: 'Most bytes to read of one log; 0 is without limit.' },
  {
    name: 'max-log-requests',
    type: 'int',
    default: 5,
    describe: 'Most logs to follow at the same time; 100 unless given where kctl reads many.',
  },
  { name: 'pod-running-timeout', type: 'duration', default: '20s', describe: 'How long to wait for a pod to exist.' },
  bool('prefix', 'Put pod and container in front of every line.'),
  { ...bool('previous', 'Print the log of the instance before the last restart.'), short: 'p' },
  selectorFlag,
  // Text: kctl reads more than durations here.
  {
    name: 'since',
    type: 'string',
    default: '0s',
    describe: 'Only lines newer than this (5s, 2m, 3h, 2d), or since a time (14:30, 2026-01-02, RFC 3339).',
  },
  { name: 'since-time', type: 'string', default: '', describe: 'Only lines after this moment (RFC 3339).' },
  {
    name: 'tail',
    type: 'int',
    default: -1,
    describe: `Last lines to print; -1 is all, or ${tailOfSelection} with a selector.`,
  },
  bool('timestamps', 'Put the time in front of every line.'),
];

function bool(name: string, describe: string): FlagSpec {
  return { name, type: 'bool', default: false, describe };
}

export async function completeLogs(invocation: Invocation, context: CommandContext): Promise<LogsOptions> {
  const isMany = wantsMany(invocation, context);
  const inline = isMany ? inlineContainer(invocation.args) : (invocation.args[1] ?? '');
  const base = readOptions(invocation, inline, context);
  if (!isMany) return { ...base, many: undefined };
  const { readManyOptions, validateMany } = await import('./many/options.ts');
  const many = await readManyOptions(base, invocation, context);
  validateMany(many, base, context);
  return { ...base, many };
}

/** kubectl's durations, and for kctl what `readSince` knows beside them. @throws KctlError as where flags are read */
function sinceOf(text: string, { tool, commandPath }: CommandContext): ReturnType<typeof readSince> {
  try {
    return tool === 'kubectl' ? { duration: parseGoDuration(text) } : readSince(text);
  } catch (error) {
    const message = `invalid argument ${JSON.stringify(text)} for "--since" flag: ${(error as Error).message}`;
    throw new KctlError('usage', message, { hint: `See '${tool} ${commandPath} --help' for usage.`, cause: error });
  }
}

function readOptions({ args, flags, given }: Invocation, inline: string, context: CommandContext): BaseOptions {
  const on = (name: string) => flags[name] === true;
  const selector = String(flags.selector);
  const tail = given.has('tail') || selector === '' ? Number(flags.tail) : tailOfSelection;
  const sinceText = sinceOf(String(flags.since), context);
  const since = 'duration' in sinceText ? sinceText.duration : 0;
  const moment = 'moment' in sinceText ? sinceText.moment : undefined;
  if (inline !== '' && flags.container !== '') {
    throw new KctlError('usage', 'only one of -c or an inline [CONTAINER] arg is allowed');
  }
  const limit = Number(flags['limit-bytes']);
  if (limit < 0) throw new KctlError('usage', '--limit-bytes must be greater than 0');
  if (tail < -1) throw new KctlError('usage', '--tail must be greater than or equal to -1');
  if (moment !== undefined && flags['since-time'] !== '') throw new KctlError('usage', bothSince);
  if (since < 0) throw new KctlError('usage', '--since must be greater than 0');
  return {
    args,
    selector,
    container: inline || String(flags.container),
    allContainers: on('all-containers'),
    allPods: on('all-pods'),
    follow: on('follow'),
    previous: on('previous'),
    prefix: on('prefix') || on('all-pods'),
    timestamps: on('timestamps'),
    insecureSkipTlsVerifyBackend: on('insecure-skip-tls-verify-backend'),
    ignoreErrors: on('ignore-errors'),
    tailLines: tail < 0 ? undefined : tail,
    // The server counts whole seconds; less than one still means "the last second".
    sinceSeconds: since > 0 ? Math.max(1, Math.ceil(since / 1000)) : undefined,
    sinceTime: flags['since-time'] === '' ? moment : String(flags['since-time']),
    limitBytes: limit > 0 ? limit : undefined,
    maxLogRequests: Number(flags['max-log-requests']),
    podRunningTimeout: parseGoDuration(String(flags['pod-running-timeout'])),
  };
}

export function validateLogs(options: LogsOptions, { tool }: CommandContext): void {
  const { args, selector, container, allContainers, many } = options;
  if (!many && (args.length > 2 || (args.length === 0 && selector === ''))) {
    throw usageError(
      "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command",
      `${tool} logs`,
    );
  }
  if (!many && args.length > 0 && selector !== '') {
    throw usageError('only a selector (-l) or a POD name is allowed', `${tool} logs`);
  }
  if (allContainers && container !== '') {
    throw new KctlError('usage', `--all-containers=true should not be specified with container name ${container}`);
  }
  if (options.sinceSeconds !== undefined && options.sinceTime !== undefined) {
    throw new KctlError('usage', bothSince);
  }
  if (options.sinceTime !== undefined && Number.isNaN(Date.parse(options.sinceTime))) {
    throw new KctlError(
      'usage',
      `parsing time "${options.sinceTime}" as "2006-01-02T15:04:05Z07:00": cannot parse "${options.sinceTime}" as "2006"`,
    );
  }
  if (options.podRunningTimeout <= 0) {
    throw new KctlError('usage', '--pod-running-timeout must be higher than zero');
  }
}
