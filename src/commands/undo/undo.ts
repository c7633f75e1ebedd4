import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { readSettings } from '../../settings/settings.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { oneOrMore, usageError } from '../shared/errors.ts';
import type { JournalEntry } from '../shared/journal/entry.ts';
import { readJournal, undoneEntries } from '../shared/journal/journal-folder.ts';
import { journalled } from '../shared/journal/journal-transport.ts';
import { readLine } from '../shared/protected-contexts.ts';
import { changeName } from './change-name.ts';
import { type Lineage, lineageOf } from './lineage.ts';
import { changesToRevert, planStep, type Step } from './plan.ts';
import { readNow } from './read-now.ts';
import { revertAll } from './revert.ts';
import { entryLine, listJson, listText, planText } from './show.ts';

interface UndoOptions {
  args: readonly string[];
  list: boolean;
  /** How --list shows them. */
  output: '' | 'json';
  limit: number;
  preview: boolean;
  partial: boolean;
  yes: boolean;
}

/** `kctl undo [ID]`: takes back what a command of kctl changed, from the journal of changes. */
export const undoCommand = defineCommand<UndoOptions>({
  flags: [
    bool('dry-run', 'The same as --preview.'),
    { name: 'limit', type: 'int', default: 20, describe: 'How many changes --list shows; 0 shows all.' },
    bool('list', 'Show the changes of the journal, the newest first.'),
    { name: 'output', short: 'o', type: 'string', default: '', describe: '-o json prints --list for programs.' },
    bool('partial', 'Put back what can be put back, where not all of it can.'),
    bool('preview', 'Show what would be done and do nothing.'),
    { ...bool('yes', 'Do not ask.'), short: 'y' },
  ],
  complete: ({ args, flags }) => ({
    args,
    list: flags['list'] === true,
    output: flags['output'] === 'json' ? 'json' : '',
    limit: Number(flags['limit']),
    preview: flags['preview'] === true || flags['dry-run'] === true,
    partial: flags['partial'] === true,
    yes: flags['yes'] === true,
  }),
  validate({ args }, { tool }) {
    if (args.length > 1) throw usageError(`Unexpected args: [${args.join(' ')}]`, `${tool} undo`);
    if (args[0] !== undefined && !/^\d+$/.test(args[0])) {
      throw usageError(`"${args[0]}" is not the number of a change`, `${tool} undo`);
    }
  },
  async run(options, context) {
    const { io, tool } = context;
    const entries = readJournal(io.env);
    const undone = undoneEntries(entries);
    if (options.list) {
      listEntries(entries, undone, options, context);
      return;
    }
    const cluster = await context.connect();
    const entry = chosen(entries, undone, options.args[0], cluster, context);
    const changes = changesToRevert(entry.changes);
    const heir = lineageOf(entries);
    const now = await readNow(changes, heir, cluster, context.signal);
    const steps = changes.map((change) => planStep(change, now));
    io.stdout.write(`${entryLine(entry, Date.now())}\n${planText(steps)}`);
    refuseImpossible(steps, options, tool);
    if (options.preview) return;
    if (!options.yes && !(await agreed(context))) {
      io.stdout.write('Nothing was changed.\n');
      return;
    }
    await putBack(entry, steps, heir, cluster, context);
  },
});

function bool(name: string, describe: string) {
  return { name, type: 'bool', default: false, describe } as const;
}

function listEntries(
  entries: readonly JournalEntry[],
  undone: ReadonlySet<number>,
  { limit, output }: UndoOptions,
  { io }: CommandContext,
): void {
  const newest = entries.toReversed();
  const shown = limit > 0 ? newest.slice(0, limit) : newest;
  if (output === 'json') {
    io.stdout.write(listJson(shown, undone));
    return;
  }
  if (entries.length === 0) {
    io.stderr.write('The journal is empty: changes are written down where a terminal is, or with KCTL_JOURNAL=1.\n');
    return;
  }
  io.stdout.write(listText(shown, undone, Date.now(), io.stdout.isTTY ? io.stdout.columns : undefined));
  if (shown.length < newest.length)
    io.stderr.write(`${newest.length - shown.length} older changes: --limit=0 shows all\n`);
}

