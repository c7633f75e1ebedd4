import { KctlError } from '../../../lib/errors.ts';
import { journalResource } from '../../views/local/journal.ts';
import { say } from '../../words/say.ts';
import { type Action, type ActionContext, everyView } from '../action.ts';
import type { Change } from './change.ts';
import { propose } from './propose.ts';

/** One change of the journal, as `kctl undo --list -o json` prints it. */
interface ListedChange {
  id: number;
  server: string;
  state: string;
  command: string;
  objects: readonly string[];
}

/** @param wanted its number; undefined: the last one that stands */
async function listedChange({ host }: ActionContext, wanted: string | undefined): Promise<ListedChange | undefined> {
  const { services } = host;
  const { code, stdout, stderr } = await services.run(['undo', '--list', '-o', 'json', '--limit=0']);
  if (code !== 0) throw new KctlError('input', stderr.trim());
  if (wanted !== undefined) return (JSON.parse(stdout) as ListedChange[]).find(({ id }) => String(id) === wanted);
  const { server } = services.cluster.transport;
  // What takes a change back is none to take back by a key that is pressed twice.
  const last = (JSON.parse(stdout) as ListedChange[]).find((one) => one.server === server && one.state === '');
  if (!last) throw new KctlError('input', say('there is no change of this cluster to take back'));
  return last;
}

/** Takes back a change of the journal, after it was shown what that would do. */
export async function undoChange(context: ActionContext, wanted: string | undefined): Promise<void> {
  const listed = await listedChange(context, wanted);
  const id = wanted ?? String(listed!.id);
  const { services } = context.host;
  const change: Change = {
    title: say('Take back change {id}?', { id }),
    confirmLabel: 'Take back',
    targets: [{ resource: journalResource, namespace: undefined, name: id }],
    unlisted: true,
    ...(listed && { objects: listed.objects.length }),
    argv: () => ['undo', id, '--yes'],
    async preview(_, signal) {
      const { stdout, stderr } = await services.run(['undo', id, '--preview'], { signal });
      return (stdout + stderr).trimEnd().split('\n');
    },
    done: say('Change {id} is taken back', { id }),
  };
  const tally = await propose(context, change);
  const { host } = context;
  if (tally && host.current() === context.model && isJournal(context)) host.current().refresh();
}

function isJournal({ model }: ActionContext): boolean {
  return model.view.type === 'table' && model.view.resource === journalResource;
}

export const journalActions: readonly Action[] = [
  {
    id: 'undo',
    label: 'Undo',
    group: 'Change',
    views: everyView,
    verb: 'patch',
    danger: true,
    apply: (context) => undoChange(context, isJournal(context) ? context.target?.name : undefined),
  },
];
