import type { ResourceInfo } from '../../api/resource.ts';
import { findBuiltin } from '../../api/resources.ts';
import type { ActionHost } from '../actions/action.ts';
import type { NewTable } from '../views/view.ts';
import type { CommandLine } from './command.ts';
import { parseLine } from './parse-line.ts';

/** A table to show, and the namespace that views after it start in. */
export interface PlacedTable {
  view: NewTable;
  place: { namespace: string | undefined };
}

/** What a word means that is no command: rows of that kind. */
export async function openKind(host: ActionHost, line: CommandLine): Promise<void> {
  if (line.context) await host.switchContext(line.context);
  const resource = await host.resolveKind(line.word);
  const [wanted] = line.args;
  if (wanted !== undefined) await host.checkNamespace(wanted);
  const { view, place } = placedTable(line, resource, host.namespace);
  host.switchTable(view, place);
}

/** Labels of a line are a part of its filter: they are seen in the title, stay for other namespaces, and Esc clears them. */
export function filterOf({ filter, labels }: CommandLine): string {
  return [labels && `-l ${labels}`, filter].filter(Boolean).join(' ');
}

function placedTable(line: CommandLine, resource: ResourceInfo, current: string | undefined): PlacedTable {
  const [wanted] = line.args;
  const namespace = wanted === undefined ? current : wanted === 'all' ? undefined : wanted;
  const scope = resource.namespaced && namespace !== undefined ? { namespace } : {};
  return { view: { resource, filter: filterOf(line), scope }, place: { namespace } };
}

/**
 * The table of a line whose kind is built in, so that no server has to be asked what it is: a dashboard
 * that starts does not wait. Undefined for any other line.
 */
export function tableAtOnce(text: string, namespace: string | undefined): PlacedTable | undefined {
  const line = parseLine(text);
  const resource = line && !line.context && findBuiltin(line.word);
  return resource ? placedTable(line, resource, namespace) : undefined;
}
