import { type Action, everyView } from './action.ts';

const base = { group: 'Past', views: everyView } as const;

/** Going through what was watched. */
export const historyActions: readonly Action[] = [
  {
    ...base,
    id: 'past-back',
    label: 'One change back',
    apply: ({ host }) => {
      const reason = host.past.step(-1);
      if (reason) host.toast('info', reason);
    },
  },
  {
    ...base,
    id: 'past-forward',
    label: 'One change on',
    apply: ({ host }) => {
      const reason = host.past.step(1);
      if (reason) host.toast('info', reason);
    },
  },
  {
    ...base,
    id: 'past-live',
    label: 'Live again',
    disabled: ({ host }) => (host.past.at === undefined ? 'this is the present' : undefined),
    apply: ({ host }) => host.past.go(undefined),
  },
];
