import type { KubeObject } from '../../../api/meta.ts';
import type { DeleteOptions } from '../../client.ts';
import { badRequest, invalid } from '../../errors.ts';
import { bindPod } from '../../registry/bind.ts';
import { evictPod } from '../../registry/evict.ts';
import { readObject } from '../body.ts';
import type { Exchange } from '../exchange.ts';
import type { ResourceTarget } from '../request-info.ts';
import { sendJson } from '../respond.ts';
import { writeOptions } from '../verbs/write-options.ts';

const done = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };

/** `POST pods/x/binding`: what a scheduler does. */
export async function bindingSubresource(exchange: Exchange, target: ResourceTarget): Promise<void> {
  const options = writeOptions(exchange, target, 'CreateOptions');
  const body = (await readObject(exchange.request, 'Binding')) as KubeObject;
  const node = body.target as { kind?: string; name?: string } | undefined;
  const name = target.name ?? '';
  if (body.metadata?.name && body.metadata.name !== name) {
    throw badRequest('name in URL does not match name in Binding object');
  }
  if (node?.kind && node.kind !== 'Node') {
    throw invalid({ group: '', kind: 'Binding' }, name, [
      {
        reason: 'FieldValueNotSupported',
        message: `Unsupported value: ${JSON.stringify(node.kind)}: supported values: "Node", "<empty>"`,
        field: 'target.kind',
      },
    ]);
  }
  if (!node?.name) {
    throw invalid({ group: '', kind: 'Binding' }, name, [
      { reason: 'FieldValueRequired', message: 'Required value', field: 'target.name' },
    ]);
  }
  body.metadata = { ...body.metadata, name, namespace: target.namespace ?? '' };
  body.apiVersion ??= 'v1';
  body.kind ??= 'Binding';
  await bindPod(exchange.context.machine, target.namespace ?? '', name, body, options);
  await sendJson(exchange.request, exchange.response, 201, done);
}

/** `POST pods/x/eviction`: a delete that asks the disruption budgets first. */
export async function evictionSubresource(exchange: Exchange, target: ResourceTarget): Promise<void> {
  const options = writeOptions(exchange, target, 'CreateOptions');
  const body = (await readObject(exchange.request, 'Eviction')) as KubeObject;
  const name = target.name ?? '';
  if (body.metadata?.name && body.metadata.name !== name) {
    throw badRequest('name in URL does not match name in Eviction object');
  }
  const asked = (body.deleteOptions ?? {}) as DeleteOptions & { dryRun?: string[] };
  const dryRun = options.dryRun || (asked.dryRun?.length ?? 0) > 0;
  body.metadata = { ...body.metadata, name, namespace: target.namespace ?? '' };
  await evictPod(exchange.context.machine, target.namespace ?? '', name, body, { ...options, ...asked, dryRun });
  await sendJson(exchange.request, exchange.response, 201, done);
}
