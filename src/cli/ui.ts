import { type CommandContext, defineCommand } from '../commands/command.ts';
import { kubeconfigOptions } from '../commands/shared/kubeconfig-options.ts';
import type { Cluster } from '../kube/cluster.ts';
import { parseGoDuration } from '../lib/duration.ts';
import { KctlError } from '../lib/errors.ts';
import { rawTerminal } from '../lib/terminal-guard.ts';
import { kctlVersion } from '../lib/version.ts';
import type { ContextSettings } from '../settings/dashboard-settings.ts';
import { readUserFiles } from '../settings/read-user-files.ts';

interface UiOptions {
  themeName: string;
  line: string;
  snapshot: { format: string; size: string; waitMs: number } | undefined;
  plain: boolean;
  record: string;
  replay: string;
  allNamespaces: boolean;
  given: ContextSettings;
}

/** `kctl ui`, and bare `kctl` on a terminal. */
export const uiCommand = defineCommand<UiOptions>({
  flags: [
    { name: 'theme', type: 'string', default: '', describe: 'The theme to use.' },
    {
      name: 'command',
      short: 'c',
      type: 'string',
      default: '',
      describe:
        "What to show first, as typed after ':' (pods shop /web) or as an address (kctl://...); default: what was seen last.",
    },
    {
      name: 'snapshot',
      type: 'bool',
      default: false,
      describe: 'Print the view and end; no terminal is needed.',
    },
    {
      name: 'output',
      short: 'o',
      type: 'string',
      default: 'text',
      describe: 'Format of a snapshot. One of: (text, json, svg, html).',
    },
    {
      name: 'size',
      type: 'string',
      default: '',
      describe: 'Columns and rows of the screen in a snapshot (120x40); default: the view alone, as long as it is.',
    },
    {
      name: 'all-namespaces',
      short: 'A',
      type: 'bool',
      default: false,
      describe: 'Open with all namespaces.',
    },
    { name: 'readonly', type: 'bool', default: false, describe: 'Nothing that changes the cluster can be done.' },
    {
      name: 'write',
      type: 'bool',
      default: false,
      describe: 'Changes can be made although the settings say that the dashboard is read-only.',
    },
    { name: 'headless', type: 'bool', default: false, describe: 'Open without the header.' },
    { name: 'crumbsless', type: 'bool', default: false, describe: 'Open without the trail of views.' },
    // k9s' flags for what is not here in the first place: scripts that start k9s with them go on.
    { name: 'logoless', type: 'bool', default: false, describe: 'Without a logo; there is none.', hidden: true },
    { name: 'splashless', type: 'bool', default: false, describe: 'Without a splash; there is none.', hidden: true },
    {
      name: 'record',
      type: 'string',
      default: '',
      describe: 'A new file that all that comes from the cluster is recorded to, redacted.',
    },
    {
      name: 'replay',
      type: 'string',
      default: '',
      describe: 'Show a recording as it went, in place of a cluster.',
    },
    {
      name: 'plain',
      type: 'bool',
      default: false,
      describe: 'Read views out line by line, for screen readers; SCREEN_READER=1 does the same.',
    },
    { name: 'wait', type: 'duration', default: '10s', describe: 'How long a snapshot waits for its content.' },
  ],
  complete: ({ flags, args }) => ({
    themeName: String(flags.theme),
    line: String(flags.command) || args.join(' '),
    snapshot:
      flags.snapshot === true
        ? { format: String(flags.output), size: String(flags.size), waitMs: parseGoDuration(String(flags.wait)) }
        : undefined,
    plain: flags.plain === true,
    record: String(flags.record),
    replay: String(flags.replay),
    allNamespaces: flags['all-namespaces'] === true,
    given: {
      ...(flags.readonly === true ? { readOnly: true } : flags.write === true ? { readOnly: false } : {}),
      ...(flags.headless === true && { header: false }),
      ...(flags.crumbsless === true && { crumbs: false }),
    },
  }),
  validate({ snapshot, plain }, { io, tool }) {
    if (snapshot || plain || wantsLines(io.env, '') || (io.stdin.isTTY && io.stdout.isTTY)) return;
    throw new KctlError('usage', 'the dashboard needs a terminal', {
      hint: `'${tool} ui --snapshot' prints a view without one. See '${tool} --help' for the command line.`,
    });
  },
  async run({ themeName, line, snapshot, plain, record, replay: recording, allNamespaces, given: set }, context) {
    const replay =
      recording === ''
        ? undefined
        : (await import('../tui/replay/open-replay.ts')).openReplay(recording, context.io.env);
    const given = replay ? givenByReplay(replay, context) : await givenOf(context);
    const named = themeName === '' ? {} : { themeName };
    if (snapshot) {
      const { runSnapshot } = await import('../tui/snapshot/run-snapshot.ts');
      const { format, size, waitMs } = snapshot;
      return runSnapshot({
        ...given,
        io: context.io,
        ...named,
        ...(line !== '' && { line }),
        format,
        waitMs,
        ...(size !== '' && { size }),
      });
    }
    const { io } = context;
    const runs =
      plain || wantsLines(io.env, given.cluster.contextName)
        ? (await import('../tui/line-mode/run-line-mode.ts')).runLineMode
        : (await import('../tui/main.ts')).runDashboard;
    return runs({
      ...given,
      io: { ...io, stdout: rawTerminal(io.stdout), stderr: rawTerminal(io.stderr) },
      given: set,
      allNamespaces,
      ...(record !== '' && { record }),
      ...named,
      ...(line !== '' && { line: line.startsWith('kctl://') ? `open ${line}` : line }),
    });
  },
});

/**
 * `SCREEN_READER` or `KCTL_PLAIN`, anything but empty and 0; terminals that cannot be drawn on; and the setting
 * `lineMode`, which the two variables overrule where they say no.
 */
function wantsLines(env: Readonly<Record<string, string | undefined>>, context: string): boolean {
  const said = [env.SCREEN_READER, env.KCTL_PLAIN].filter((value) => value !== undefined && value !== '');
  if (env.TERM === 'dumb' || said.some((value) => !/^(0|false|no)$/i.test(value!))) return true;
  return said.length === 0 && readUserFiles(env, context).settings.lineMode === true;
}

/** The same from a recording. */
function givenByReplay<Replay extends { services: { cluster: Cluster } }>(
  replay: Replay,
  { io, signal }: CommandContext,
) {
  const clusterOptions = { env: io.env, cwd: io.cwd, stderr: io.stderr };
  return { cluster: replay.services.cluster, signal, clusterOptions, replay };
}

/** The cluster and what it was opened with, which every way of showing it needs. */
async function givenOf(context: CommandContext) {
  const cluster = await context.connect();
  // After connecting: a bundled cluster that was started for this has its kubeconfig only now.
  const options = await kubeconfigOptions(context);
  const { io, signal, tool, program } = context;
  return {
    cluster,
    signal,
    clusterOptions: { ...options, stdin: io.stdin, tool, version: kctlVersion },
    ...(program && { program }),
  };
}
