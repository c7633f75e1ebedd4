import { KctlError } from '../../lib/errors.ts';
import { padText } from '../../lib/text-width.ts';
import { defineCommand } from '../command.ts';
import { langFlag, languageFrom } from './scenarios/language.ts';
import { stories } from './scenarios/stories.ts';
import type { Language } from './scenarios/story.ts';

/** `kctl cluster scenario list` */
export const scenarioListCommand = defineCommand<{ language: Language; names: boolean }>({
  flags: [
    langFlag,
    { name: 'output', short: 'o', type: 'string', default: '', describe: 'Output format: name, or what people read.' },
  ],
  complete({ args, flags }, { io }) {
    if (args.length > 0) throw new KctlError('usage', `unexpected argument "${args[0]}"`);
    if (flags.output !== '' && flags.output !== 'name') {
      throw new KctlError('usage', `--output must be name, not "${flags.output}"`);
    }
    return { language: languageFrom(flags, io.env), names: flags.output === 'name' };
  },
  async run({ language, names }, { io }) {
    const width = Math.max(...Object.keys(stories).map((name) => name.length)) + 3;
    if (!names) io.stdout.write(`${padText('NAME', width)}STORY\n`);
    for (const [name, { title }] of Object.entries(stories)) {
      io.stdout.write(names ? `${name}\n` : `${padText(name, width)}${title[language]}\n`);
    }
  },
});
