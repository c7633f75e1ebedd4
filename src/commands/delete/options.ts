import { parseGoDuration } from '../../lib/duration.ts';
import { KctlError } from '../../lib/errors.ts';
import type { CommandContext, FlagSpec, Invocation } from '../command.ts';
import { type FileOptions, hasFiles, readFileOptions } from '../shared/file-options.ts';
import { allNamespacesFlag, dryRunFlag, fieldSelectorFlag, fileFlags, selectorFlag } from '../shared/print-flags.ts';
import { type DryRun, parseDryRun } from '../shared/write-flags.ts';

export interface DeleteOptions {
  args: readonly string[];
  files: FileOptions;
  all: boolean;
  allNamespaces: boolean;
  selector: string;
  fieldSelector: string;
  propagationPolicy: 'Background' | 'Foreground' | 'Orphan';
  dryRun: DryRun;
  force: boolean;
  /** Seconds; undefined leaves it to the object. */
  gracePeriod: number | undefined;
  ignoreNotFound: boolean;
  interactive: boolean;
  nameOnly: boolean;
  raw: string;
  /** Milliseconds; 0 is without limit. */
  timeout: number;
  wait: boolean;
}

export const deleteFlags: readonly FlagSpec[] = [
  bool('all', 'Delete all objects of the types in the namespace.'),
  allNamespacesFlag,
  {
    name: 'cascade',
    type: 'string',
    default: 'background',
    bare: 'background',
    describe: 'What happens to dependents: background, foreground (they go first) or orphan (they stay).',
  },
  dryRunFlag,
  fieldSelectorFlag,
  ...fileFlags('the objects to delete'),
  bool('force', 'Remove objects at once, without waiting for what they run to stop.'),
  { name: 'grace-period', type: 'int', default: -1, describe: 'Seconds to stop in; negative leaves it to the object.' },
  bool('ignore-not-found', 'An object that does not exist counts as deleted. Default true with --all.'),
  { ...bool('interactive', 'Ask before deleting.'), short: 'i' },
  bool('now', 'Give one second to stop (--grace-period=1).'),
  { name: 'output', short: 'o', type: 'string', default: '', describe: '-o name prints type/name only.' },
  { name: 'raw', type: 'string', default: '', describe: 'Path on the server to send the DELETE to.' },
  selectorFlag,
  {
    name: 'timeout',
    type: 'duration',
    default: '0s',
    describe: 'How long to wait for the objects to be gone; 0 is without limit.',
  },
  { ...bool('wait', 'Wait until the objects are gone.'), default: true },
];

function bool(name: string, describe: string): FlagSpec {
  return { name, type: 'bool', default: false, describe };
}

const policies: Record<string, DeleteOptions['propagationPolicy']> = {
  background: 'Background',
  foreground: 'Foreground',
  orphan: 'Orphan',
  // Booleans are from before there were three ways.
  true: 'Background',
  false: 'Orphan',
};

export async function completeDelete({ args, flags, given }: Invocation): Promise<DeleteOptions> {
  const all = flags.all === true;
  const propagationPolicy = policies[String(flags.cascade)];
  if (!propagationPolicy) {
    throw new KctlError(
      'usage',
      `invalid cascade value (${flags.cascade}). Must be "background", "foreground", or "orphan"`,
    );
  }
  const output = String(flags.output);
  if (output !== '' && output !== 'name') {
    throw new KctlError('usage', `unexpected -o output mode: ${output}. We only support '-o name'`);
  }
  return {
    args,
    // The selector of a delete is the server's business, so it does not choose among the objects of files.
    files: await readFileOptions({ ...flags, selector: '' }),
    all,
    allNamespaces: flags['all-namespaces'] === true,
    selector: String(flags.selector),
    fieldSelector: String(flags['field-selector']),
    propagationPolicy,
    dryRun: parseDryRun(flags),
    force: flags.force === true,
    gracePeriod: gracePeriod(Number(flags['grace-period']), flags.now === true, flags.force === true),
    ignoreNotFound: flags['ignore-not-found'] === true || (all && !given.has('ignore-not-found')),
    interactive: flags.interactive === true,
    nameOnly: output === 'name',
    raw: String(flags.raw),
    timeout: parseGoDuration(String(flags.timeout)),
    // Nothing is gone after a dry run, and dependents that stay need no waiting.
    wait: flags.wait === true && parseDryRun(flags) === 'none',
  };
}

/** Only `--force` removes at once; a plain 0 becomes 1, so that a running program can still stop. */
function gracePeriod(seconds: number, now: boolean, force: boolean): number | undefined {
  if (now) {
    if (seconds !== -1) throw new KctlError('usage', '--now and --grace-period cannot be specified together');
    return 1;
  }
  if (force && seconds < 0) return 0;
  if (seconds === 0 && !force) return 1;
  return seconds < 0 ? undefined : seconds;
}

export function validateDelete(options: DeleteOptions, { io }: CommandContext): void {
  const { args, files, all, selector, fieldSelector, force, gracePeriod: seconds, raw } = options;
  if (raw !== '') {
    if (args.length > 0 || files.filenames.length > 1) {
      throw new KctlError('usage', '--raw may not be specified with other arguments');
    }
    if (!raw.startsWith('/')) {
      throw new KctlError('usage', `--raw must be a valid URL path: parse "${raw}": invalid URI for request`);
    }
    return;
  }
  if (args.length === 0 && !hasFiles(files)) {
    throw new KctlError(
      'usage',
      "You must provide one or more resources by argument or filename.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'",
    );
  }
  if (args.length > 0 && hasFiles(files)) {
    throw new KctlError(
      'usage',
      'when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well',
    );
  }
  if (all && selector !== '') throw new KctlError('usage', "setting 'all' parameter but found a non empty selector. ");
  if (all && fieldSelector !== '') {
    throw new KctlError('usage', "setting 'all' parameter but found a non empty field selector. ");
  }
  if (force && seconds !== undefined && seconds > 0) {
    throw new KctlError('usage', '--force and --grace-period greater than 0 cannot be specified together');
  }
  if (force || seconds === 0) {
    io.stderr.write(
      'Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.\n',
    );
  }
}