/**
 * The entry that is named, or the last change of this cluster that stands.
 * @throws KctlError `usage`
 */
function chosen(
  entries: readonly JournalEntry[],
  undone: ReadonlySet<number>,
  id: string | undefined,
  cluster: Cluster,
  { tool }: CommandContext,
): JournalEntry {
  const { server } = cluster.transport;
  const hint = `'${tool} undo --list' shows the changes.`;
  if (id === undefined) {
    const last = entries.findLast(
      (entry) => entry.server === server && entry.undoes === undefined && !undone.has(entry.id),
    );
    if (last) return last;
    throw new KctlError('usage', 'there is no change of this cluster in the journal that could be taken back', {
      hint,
    });
  }
  const entry = entries.find((one) => one.id === Number(id));
  if (!entry) throw new KctlError('usage', `there is no change ${id} in the journal`, { hint });
  if (undone.has(entry.id)) {
    const by = entries.findLast((one) => one.undoes === entry.id)!;
    throw new KctlError('usage', `change ${id} was taken back by change ${by.id}`, {
      hint: `'${tool} undo ${by.id}' would do it again.`,
    });
  }
  if (entry.server !== server) {
    const flag = entry.context === '' ? `--server=${entry.server}` : `--context=${entry.context}`;
    throw new KctlError('usage', `change ${id} was made in another cluster: ${entry.server}, and this is ${server}`, {
      hint: `'${tool} undo ${id} ${flag}' takes it back there.`,
    });
  }
  return entry;
}

/** @throws KctlError `conflict` where nothing, or not all of it, can be put back */
function refuseImpossible(steps: readonly Step[], { partial }: UndoOptions, tool: string): void {
  const refused = steps.filter(({ does }) => does === 'refuse');
  const possible = steps.filter(({ does }) => does !== 'refuse' && does !== 'nothing');
  if (refused.length > 0 && (possible.length === 0 || !partial)) {
    const names = refused.map(({ change }) => changeName(change)).join(', ');
    const hint = possible.length > 0 ? `'${tool} undo --partial' puts back the rest.` : undefined;
    const options = hint === undefined ? {} : { hint };
    throw new KctlError('conflict', `nothing was changed: ${names} cannot be put back`, options);
  }
  if (possible.length === 0) throw new KctlError('conflict', 'there is nothing to put back');
}

/** @throws KctlError where there is nobody to ask */
async function agreed({ io, tool, signal }: CommandContext): Promise<boolean> {
  if (!io.stdin.isTTY || !io.stdout.isTTY) {
    throw new KctlError('usage', 'nobody can be asked here: nothing was changed', {
      hint: `'${tool} undo --yes' does not ask.`,
    });
  }
  io.stdout.write('Put this back? (y/n): ');
  return /^y(es)?$/i.test(await readLine(io, signal));
}

async function putBack(
  entry: JournalEntry,
  steps: readonly Step[],
  heir: Lineage,
  cluster: Cluster,
  context: CommandContext,
): Promise<void> {
  const { io, tool } = context;
  const writing = journalled(cluster, { ...context, flags: {}, undoes: entry.id }, readSettings(io.env));
  const errors: KctlError[] = [];
  await revertAll(steps, writing, heir, context.signal, ({ step, error }) => {
    if (error) errors.push(error);
    else io.stdout.write(`${changeName(step.change)} ${done[step.does]}\n`);
  });
  const own = readJournal(io.env).findLast(({ undoes }) => undoes === entry.id);
  if (own) io.stdout.write(`Change ${entry.id} is undone; '${tool} undo ${own.id}' would do it again.\n`);
  if (errors.length > 0) throw oneOrMore(errors);
}

const done: Readonly<Record<Step['does'], string>> = {
  create: 'made again',
  delete: 'deleted',
  fields: 'put back',
  nothing: '',
  refuse: '',
};
