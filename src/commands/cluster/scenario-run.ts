import { createInterface } from 'node:readline/promises';
import { KctlError } from '../../lib/errors.ts';
import { rawTerminal } from '../../lib/terminal-guard.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { type ClusterFiles, DEFAULT_CLUSTER } from './cluster-files.ts';
import { langFlag, languageFrom } from './scenarios/language.ts';
import { play } from './scenarios/play.ts';
import { setStage } from './scenarios/stage.ts';
import { stories } from './scenarios/stories.ts';
import type { Language } from './scenarios/story.ts';
import { Telling } from './scenarios/telling.ts';
import { dataDirFlag, filesFrom, noSuch } from './which-cluster.ts';

interface Options {
  name: string;
  language: Language;
  files: ClusterFiles;
  waits: boolean;
}

/** `kctl cluster scenario run STORY`: exit code 0 also for a reader who leaves in the middle. */
export const scenarioRunCommand = defineCommand<Options>({
  flags: [
    langFlag,
    {
      name: 'name',
      type: 'string',
      default: 'story',
      describe: 'Cluster to tell it in; started where it does not run. Its clock is moved on, and nodes may fail.',
    },
    {
      name: 'no-wait',
      type: 'bool',
      default: false,
      describe: 'Go on without asking, as it does where there is no terminal.',
    },
    dataDirFlag,
  ],
  complete(invocation, context) {
    const { args, flags } = invocation;
    const [name, more] = args;
    const known = Object.keys(stories).join(', ');
    if (name === undefined) throw new KctlError('usage', 'say which story', { hint: `there are: ${known}` });
    if (more !== undefined) throw new KctlError('usage', `unexpected argument "${more}"`);
    if (!Object.hasOwn(stories, name)) {
      throw noSuch('story', name, Object.keys(stories));
    }
    const waits = !flags['no-wait'] && context.io.stdin.isTTY === true && context.io.stdout.isTTY === true;
    return { name, language: languageFrom(flags, context.io.env), files: filesFrom(invocation, context), waits };
  },
  async run({ name, language, files, waits }, context) {
    const { io, tool } = context;
    const story = stories[name]!;
    const telling = new Telling(io, language, waits ? () => ask(telling, context) : undefined);
    await telling.heading(story.title);
    const { perform, jump, kubeconfig } = await setStage(name, story, files, context);
    await telling.say({
      en: 'To look around by yourself, in another terminal:',
      ko: '다른 터미널에서 직접 둘러보려면:',
    });
    await telling.command(`export KUBECONFIG=${kubeconfig}`);
    const ended = await play({ story, telling, tool, perform, jump });
    await telling.say({
      en: `${ended ? 'The end. ' : ''}Everything is still there; to remove it:`,
      ko: `${ended ? '끝. ' : ''}모든 것이 그대로 남아 있습니다. 지우려면:`,
    });
    await telling.command(`${tool} cluster delete${files.name === DEFAULT_CLUSTER ? '' : ` --name ${files.name}`}`);
  },
});

/** True to go on, false after `q`. */
async function ask(telling: Telling, { io, signal }: CommandContext): Promise<boolean> {
  const lines = createInterface({ input: io.stdin, output: rawTerminal(io.stderr) });
  const question = telling.words({ en: '\n[Enter: go on, q: leave] ', ko: '\n[Enter: 계속, q: 그만] ' });
  // The end of the input (Ctrl-D) leaves, too.
  const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('q')));
  try {
    return !/^q/i.test((await Promise.race([lines.question(question, { signal }), closed])).trim());
  } finally {
    lines.close();
  }
}
