import type { KubeObject } from '../../../api/meta.ts';
import { badRequest, plainError } from '../../errors.ts';
import { bindPod } from '../../registry/bind.ts';
import { evictPod } from '../../registry/evict.ts';
import { readObject } from '../body.ts';
import type { Exchange } from '../exchange.ts';
import { plainShape } from '../plain-answer.ts';
import type { ResourceTarget } from '../request-info.ts';
import { sendJson } from '../respond.ts';
import { embeddedDeleteOptions } from '../verbs/delete-options.ts';
import { writeOptions } from '../verbs/write-options.ts';

const done = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };

/** `POST bindings`: the pod is named in the body alone. */
export const serveBinding = bindingSubresource;

/** `POST pods/x/binding`: what a scheduler does. */
export async function bindingSubresource(exchange: Exchange, target: ResourceTarget): Promise<void> {
  plainShape(exchange);
  const options = writeOptions(exchange, target, 'CreateOptions');
  const body = (await readObject(exchange.request, 'Binding')) as KubeObject;
  const node = body.target as { kind?: string; name?: string } | undefined;
  const name = target.name ?? body.metadata?.name ?? '';
  if (target.name !== undefined && body.metadata?.name !== name) {
    throw badRequest('name in URL does not match name in Binding object');
  }
  if (node?.kind && node.kind !== 'Node') {
    throw plainError(
      `target.kind: Unsupported value: ${JSON.stringify(node.kind)}: supported values: "Node", "<empty>"`,
    );
  }
  if (!node?.name) {
    throw plainError('target.name: Required value');
  }
  body.metadata = { ...body.metadata, name, namespace: target.namespace ?? '' };
  body.apiVersion ??= 'v1';
  body.kind ??= 'Binding';
  await bindPod(exchange.context.machine, target.namespace ?? '', name, body, options);
  await sendJson(exchange.request, exchange.response, 201, done);
}

/** `POST pods/x/eviction`: a delete that asks the disruption budgets first. */
export async function evictionSubresource(exchange: Exchange, target: ResourceTarget): Promise<void> {
  plainShape(exchange);
  const options = writeOptions(exchange, target, 'CreateOptions');
  const body = (await readObject(exchange.request, 'Eviction')) as KubeObject;
  const name = target.name ?? '';
  if (body.metadata?.name !== name) {
    throw badRequest('name in URL does not match name in Eviction object');
  }
  const asked = embeddedDeleteOptions(body.deleteOptions);
  const dryRun = options.dryRun || asked.dryRun;
  body.metadata = { ...body.metadata, name, namespace: target.namespace ?? '' };
  await evictPod(exchange.context.machine, target.namespace ?? '', name, body, { ...options, ...asked, dryRun });
  await sendJson(exchange.request, exchange.response, 201, done);
}
