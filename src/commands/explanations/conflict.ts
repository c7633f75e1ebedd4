import type { KubeObject, ManagedFieldsEntry } from '../../api/meta.ts';
import { resourcePath } from '../../api/resource.ts';
import { ageSince } from '../../lib/age.ts';
import type { Asked, Said } from './explanation.ts';

/** Who wrote it last. */
export async function* explainConflict({ status, connect, signal }: Asked): AsyncGenerator<Said> {
  const { name = '', kind = '', group = '' } = status?.details ?? {};
  yield 'It was changed by somebody else after it was read; nothing of yours was written. Read it again and repeat the change.';
  if (name === '' || kind === '') return;
  const { discovery, transport, namespace } = await connect();
  const resource = await discovery.resolve(group ? `${kind}.${group}` : kind);
  const path = resourcePath(resource, { namespace, name });
  const { metadata } = await transport.json<KubeObject>({ method: 'GET', path, signal });
  const written = (metadata.managedFields ?? []).filter(({ time }) => time !== undefined);
  const last = written.sort((a, b) => Date.parse(b.time!) - Date.parse(a.time!))[0];
  if (last) yield `Written last by ${writerOf(last)}, ${ageSince(last.time, transport.now())} ago.`;
}

const writerOf = ({ manager, subresource }: ManagedFieldsEntry): string =>
  `${manager ?? 'somebody'}${subresource ? ` (${subresource})` : ''}`;
