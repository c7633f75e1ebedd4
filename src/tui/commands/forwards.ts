import { KctlError } from '../../lib/errors.ts';
import { readForwardSets } from '../../store/forwards/forward-sets.ts';
import { readForwardWishes } from '../../store/forwards/forward-words.ts';
import type { ActionHost } from '../actions/action.ts';
import { beginSet } from '../actions/forwards-sets.ts';
import { startWishes } from '../state/forwards-autostart.ts';
import { forwardsOf } from '../state/forwards-start.ts';
import { forwardDenied } from '../state/guards.ts';
import { portForwardsResource } from '../views/local/port-forwards.ts';
import { say } from '../words/say.ts';
import type { DashboardCommand } from './command.ts';
import { filterOf } from './table.ts';

/** `:pf` shows what is forwarded; `:pf web db=5433:5432` forwards, and `:pf up shop` a saved set, as `kctl pf` does. */
export const forwardsCommand: DashboardCommand = {
  names: ['pf', 'portforward', 'portforwards', 'port-forwards'],
  usage: '[NAME[=[LOCAL:]REMOTE] ... | up SET]',
  about: 'port-forwards: those that run, or new ones by the names of what they lead to',
  async run(host, line) {
    // `web=8080:http` is a forward, and no label.
    const args = /^[/@-]/.test(line.rest) ? [] : line.rest.split(/\s+/).filter((word) => word !== '');
    if (args.length === 0) {
      if (line.context) await host.switchContext(line.context);
      host.switchTable({ resource: portForwardsResource, scope: {}, filter: filterOf(line) });
      return;
    }
    if (!host.services.forwards) throw new KctlError('input', 'a recording has no ports to forward');
    const [first, ...names] = args;
    if (first === 'up') {
      if (names.length === 0)
        throw new KctlError('usage', 'which set? :pf up SET', { hint: setsHint(host.services.env) });
      for (const name of names) await beginSet(host, name);
      showForwards(host);
      return;
    }
    if (first === 'down') {
      const { desk } = forwardsOf(host.services);
      const fits = desk
        .getSnapshot()
        .filter(
          (one) =>
            [one.name, one.target, one.url, String(one.local), ...one.set.split(',')].some(
              (text) => text !== '' && names.includes(text),
            ) || names.length === 0,
        );
      const done = await desk.stop(fits.map(({ id }) => id));
      host.toast('info', say('Forwards stopped: {count}', { count: done.length }));
      return;
    }
    const wishes = readForwardWishes(args).map((wish) => ({
      ...wish,
      namespace: wish.namespace ?? host.namespace ?? host.services.cluster.namespace,
    }));
    for (const { namespace } of wishes) {
      const denied = forwardDenied(host, namespace);
      if (denied) throw new KctlError('input', denied);
    }
    const { started, failures } = await startWishes(host.services, wishes);
    if (started.length > 0) {
      const what = started.map(({ name }) => name).join(', ');
      host.toast('info', say('{what} is forwarded: {urls}', { what, urls: started.map(({ url }) => url).join(', ') }));
    }
    if (failures.length > 0) throw failures[0];
    if (started.length === 0) host.toast('info', say('It is forwarded already.'));
    showForwards(host);
  },
};

/** Over what is seen, so that Esc goes back there. */
function showForwards(host: ActionHost): void {
  const { view } = host.current();
  const isSeen = view.type === 'table' && view.resource === portForwardsResource;
  if (!isSeen) host.openTable({ resource: portForwardsResource });
}

const setsHint = (env: Record<string, string | undefined>): string => {
  const names = Object.keys(readForwardSets(env)).join(', ');
  return names && `There are: ${names}`;
};
