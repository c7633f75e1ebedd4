import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ImageFacts } from '../../api/image-facts.ts';
import type { ControlHandle } from '../control/handle.ts';
import type { Faults } from '../faults/faults.ts';
import type { NodeApi } from '../kubelet/node-api.ts';
import type { Report } from '../log.ts';
import type { ClusterKeys } from '../pki/cluster-keys.ts';
import type { Machine, UserInfo } from '../registry/machine.ts';

/** What handlers need besides the request. */
export interface ServerContext {
  machine: Machine;
  keys: ClusterKeys;
  /** Where nodes answer; undefined until the control plane runs. */
  nodeApi(): NodeApi | undefined;
  /** What users steer the running cluster by; undefined until the control plane runs. */
  control(): ControlHandle | undefined;
  /** The trouble that users have set, and the watches that are open. */
  faults: Faults;
  images: (reference: string) => ImageFacts | undefined;
  /** True once `/readyz` may say so. */
  ready(): boolean;
  /** Aborted when the server stops. */
  stopping: AbortSignal;
  /** Told of answers 500: defects, and a disk that takes nothing. */
  report: Report;
}

/** One HTTP request and its answer. */
export interface Exchange {
  context: ServerContext;
  request: IncomingMessage;
  response: ServerResponse;
  method: string;
  path: string;
  query: URLSearchParams;
  user: UserInfo;
}

/** Owner of the fields a request writes: `fieldManager`, else the first word of the user agent. */
export function managerOf(exchange: Exchange): string {
  const named = exchange.query.get('fieldManager');
  if (named) return named;
  const agent = exchange.request.headers['user-agent'] ?? '';
  return agent.split('/')[0]?.slice(0, 128) || 'unknown';
}
