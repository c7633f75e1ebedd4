import { KctlError } from '../../lib/errors.ts';
import { readForwardSets } from '../../store/forwards/forward-sets.ts';
import { type ForwardWish, readForwardWishes } from '../../store/forwards/forward-words.ts';
import { candidatesIn, type ForwardPlace, meaningOf } from '../../store/forwards/meaning-of.ts';
import type { RunningForward } from '../../store/forwards/running-forward.ts';
import type { DashboardServices } from '../services.ts';
import { say } from '../words/say.ts';
import type { ForwardDesk } from './forwards.ts';
import { forwardsOf, startForwards } from './forwards-start.ts';
import { failureText } from './toasts.ts';
import { knownSettings } from './usuals.ts';

/** Where a wish of a dashboard is looked for. */
function placeOf(services: DashboardServices, namespace: string | undefined): ForwardPlace {
  const { contextName, namespace: usual, discovery } = services.cluster;
  return {
    contextName,
    namespace: namespace ?? usual,
    resolve: (type) => discovery.resolve(type),
    get: (resource, inNamespace, name) => services.get(resource, inNamespace, name),
    list: (resource, scope) => services.list(resource, scope),
  };
}

export interface StartedWishes {
  started: readonly RunningForward[];
  /** Why others could not be started. */
  failures: readonly Error[];
}

/**
 * Starts what wishes mean, as forwards of this dashboard, each in its context; those that run already, in whichever
 * process, are left alone.
 */
export async function startWishes(
  services: DashboardServices,
  wishes: readonly ForwardWish[],
  set?: string,
): Promise<StartedWishes> {
  const { desk } = forwardsOf(services);
  await desk.refresh();
  const started: RunningForward[] = [];
  const failures: Error[] = [];
  const opened: DashboardServices[] = [];
  const lists = new Map<string, ReturnType<typeof candidatesIn>>();
  try {
    for (const wish of wishes) {
      try {
        const there = await servicesOf(services, wish, opened);
        const place = placeOf(there, wish.namespace);
        const key = `${place.contextName} ${place.namespace}`;
        const candidates = () => {
          const list = lists.get(key) ?? candidatesIn(place);
          lists.set(key, list);
          return list;
        };
        const { target, ports } = await meaningOf(wish, place, candidates);
        const singular = `${target.resource.singular || target.resource.kind.toLowerCase()}/${target.object.metadata.name}`;
        const isNew = ({ remote, local }: { remote: string; local: number }) =>
          !desk
            .getSnapshot()
            .some(
              (one) =>
                one.target === singular &&
                one.namespace === target.object.metadata.namespace &&
                one.context === place.contextName &&
                [String(one.remote), one.remoteName].includes(remote) &&
                (local === 0 || one.local === local),
            );
        const wanted = ports.filter(isNew);
        if (wanted.length > 0)
          started.push(...(await startForwards(there, { target, ports: wanted, ...(set && { set }) })));
      } catch (error) {
        failures.push(error as Error);
      }
    }
  } finally {
    // Contexts that were opened for this stay open as long as something is forwarded there.
    for (const each of opened) {
      const end = () => each.cluster.transport.close();
      if (!each.forwards?.desk.keepOpen(each.forwards, end)) end();
    }
  }
  return { started, failures };
}

/** Services of the context that a wish names; opened once. */
async function servicesOf(
  services: DashboardServices,
  { context }: ForwardWish,
  opened: DashboardServices[],
): Promise<DashboardServices> {
  const known = [services, ...opened].find(({ cluster }) => context === undefined || cluster.contextName === context);
  if (known) return known;
  const fresh = await services.openContext(context!);
  opened.push(fresh);
  return fresh;
}

/** @throws KctlError `input` for a set that is not there */
export async function startSet(services: DashboardServices, name: string): Promise<StartedWishes> {
  const sets = readForwardSets(services.env);
  const set = sets[name];
  if (!set) {
    const names = Object.keys(sets).join(', ');
    throw new KctlError('input', `there is no set "${name}"`, { hint: names && `There are: ${names}` });
  }
  return startWishes(services, readForwardWishes(set.words), name);
}

/** Starts those forwards of sets that begin with the dashboard which are of this context, and tells of them. */
export async function autostart(services: DashboardServices): Promise<void> {
  const { desk } = services.forwards ?? {};
  if (!desk?.env || knownSettings(services)?.forwards?.autostart === false) return;
  try {
    await startAutomatic(services, desk);
  } catch (error) {
    desk.tell('error', failureText(error));
  }
}

async function startAutomatic(services: DashboardServices, desk: ForwardDesk): Promise<void> {
  const { contextName } = services.cluster;
  const sets = Object.entries(readForwardSets(services.env)).filter(([, set]) => set.autostart);
  const mine = sets.flatMap(([name, { words }]) => {
    const wishes = readForwardWishes(words).filter(({ context = '' }) => context === contextName);
    return wishes.length > 0 ? [{ name, wishes }] : [];
  });
  for (const { name, wishes } of mine) {
    const { started, failures } = await startWishes(services, wishes, name);
    const [first] = failures;
    if (started.length > 0) {
      const urls = started.map(({ url }) => url).join(', ');
      desk.tell('info', say('Set {name} has started with the dashboard: {urls}', { name, urls }));
    }
    if (first) desk.tell('error', say('Set {name}: {why}', { name, why: failureText(first) }));
  }
}
