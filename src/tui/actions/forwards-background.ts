import { KctlError } from '../../lib/errors.ts';
import { LOOPBACK } from '../../store/forwards/forward-list.ts';
import { forwardWord, wishOf } from '../../store/forwards/forward-words.ts';
import type { RunningForward } from '../../store/forwards/running-forward.ts';
import type { DashboardServices } from '../services.ts';
import { forwardsOf } from '../state/forwards-start.ts';
import { say } from '../words/say.ts';
import type { ActionHost } from './action.ts';

/** Runs `kctl pf ... --background`, which comes back once the ports are open. @returns what it said */
export async function toBackground(services: DashboardServices, argv: readonly string[]): Promise<string> {
  const { desk, flags } = forwardsOf(services);
  if (!flags) {
    throw new KctlError(
      'input',
      say('the dashboard was opened with a server or an identity of its own, which the background would not have'),
    );
  }
  const { code, stdout, stderr } = await services.run([...argv, ...flags]);
  if (code !== 0) throw new KctlError('conflict', stderr.trim().replace(/^error: /, ''));
  await desk.refresh();
  return stdout.trim();
}

/** The command lines that start forwards again in the background: one for each set of addresses. */
function backgroundLines(forwards: readonly RunningForward[]): { argv: string[]; ids: string[] }[] {
  const groups = Map.groupBy(forwards, ({ addresses }) => addressFlag(addresses));
  return [...groups].map(([flag, group]) => ({
    argv: ['pf', ...group.map((forward) => forwardWord(wishOf(forward))), '--background', ...(flag ? [flag] : [])],
    ids: group.map(({ id }) => id),
  }));
}

function addressFlag(addresses: readonly string[]): string {
  const isLocal = addresses.every((address) => (LOOPBACK as readonly string[]).includes(address));
  return isLocal ? '' : `--address=${addresses.join(',')}`;
}

/** Gives the dashboard's own forwards to a process that outlives it; those that cannot be given go on here. */
export async function moveToBackground(host: ActionHost, forwards: readonly RunningForward[]): Promise<void> {
  const { desk } = forwardsOf(host.services);
  for (const { argv, ids } of backgroundLines(forwards)) {
    await desk.handOver(ids, () => toBackground(host.services, argv));
  }
  const names = forwards.map(({ name }) => name).join(', ');
  host.toast('info', say('{names} go on in the background when the dashboard ends', { names }));
}
