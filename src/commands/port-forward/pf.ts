import type { KubeList, KubeObject } from '../../api/meta.ts';
import { type ResourceInfo, resourcePath } from '../../api/resource.ts';
import { findBuiltinKind } from '../../api/resources.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import { type Listen, listenTcp } from '../../store/forwards/local-listener.ts';
import { type ForwardTarget, findServicePort, readForwardPort, targetOf } from '../../store/forwards/target.ts';
import { defineCommand } from '../command.ts';
import { usageError } from '../shared/errors.ts';
import { findTarget } from './find-target.ts';
import { choosePort, localCandidates, localUrl, type PfPort, pfKinds, resolvePf } from './pf-resolve.ts';
import { isListenError, tellTrouble } from './port-forward.ts';
import { listenFailure, runForward } from './session.ts';

interface PfOptions {
  word: string;
  /** `[LOCAL:]REMOTE`; undefined lets the object say. */
  port: string | undefined;
}

/** `kctl pf web`: finds the object, its port and a free local one, prints the URL and forwards until Ctrl-C. */
export const pfCommand = defineCommand<PfOptions>({
  flags: [],
  complete({ args }, { tool, commandPath }) {
    const [word, port, ...rest] = args;
    if (word === undefined || rest.length > 0) {
      throw usageError('say what to forward to: a name, or TYPE/NAME, and a port if need be', `${tool} ${commandPath}`);
    }
    return { word, port };
  },
  async run({ word, port: text }, { io, signal, connect, tool }) {
    const cluster = await connect();
    const target = word.includes('/') ? await findTarget(word, cluster) : await searchTarget(word, cluster);
    const label = `${target.resource.singular || target.resource.kind.toLowerCase()}/${target.object.metadata.name}`;
    const port = text === undefined ? portOf(target, label, tool) : parsePort(text, target);
    const chosen = text?.includes(':') ? Number(text.split(':')[0]) : 0;
    let told = false;
    try {
      await runForward(target, cluster, {
        ports: [{ ...readForwardPort(String(port.remote), target), local: chosen }],
        addresses: ['127.0.0.1', '::1'],
        listen: listenNear(localCandidates(port.remote)),
        podTimeout: 60_000,
        signal,
        report(event) {
          if (event.type === 'listening' && !told) {
            told = true;
            io.stdout.write(
              `${localUrl(event.local, port)} -> ${escapeTerminal(label)}:${port.remote} (Ctrl-C ends it)\n`,
            );
          } else tellTrouble(event, io.stderr);
        },
      });
    } catch (error) {
      if (!isListenError(error)) throw error;
      const local = chosen || port.remote;
      throw listenFailure(
        error,
        local,
        `Leave the local port out to take a free one: ${tool} pf ${word} ${port.remote}`,
      );
    }
  },
});

async function searchTarget(word: string, cluster: Cluster): Promise<ForwardTarget> {
  const kinds = pfKinds.map((kind) => findBuiltinKind(kind === 'Service' || kind === 'Pod' ? 'v1' : 'apps/v1', kind)!);
  const lists = await Promise.all(kinds.map((resource) => listOrNothing(resource, cluster)));
  const answer = resolvePf(word, lists.flat());
  if (answer.type === 'found') return targetOf(kinds.find((kind) => kind.kind === answer.object.kind)!, answer.object);
  const shown = answer.candidates.slice(0, 10).map(escapeTerminal);
  const more = answer.candidates.length > shown.length ? `, and ${answer.candidates.length - shown.length} more` : '';
  const list = `${shown.join(', ')}${more}`;
  const where = `in namespace "${cluster.namespace}"`;
  if (answer.type === 'ambiguous') {
    throw new KctlError('input', `"${word}" fits more than one name ${where}: ${list}`, { hint: 'Say which one.' });
  }
  throw new KctlError('input', `nothing ${where} is called "${word}" or begins with it`, {
    hint: list === '' ? 'There is nothing to forward to in this namespace.' : `There are: ${list}`,
  });
}

/** What one may not list cannot be meant. */
async function listOrNothing(resource: ResourceInfo, cluster: Cluster): Promise<KubeObject[]> {
  try {
    const path = resourcePath(resource, { namespace: cluster.namespace });
    const list = await cluster.transport.json<KubeList>({ method: 'GET', path });
    return list.items.map((item) => ({ ...item, kind: resource.kind }));
  } catch (error) {
    if (error instanceof KctlError && error.code === 'api') return [];
    throw error;
  }
}

function portOf(target: ForwardTarget, label: string, tool: string): PfPort {
  const port = choosePort(target.object);
  if (port) return port;
  throw new KctlError('input', `${label} declares no port`, {
    hint: `Say which: ${tool} pf ${target.object.metadata.name} 8080`,
  });
}

function parsePort(text: string, target: ForwardTarget): PfPort {
  const remote = text.split(':').at(-1) ?? '';
  // Read for its checks: a bad number or an unknown service port is told here.
  readForwardPort(text, target);
  if (target.object.kind === 'Service') {
    const { port, name = '' } = findServicePort(target.object, remote);
    return { remote: port, name };
  }
  if (!/^\d+$/.test(remote)) throw new KctlError('usage', `port ${JSON.stringify(remote)} must be a number`);
  return { remote: Number(remote), name: '' };
}

/** Takes the first of `candidates` that can be opened where no port is asked for; then that one for further addresses. */
export function listenNear(candidates: readonly number[], listen: Listen = listenTcp): Listen {
  return async (address, port, connected) => {
    if (port !== 0) return listen(address, port, connected);
    let failure: unknown;
    for (const candidate of candidates) {
      try {
        return await listen(address, candidate, connected);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
        failure = error;
      }
    }
    throw failure;
  };
}
