import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect } from 'node:net';
import type { ClusterFiles } from './cluster-files.ts';

/**
 * True when something accepts connections on the port. Costs well under a millisecond on this machine.
 * @param host an address, in brackets where it is of version 6 and comes from a URL
 */
export function portAnswers(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: host.replace(/^\[|\]$/g, ''), port });
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1000, () => done(false));
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });
}

/** One GET of /readyz, checked against the cluster's own CA. */
export function isReady(files: ClusterFiles, url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const ca = certificateAuthority(files.kubeconfig);
    if (!ca) return resolve(false);
    const probe = request(`${url}/readyz`, { ca, agent: false, timeout: 1000 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    probe.on('timeout', () => probe.destroy(new Error('no answer')));
    probe.on('error', () => resolve(false));
    probe.end();
  });
}

/** PEM of the CA in a kubeconfig that kctl itself wrote; undefined while it is not there yet. */
function certificateAuthority(kubeconfig: string): string | undefined {
  try {
    const data = /certificate-authority-data: *(\S+)/.exec(readFileSync(kubeconfig, 'utf8'))?.[1];
    return data && Buffer.from(data, 'base64').toString();
  } catch {
    return undefined;
  }
}
