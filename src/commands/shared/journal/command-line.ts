/** Flags whose values may be secrets; of `key=value` the key stays. */
const secretFlags: ReadonlySet<string> = new Set([
  'docker-password',
  'env',
  'from-literal',
  'overrides',
  'password',
  'token',
]);

/** Flags and letters whose values are secrets only where a secret is what is changed. */
const patchFlags: ReadonlySet<string> = new Set(['patch', 'p']);

const hidden = '***';

/**
 * The words of a command line as a shell would take them, without the values that may be secret.
 * @param words without the program's name
 */
export function shownCommandLine(tool: string, words: readonly string[]): string {
  const setsVariables = words.includes('set') && words.includes('env');
  const ofSecrets = words.some((word) => /^secrets?($|\/|\.|,)/i.test(word));
  const shown: string[] = [];
  let hidesNext = false;
  for (const word of words) {
    if (hidesNext) shown.push(withoutValue(word));
    else shown.push(shownWord(word, setsVariables, ofSecrets));
    hidesNext = !hidesNext && takesSecret(word, ofSecrets) && !word.includes('=');
  }
  return [tool, ...shown.map(quoted)].join(' ');
}

function takesSecret(word: string, ofSecrets: boolean): boolean {
  const name = /^--?([\w-]+)/.exec(word)?.[1]?.replaceAll('_', '-');
  if (name === undefined) return false;
  return (word.startsWith('--') && secretFlags.has(name)) || (ofSecrets && patchFlags.has(name));
}

function shownWord(word: string, setsVariables: boolean, ofSecrets: boolean): string {
  const flag = /^(--?[\w-]+=)(.*)$/s.exec(word);
  if (flag) return takesSecret(word, ofSecrets) ? flag[1] + withoutValue(flag[2]!) : word;
  if (ofSecrets && /^-p./s.test(word)) return `-p${hidden}`;
  return setsVariables && /^[^-=][^=]*=/.test(word) ? withoutValue(word) : word;
}

/** `key=***` */
function withoutValue(text: string): string {
  const at = text.indexOf('=');
  const key = text.slice(0, Math.max(at, 0));
  return /^[\w.-]+$/.test(key) ? `${key}=${hidden}` : hidden;
}

function quoted(word: string): string {
  return /^[\w@%+=:,./*-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
