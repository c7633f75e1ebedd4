import { parseGoDuration } from '../../lib/duration.ts';
import { KctlError } from '../../lib/errors.ts';
import type { IoStreams } from '../../lib/io.ts';
import type { CommandContext, FlagSpec, Invocation } from '../command.ts';
import { cascadeFlag, type PropagationPolicy, parseCascade } from '../shared/cascade.ts';
import { type FileOptions, hasFiles, readFileOptions } from '../shared/file-options.ts';
import {
  allNamespacesFlag,
  dryRunFlag,
  fieldSelectorFlag,
  fileFlags,
  previewFlag,
  selectorFlag,
} from '../shared/print-flags.ts';
import { validateRaw } from '../shared/send-raw.ts';
import { warn } from '../shared/warn.ts';
import { readWhere, whereFlag } from '../shared/where.ts';
import { type DryRun, parseDryRun } from '../shared/write-flags.ts';

export interface DeleteOptions {
  args: readonly string[];
  files: FileOptions;
  all: boolean;
  allNamespaces: boolean;
  selector: string;
  fieldSelector: string;
  propagationPolicy: PropagationPolicy;
  dryRun: DryRun;
  force: boolean;
  /** Seconds; undefined leaves it to the object. */
  gracePeriod: number | undefined;
  ignoreNotFound: boolean;
  interactive: boolean;
  /** `--where`; '' chooses nothing by itself. */
  where?: string;
  /** The value of `-o`. */
  output: string;
  /** Show what would go and leave it. */
  preview: boolean;
  raw: string;
  /** Milliseconds; 0 is without limit. */
  timeout: number;
  wait: boolean;
}

export const forceFlag = bool('force', 'Remove objects at once, without waiting for what they run to stop.');

export const gracePeriodFlag: FlagSpec = {
  name: 'grace-period',
  type: 'int',
  default: -1,
  describe: 'Seconds to stop in; negative leaves it to the object, 0 needs --force.',
};

export const timeoutFlag: FlagSpec = {
  name: 'timeout',
  type: 'duration',
  default: '0s',
  describe: 'How long to wait for the objects to be gone; 0 is without limit.',
};

export const waitFlag = bool('wait', 'Wait until the objects are gone, finalizers and all.');

export const deleteFlags: readonly FlagSpec[] = [
  bool('all', 'Delete all objects of the types in the namespace.'),
  allNamespacesFlag,
  cascadeFlag,
  dryRunFlag,
  fieldSelectorFlag,
  ...fileFlags('the objects to delete'),
  forceFlag,
  gracePeriodFlag,
  bool(
    'ignore-not-found',
    'An object that does not exist counts as deleted. Default true with --all, -l and --field-selector.',
  ),
  { ...bool('interactive', 'Ask before deleting.'), short: 'i' },
  bool('now', 'Give one second to stop (--grace-period=1).'),
  { name: 'output', short: 'o', type: 'string', default: '', describe: '-o name prints type/name only.' },
  previewFlag,
  { name: 'raw', type: 'string', default: '', describe: 'Path on the server to send the DELETE to.' },
  selectorFlag,
  timeoutFlag,
  { ...waitFlag, default: true },
  whereFlag,
];

function bool(name: string, describe: string): FlagSpec {
  return { name, type: 'bool', default: false, describe };
}

export async function completeDelete(
  { args, flags, given }: Invocation,
  { io }: Pick<CommandContext, 'io'>,
): Promise<DeleteOptions> {
  const propagationPolicy = parseCascade(String(flags.cascade), io);
  const [selector, fieldSelector] = [String(flags.selector), String(flags['field-selector'])];
  const all = flags.all === true;
  const where = await readWhere(flags);
  const chooses = all || selector !== '' || fieldSelector !== '' || where !== '';
  const force = flags.force === true;
  const seconds = gracePeriod(Number(flags['grace-period']), flags.now === true, force);
  const dryRun = parseDryRun(flags, io);
  return {
    args,
    // Where a server is asked, the label query is its business.
    files: await readFileOptions(namesFiles(flags) ? flags : { ...flags, selector: '' }),
    all,
    allNamespaces: flags['all-namespaces'] === true,
    selector,
    fieldSelector,
    propagationPolicy,
    dryRun,
    force,
    gracePeriod: seconds,
    ignoreNotFound: flags['ignore-not-found'] === true || (chooses && !given.has('ignore-not-found')),
    interactive: flags.interactive === true || (where !== '' && !given.has('interactive') && asksUnbidden(dryRun, io)),
    where,
    output: String(flags.output),
    preview: flags.preview === true,
    raw: String(flags.raw),
    timeout: parseGoDuration(String(flags.timeout)),
    // Nothing is gone after a dry run.
    wait: flags.wait === true && dryRun === 'none',
  };
}

/** A condition may be true of more than was meant: who sits at a terminal sees what it chose before it goes. */
function asksUnbidden(dryRun: DryRun, { stdin, stdout }: IoStreams): boolean {
  return dryRun === 'none' && stdin.isTTY === true && stdout.isTTY === true;
}

function namesFiles({ filename, kustomize }: Invocation['flags']): boolean {
  return hasFiles({ filenames: filename as readonly string[], kustomize: String(kustomize) });
}

/** Only `--force` removes at once; a plain 0 becomes 1, so that a running program can still stop. */
function gracePeriod(seconds: number, now: boolean, force: boolean): number | undefined {
  if (now && seconds !== -1) throw new KctlError('usage', '--now and --grace-period cannot be specified together');
  if (now) return 1;
  if (force && seconds < 0) return 0;
  if (seconds === 0 && !force) return 1;
  return seconds < 0 ? undefined : seconds;
}

/** What kubectl refuses after it has resolved the types. @throws KctlError `usage` */
export function validateDelete(options: DeleteOptions, io: IoStreams): void {
  const { files, force, gracePeriod: seconds = -1, raw, output, interactive, preview } = options;
  const wrong: readonly (readonly [boolean, string])[] = [
    [output !== '' && output !== 'name', `unexpected -o output mode: ${output}. We only support '-o name'`],

    [force && seconds > 0, '--force and --grace-period greater than 0 cannot be specified together'],
  ];
  const found = wrong.find(([isWrong]) => isWrong);
  if (found) throw new KctlError('usage', found[1]);
  if (force && seconds === 0) warn(immediate, io);
  if (raw === '') return;
  if (interactive) throw new KctlError('usage', '--interactive can not be used with --raw');
  if (preview) throw new KctlError('usage', '--preview can not be used with --raw');
  validateRaw(raw, files, output);
}

/** Also said by other verbs that delete at once. */
const immediate =
  'Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.';
