import { KctlError } from '../../../lib/errors.ts';
import type { FlagSpec, FlagValues } from '../../command.ts';
import type { Language } from './story.ts';

export const langFlag: FlagSpec = {
  name: 'lang',
  type: 'string',
  default: '',
  describe: 'Language of the story: en or ko. Without it, that of LC_ALL, LC_MESSAGES or LANG.',
};

const isLanguage = (text: string): text is Language => text === 'en' || text === 'ko';

/** Korean where the environment asks for it, English elsewhere (POSIX: LC_ALL before LC_MESSAGES before LANG). */
function languageOf(env: Record<string, string | undefined>): Language {
  const locale = env.LC_ALL || env.LC_MESSAGES || env.LANG || '';
  return /^ko([_.@-]|$)/i.test(locale) ? 'ko' : 'en';
}

/** @throws KctlError `usage` for a language that no story is told in */
export function languageFrom(flags: FlagValues, env: Record<string, string | undefined>): Language {
  const told = flags.lang as string;
  if (told === '') return languageOf(env);
  if (!isLanguage(told)) throw new KctlError('usage', `--lang must be en or ko, not "${told}"`);
  return told;
}
