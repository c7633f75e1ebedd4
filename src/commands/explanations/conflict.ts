import type { KubeObject, ManagedFieldsEntry } from '../../api/meta.ts';
import { type ResourceInfo, resourcePath } from '../../api/resource.ts';
import { ageSince } from '../../lib/age.ts';
import type { Asked, Said } from './explanation.ts';

/** Who wrote it last. */
export async function* explainConflict(asked: Asked): AsyncGenerator<Said> {
  yield 'It was changed by somebody else after it was read; nothing of yours was written. Read it again and repeat the change.';
  const { object, now } = (await objectOf(asked)) ?? {};
  const last = object && writers(object).at(-1);
  if (last && now !== undefined) yield `Written last by ${writerOf(last)}, ${ageSince(last.time, now)} ago.`;
}

/** Since when it is there, and by whom. */
export async function* explainExists(asked: Asked): AsyncGenerator<Said> {
  const { object, now, resource } = (await objectOf(asked)) ?? {};
  if (!object || !resource || now === undefined) return;
  const { name, namespace, creationTimestamp, deletionTimestamp } = object.metadata;
  const [first] = writers(object);
  const where = namespace ? ` in namespace ${namespace}` : '';
  yield `${resource.kind} ${name} is there${where} since ${ageSince(creationTimestamp, now)}${first ? `, made by ${writerOf(first)}` : ''}. To change it, apply a file or edit it; to have a new one, delete it first.`;
  if (deletionTimestamp)
    yield `It is being deleted${object.metadata.finalizers?.length ? `, and waits for ${object.metadata.finalizers.join(', ')}` : ''}: its name is free once it is gone.`;
}

/** The object that a server's answer names, as it is now. */
async function objectOf({
  status,
  connect,
  signal,
}: Asked): Promise<{ object: KubeObject; resource: ResourceInfo; now: number } | undefined> {
  const { name = '', kind = '', group = '' } = status?.details ?? {};
  if (name === '' || kind === '') return undefined;
  const { discovery, transport, namespace } = await connect();
  const resource = await discovery.resolve(group ? `${kind}.${group}` : kind);
  const path = resourcePath(resource, { namespace, name });
  return { object: await transport.json<KubeObject>({ method: 'GET', path, signal }), resource, now: transport.now() };
}

/** Who wrote it, the last one last. */
function writers({ metadata }: KubeObject): ManagedFieldsEntry[] {
  const timed = (metadata.managedFields ?? []).filter(({ time }) => time !== undefined);
  return timed.sort((a, b) => Date.parse(a.time!) - Date.parse(b.time!));
}

const writerOf = ({ manager, subresource }: ManagedFieldsEntry): string =>
  `${manager ?? 'somebody'}${subresource ? ` (${subresource})` : ''}`;
