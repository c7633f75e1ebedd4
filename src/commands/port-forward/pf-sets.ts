import { KctlError } from '../../lib/errors.ts';
import { keptForwards } from '../../store/forwards/ask-keepers.ts';
import { readForwardSets, saveForwardSet } from '../../store/forwards/forward-sets.ts';
import { type ForwardWish, forwardWord, readForwardWishes, wishOf } from '../../store/forwards/forward-words.ts';
import { defineCommand } from '../command.ts';
import { usageError } from '../shared/errors.ts';
import type { ForwardsOptions } from './forwards-options.ts';
import { forwardFlags, readForwardFlags, run } from './pf.ts';

interface SaveOptions {
  name: string;
  wishes: readonly ForwardWish[];
  hostNames: boolean;
  autostart: boolean;
  forget: boolean;
}

/** `kctl pf save shop web api db`: keeps what is meant by them, with namespace and context, under a name. */
export const pfSaveCommand = defineCommand<SaveOptions>({
  flags: [
    { name: 'delete', type: 'bool', default: false, describe: 'Forget the set.' },
    {
      name: 'host-names',
      type: 'bool',
      default: false,
      describe: 'Start it with --host-names each time.',
    },
    {
      name: 'autostart',
      type: 'bool',
      default: false,
      describe: 'Start its forwards with the dashboard, each when its context is opened.',
    },
  ],
  complete({ args, flags }, { tool, commandPath }) {
    const [name, ...words] = args;
    if (name === undefined || !/^[\w.-]+$/.test(name)) {
      throw usageError('give the set a name of letters, digits, dots and dashes', `${tool} ${commandPath}`);
    }
    return {
      name,
      wishes: readForwardWishes(words),
      hostNames: flags['host-names'] === true,
      autostart: flags.autostart === true,
      forget: flags.delete === true,
    };
  },
  async run({ name, wishes, hostNames, autostart, forget }, { io, connect, tool }) {
    if (forget) {
      if (!readForwardSets(io.env)[name]) throw unknownSet(name, io.env);
      saveForwardSet(io.env, name, undefined);
      io.stdout.write(`set ${name} forgotten\n`);
      return;
    }
    const whole = wishes.length > 0 ? await Promise.all(wishes.map(located)) : await runningWishes();
    if (whole.length === 0) {
      throw new KctlError('usage', 'nothing to save: no names are given, and nothing is forwarded now', {
        hint: `Name what belongs to it: ${tool} pf save ${name} web db=5433:5432`,
      });
    }
    const words = whole.map(forwardWord);
    saveForwardSet(io.env, name, { words, ...(hostNames ? { hostNames } : {}), ...(autostart ? { autostart } : {}) });
    io.stdout.write(`set ${name} saved: ${words.join(' ')}\nStart it: ${tool} pf up ${name}\n`);

    /** What the shell of today means by it is what is meant tomorrow. */
    async function located(wish: ForwardWish): Promise<ForwardWish> {
      const cluster = await connect(wish.context);
      const namespace = wish.namespace ?? cluster.namespace;
      return { ...wish, namespace, ...(cluster.contextName ? { context: cluster.contextName } : {}) };
    }

    async function runningWishes(): Promise<ForwardWish[]> {
      return (await keptForwards(io.env)).flatMap(({ forwards }) => forwards).map(wishOf);
    }
  },
});

function unknownSet(name: string, env: Record<string, string | undefined>): KctlError {
  const names = Object.keys(readForwardSets(env));
  return new KctlError('input', `there is no set "${name}"`, {
    hint: names.length > 0 ? `There are: ${names.join(', ')}` : 'None has been saved yet.',
  });
}

/** `kctl pf up shop`: starts the forwards of saved sets. */
export const pfUpCommand = defineCommand<ForwardsOptions>({
  flags: forwardFlags,
  complete({ args, flags }, { io, tool, commandPath }) {
    if (args.length === 0) throw usageError('name the saved set to start', `${tool} ${commandPath}`);
    const saved = readForwardSets(io.env);
    const sets = args.map((name) => {
      const set = saved[name];
      if (!set) throw unknownSet(name, io.env);
      return set;
    });
    const options = readForwardFlags(flags);
    return {
      ...options,
      hostNames: options.hostNames || sets.some(({ hostNames }) => hostNames),
      wishes: sets.flatMap(({ words }) => readForwardWishes(words)),
      set: args.join(','),
    };
  },
  run,
});
