import { groupResource } from '../../api/resource.ts';
import { KctlError } from '../../lib/errors.ts';
import type { ActionHost } from '../actions/action.ts';
import { serverRef } from '../actions/show.ts';
import { isOneNamespace } from '../state/namespaces.ts';
import { usersOf } from '../views/drills.ts';
import { localGroup } from '../views/local/local-table.ts';
import { usedKinds } from '../views/local/used-by.ts';
import { DiffModel } from '../views/object/diff-model.ts';
import { openTimeline } from '../views/object/timeline-page.ts';
import { openTree } from '../views/object/tree-page.ts';
import { openWhy } from '../views/object/why-page.ts';
import { openYaml } from '../views/object/yaml-text.ts';
import { openDescribe } from '../views/open-views.ts';
import type { ObjectRef } from '../views/view.ts';
import { say } from '../words/say.ts';
import type { CommandLine, DashboardCommand } from './command.ts';

/** The kind that a name without one is of: that of the table that is seen. */
function kindHere(host: ActionHost): string | undefined {
  const { view } = host.current();
  return view.type === 'table' && view.resource.group !== localGroup ? groupResource(view.resource) : undefined;
}

/**
 * The object that a line names: `KIND/NAME [NAMESPACE]`, `KIND NAME [NAMESPACE]`, `NAME` of the kind that is seen;
 * nothing names what is under the cursor.
 * @throws KctlError where it names none, or the server knows of none
 */
async function named(host: ActionHost, { word, args, context }: CommandLine): Promise<ObjectRef> {
  const [first, ...others] = args;
  if (first === undefined) {
    const model = host.current();
    const ref = serverRef({ host, model, target: model.target() });
    if (ref) return ref;
    throw new KctlError('usage', say('which object? :{word} KIND/NAME', { word }));
  }
  if (context) await host.switchContext(context);
  const slash = first.indexOf('/');
  const here = kindHere(host);
  const isSlashed = slash > 0;
  const isNameAlone = !isSlashed && others.length === 0;
  if (isNameAlone && here === undefined) {
    throw new KctlError('usage', say('which object? :{word} KIND/NAME', { word }));
  }
  const kind = isSlashed ? first.slice(0, slash) : isNameAlone ? here! : first;
  const [name = '', place] = isSlashed ? [first.slice(slash + 1), others[0]] : isNameAlone ? [first] : others;
  const resource = await host.resolveKind(kind);
  if (place !== undefined) await host.checkNamespace(place);
  const usual = isOneNamespace(host.namespace) ? host.namespace : host.services.cluster.namespace;
  const namespace = resource.namespaced ? (place ?? usual) : undefined;
  const { uid } = (await host.services.get(resource, namespace, name)).metadata;
  return { resource, namespace, name, ...(uid !== undefined && { uid }) };
}

function objectCommand(
  names: readonly string[],
  about: string,
  open: (host: ActionHost, ref: ObjectRef) => void,
): DashboardCommand {
  return {
    names,
    usage: '[KIND/NAME [NAMESPACE]]',
    about,
    complete: ({ resources, namespaces, contexts }, args) =>
      args.length === 0
        ? resources.filter(({ verbs }) => verbs.includes('get')).map(({ singular, plural }) => `${singular || plural}/`)
        : [...namespaces, ...contexts.map((name) => `@${name}`)],
    run: async (host, line) => open(host, await named(host, line)),
  };
}

/** What keys show of the object under the cursor, of one that is named. */
export const objectCommands: readonly DashboardCommand[] = [
  objectCommand(['why'], 'why an object is as it is, with the evidence', (host, ref) =>
    host.push(openWhy(host.services, ref)),
  ),
  objectCommand(['tree'], 'what owns an object, and all that is owned with it', (host, ref) =>
    host.push(openTree(host.services, ref)),
  ),
  objectCommand(['diff'], 'what has changed in an object', (host, ref) => host.push(new DiffModel(host.services, ref))),
  objectCommand(['used-by', 'uses'], 'who uses an object, and how', (host, ref) => {
    if (!usedKinds.includes(groupResource(ref.resource)))
      throw new KctlError('input', `not for ${ref.resource.plural}`);
    host.openTable(usersOf(ref));
  }),
  objectCommand(['timeline'], 'what happened to an object, newest first', (host, ref) =>
    host.push(openTimeline(host.services, ref)),
  ),
  objectCommand(['describe'], 'the description of an object', (host, ref) =>
    host.push(openDescribe(host.services, ref)),
  ),
  objectCommand(['yaml'], 'the YAML of an object', (host, ref) => host.push(openYaml(host.services, ref))),
];
