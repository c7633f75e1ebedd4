import { KctlError } from '../../lib/errors.ts';
import { shellWords } from '../../lib/shell-words.ts';
import type { ActionHost } from '../actions/action.ts';
import { contextField } from '../actions/change/propose.ts';
import { commandText } from '../actions/change/steps.ts';
import { onlyLooks } from '../state/command-words.ts';
import { guardsOf } from '../state/guards.ts';
import { DocumentModel } from '../views/document-model.ts';
import { say } from '../words/say.ts';
import { requireWrite } from './changes.ts';
import type { DashboardCommand } from './command.ts';

/** Verbs that have the terminal to themselves. */
const onTerminal: ReadonlySet<string> = new Set(['attach', 'debug', 'edit', 'exec', 'run']);

/** Any command line of kctl, as the dialogs show it and the line that is typed remembers it. */
export const kctlCommand: DashboardCommand = {
  names: ['kctl', 'kubectl', '!'],
  usage: 'COMMAND LINE',
  about: 'a command line of kctl, in this context',
  async run(host, { rest }) {
    const words = shellWords(rest);
    if (!words) throw new KctlError('usage', say('a quote is not closed'));
    const [verb = ''] = words;
    if (verb === '') throw new KctlError('usage', say('which command? :kctl get pods'));
    const isLook = onlyLooks(words);
    if (!isLook) requireWrite(host);
    const guarded = isLook ? undefined : await withContextName(host, words);
    if (!isLook && !guarded) return;
    const argv = guarded ?? words;
    if (onTerminal.has(verb)) {
      await host.lendTerminal(() => host.services.runOnTerminal(argv, { pause: true }));
      return;
    }
    const view = { type: 'document', content: 'command', of: `kctl ${rest}` } as const;
    const load = async () => {
      const { code, stdout, stderr } = await host.services.run(argv);
      const said = [stdout.trimEnd(), stderr.trimEnd()].filter((text) => text !== '').join('\n');
      const end = code === 0 ? say('It printed nothing.') : say('[exit code {code}]', { code });
      if (code !== 0) return `${said}\n\n${end}`;
      return said === '' ? end : said;
    };
    // It is done once: refreshing the page must not do it again.
    const done = isLook ? undefined : load();
    host.push(new DocumentModel({ view, load: () => done ?? load() }));
  },
};

/**
 * In a protected context its name has to be typed, as for every other change.
 * @returns undefined where the user thought better of it
 */
async function withContextName(host: ActionHost, words: readonly string[]): Promise<readonly string[] | undefined> {
  const name = host.services.cluster.contextName;
  if (!guardsOf(host).isProtected) return words;
  const end = words.indexOf('--');
  const flag = `--confirm-context=${name}`;
  const argv = end < 0 ? [...words, flag] : words.toSpliced(end, 0, flag);
  const values = await host.ask({
    title: say('Run this?'),
    lines: [],
    danger: true,
    fields: [contextField(name)],
    confirmLabel: 'Run',
    commands: () => [commandText(argv)],
  });
  return values && argv;
}
