import { openUrl } from '../../lib/open-url.ts';
import type { SeenForward } from '../state/forwards.ts';
import { forwardsOf } from '../state/forwards-start.ts';
import { forwardOf, portForwardsResource } from '../views/local/port-forwards.ts';
import { BenchPage } from '../views/pages/bench-page.ts';
import { TableModel } from '../views/table-model.ts';
import { say } from '../words/say.ts';
import type { Action, ActionContext } from './action.ts';
import { benchCounts, benchFields } from './bench.ts';
import { moveToBackground } from './forwards-background.ts';
import { forwardedKinds, portForwardAction } from './forwards-dialog.ts';
import { forwardSetActions } from './forwards-sets.ts';

/** The marked forwards, else the one under the cursor; what has ended meanwhile is left out. */
function chosenForwards({ host, model }: Pick<ActionContext, 'host' | 'model'>): SeenForward[] {
  if (!(model instanceof TableModel)) return [];
  return model.targets().flatMap((ref) => forwardOf(host.services, ref) ?? []);
}

const needsForward = (context: ActionContext): string | undefined =>
  chosenForwards(context).length > 0 ? undefined : 'no row is selected';

const isWeb = ({ url }: SeenForward): boolean => /^https?:/.test(url);

const ofForwards = {
  group: 'Show',
  views: ['table/portforwards'],
  hint: true,
  disabled: needsForward,
} as const;

const urlsOf = (forwards: readonly SeenForward[]): string => forwards.map(({ url }) => url).join('\n');

export const forwardActions: readonly Action[] = [
  portForwardAction,
  {
    id: 'forwards',
    label: 'Forwards',
    group: 'Show',
    kinds: forwardedKinds,
    views: ['table'],
    optional: true,
    apply: ({ host }) => host.openTable({ resource: portForwardsResource }),
  },
  {
    ...ofForwards,
    id: 'forward-stop',
    label: 'Stop',
    plan(context) {
      const forwards = chosenForwards(context);
      return {
        title: say('Stop forwarding?'),
        lines: forwards.map(({ target, url, open }) => {
          const line = `${url} -> ${target}`;
          return open > 0 ? say('{line}, {count} connections are open', { line, count: open }) : line;
        }),
        confirmLabel: say('Stop'),
      };
    },
    async apply(context) {
      const { host, model } = context;
      const forwards = chosenForwards(context);
      const done = await forwardsOf(host.services).desk.stop(forwards.map(({ id }) => id));
      if (model instanceof TableModel) model.clearMarks();
      host.toast('info', say('Forwards stopped: {count}', { count: done.length }));
    },
  },
  {
    ...ofForwards,
    id: 'forward-restart',
    label: 'Restart',
    async apply(context) {
      const forwards = chosenForwards(context);
      const done = await forwardsOf(context.host.services).desk.restart(forwards.map(({ id }) => id));
      context.host.toast('info', say('Forwards started anew: {count}', { count: done.length }));
    },
  },
  {
    ...ofForwards,
    id: 'forward-open',
    label: 'Open',
    disabled: (context) =>
      needsForward(context) ?? (chosenForwards(context).some(isWeb) ? undefined : 'it is no web server'),
    async apply(context) {
      const { host } = context;
      for (const { url } of chosenForwards(context).filter(isWeb)) {
        await openUrl(url, host.services.env);
        host.toast('info', say('{url} is open in the browser', { url }));
      }
    },
  },
  {
    ...ofForwards,
    id: 'forward-copy',
    label: 'Copy URL',
    apply(context) {
      const urls = urlsOf(chosenForwards(context));
      context.host.copy(urls);
      context.host.toast('info', say('Copied {text}', { text: urls.replaceAll('\n', ', ') }));
    },
  },
  {
    ...ofForwards,
    id: 'forward-background',
    label: 'To background',
    disabled: (context) =>
      needsForward(context) ??
      (chosenForwards(context).some(({ keeper }) => !keeper) ? undefined : 'another process keeps it already'),
    async apply(context) {
      await moveToBackground(
        context.host,
        chosenForwards(context).filter(({ keeper }) => !keeper),
      );
    },
  },
  {
    ...ofForwards,
    id: 'forward-benchmark',
    label: 'Benchmark',
    disabled: (context) =>
      needsForward(context) ?? (chosenForwards(context).some(isWeb) ? undefined : 'it is no web server'),
    plan: (context) => ({
      title: say('Benchmark {url}', { url: chosenForwards(context).find(isWeb)!.url }),
      lines: [say('GET requests through the forward: its way is part of every figure.')],
      confirmLabel: say('Start'),
      fields: benchFields(),
    }),
    apply(context, values) {
      const found = chosenForwards(context).find(isWeb);
      if (found) context.host.push(new BenchPage(context.host.services, { url: found.url, ...benchCounts(values) }));
    },
  },
  ...forwardSetActions(chosenForwards),
];
