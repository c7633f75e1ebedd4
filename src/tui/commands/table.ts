import type { ActionHost } from '../actions/action.ts';
import type { CommandLine } from './command.ts';

/** What a word means that is no command: rows of that kind. */
export async function openKind(host: ActionHost, line: CommandLine): Promise<void> {
  if (line.context) await host.switchContext(line.context);
  const resource = await host.resolveKind(line.word);
  const [wanted] = line.args;
  if (wanted !== undefined) await host.checkNamespace(wanted);
  const namespace = wanted === undefined ? host.namespace : wanted === 'all' ? undefined : wanted;
  const scope = {
    ...(resource.namespaced && namespace !== undefined ? { namespace } : {}),
    ...(line.labels ? { labelSelector: line.labels } : {}),
  };
  host.switchTable({ resource, filter: line.filter ?? '', scope }, { namespace });
}
