import { KctlError } from '../../lib/errors.ts';
import { readForwardSets } from '../../store/forwards/forward-sets.ts';
import { forwardWord, wishOf } from '../../store/forwards/forward-words.ts';
import { textField } from '../state/dialog.ts';
import type { SeenForward } from '../state/forwards.ts';
import { startSet } from '../state/forwards-autostart.ts';
import { forwardsOf } from '../state/forwards-start.ts';
import { say } from '../words/say.ts';
import type { Action, ActionContext, ActionHost } from './action.ts';
import { commandText } from './change/steps.ts';

const isName = (text: string): string | undefined =>
  /^[\w.-]+$/.test(text) ? undefined : say('a name of letters, digits, dots and dashes');

const isAutomatic = ({ autostart }: Readonly<Record<string, string>>): boolean => autostart === say('yes');

function saveArgv(forwards: readonly SeenForward[], values: Readonly<Record<string, string>>): string[] {
  const words = forwards.map((forward) => forwardWord(wishOf(forward)));
  return ['pf', 'save', values['name'] ?? '', ...words, ...(isAutomatic(values) ? ['--autostart'] : [])];
}

async function save(host: ActionHost, forwards: readonly SeenForward[]): Promise<void> {
  const sets = Object.keys(readForwardSets(host.services.env));
  const values = await host.ask({
    title: say('Save as a set'),
    lines: [
      ...forwards.map(({ url, target }) => `${url} -> ${target}`),
      ...(sets.length > 0
        ? [say('Sets that are there: {names}. One of the same name is replaced.', { names: sets.join(', ') })]
        : []),
    ],
    confirmLabel: say('Save'),
    fields: [
      { id: 'autostart', label: say('Starts with the dashboard'), options: [say('no'), say('yes')], value: 0 },
      textField('name', say('Name'), forwards[0]?.set ?? '', isName),
    ],
    commands: (answer) => [commandText(saveArgv(forwards, answer))],
  });
  if (!values) return;
  const { code, stderr } = await host.services.run([
    ...saveArgv(forwards, values),
    ...(forwardsOf(host.services).flags ?? []),
  ]);
  if (code !== 0) throw new KctlError('input', stderr.trim().replace(/^error: /, ''));
  host.toast('info', say('Saved: :pf up {name} starts it', { name: values['name']! }));
}

async function pickSet(host: ActionHost): Promise<void> {
  const sets = Object.entries(readForwardSets(host.services.env));
  if (sets.length === 0) throw new KctlError('input', say('no set of forwards has been saved yet'));
  const picked = await host.pick({
    title: say('Start a set'),
    items: sets.map(([name, { words, autostart }]) => ({
      id: name,
      label: name,
      detail: `${autostart ? `${say('starts with the dashboard')}  ` : ''}${words.join(' ')}`,
    })),
  });
  const name = picked?.items[0]?.id;
  if (name !== undefined) await beginSet(host, name);
}

/** Starts what a saved set has, here; what runs already is left alone. @throws KctlError for a set that is not there */
export async function beginSet(host: ActionHost, name: string): Promise<void> {
  const { started, failures } = await startSet(host.services, name);
  if (started.length > 0 || failures.length === 0) {
    host.toast('info', say('Set {name}, forwards started: {count}', { name, count: started.length }));
  }
  if (failures.length > 0) throw failures[0];
}

/** What can be done with saved sets. @param chosen the forwards that are marked, else the one under the cursor */
export function forwardSetActions(chosen: (context: ActionContext) => readonly SeenForward[]): readonly Action[] {
  const base = { group: 'Show', views: ['table/portforwards'], hint: true } as const;
  return [
    {
      ...base,
      id: 'forward-save',
      label: 'Save as a set',
      disabled: (context) => (chosen(context).length > 0 ? undefined : 'no row is selected'),
      apply: (context) => save(context.host, chosen(context)),
    },
    {
      ...base,
      id: 'forward-set',
      label: 'Start a set',
      disabled: ({ host }) => (host.services.forwards ? undefined : 'a recording has no ports to forward'),
      apply: ({ host }) => pickSet(host),
    },
  ];
}
