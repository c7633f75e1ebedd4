import { KctlError } from '../../lib/errors.ts';
import { shellWords } from '../../lib/shell-words.ts';
import { DocumentModel } from '../views/document-model.ts';
import { say } from '../words/say.ts';
import type { DashboardCommand } from './command.ts';

/** Verbs that only look, for dashboards that change nothing. */
const looks: ReadonlySet<string> = new Set(
  'api-resources api-versions cluster-info describe diff events explain get image images logs top tree version wait why'.split(
    ' ',
  ),
);

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
    if (!looks.has(verb) && host.userFiles.settings.readOnly) {
      throw new KctlError('input', say('the dashboard is read-only'));
    }
    if (onTerminal.has(verb)) {
      await host.lendTerminal(() => host.services.runOnTerminal(words, { pause: true }));
      return;
    }
    const view = { type: 'document', content: 'command', of: `kctl ${rest}` } as const;
    const load = async () => {
      const { code, stdout, stderr } = await host.services.run(words);
      const said = [stdout.trimEnd(), stderr.trimEnd()].filter((text) => text !== '').join('\n');
      const end = code === 0 ? say('It printed nothing.') : say('[exit code {code}]', { code });
      if (code !== 0) return `${said}\n\n${end}`;
      return said === '' ? end : said;
    };
    // It is done once: refreshing the page must not do it again.
    const done = looks.has(verb) ? undefined : load();
    host.push(new DocumentModel({ view, load: () => done ?? load() }));
  },
};
