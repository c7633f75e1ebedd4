import type { Exchange } from './exchange.ts';
import type { ResourceTarget } from './request-info.ts';
import { admitConnect } from './subresources/connect.ts';
import { logSubresource } from './subresources/log.ts';
import { bindingSubresource, evictionSubresource } from './subresources/pod-actions.ts';
import { scaleSubresource } from './subresources/scale.ts';
import { tokenSubresource } from './subresources/token.ts';
import { patchVerb } from './verbs/patch.ts';
import { getVerb } from './verbs/read.ts';
import { updateVerb } from './verbs/write.ts';

type Handler = (exchange: Exchange, target: ResourceTarget) => Promise<void>;

/** The object itself, of which a write changes only the part that the subresource names. */
const part: Handler = (exchange, target) => {
  if (exchange.method === 'PUT') return updateVerb(exchange, target);
  if (exchange.method === 'PATCH') return patchVerb(exchange, target);
  return getVerb(exchange, target);
};

/** Only clients that leave HTTP are served; loaded for those who do not know. */
const streams: Handler = async (exchange, target) => {
  await admitConnect(exchange, target);
  await (await import('./subresources/exec.ts')).upgradeRequired(exchange, target);
};

const proxy: Handler = async (exchange, target) => {
  await admitConnect(exchange, target);
  await (await import('./subresources/proxy.ts')).proxySubresource(exchange, target);
};

/** Handlers by the subresource's name; what is not here is not served yet. */
export const subresourceHandlers: Readonly<Record<string, Handler>> = {
  status: part,
  finalize: part,
  approval: part,
  resize: part,
  ephemeralcontainers: part,
  scale: scaleSubresource,
  log: logSubresource,
  binding: bindingSubresource,
  eviction: evictionSubresource,
  token: tokenSubresource,
  exec: streams,
  attach: streams,
  portforward: streams,
  proxy,
};
