import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { KctlError } from '../../lib/errors.ts';
import type { IoStreams } from '../../lib/io.ts';
import { parseFirstYamlDocument } from '../../lib/yaml.ts';
import { defaultRules, type RuleName, type RuleValues, ruleNames } from '../../oci/layers/ci-rules.ts';

/**
 * The rules of a file as dive has it (`rules: {lowestEfficiency: 0.95}`); the usual ones where the file, or a rule in
 * it, is missing. A `#` before a rule or the word `disabled` turns it off. Names may be in any case, and rules that are
 * none are told and passed over, as dive passes over them.
 * @throws KctlError `input` where it cannot be read
 */
export async function readRules(file: string, io: IoStreams): Promise<RuleValues> {
  const text = await readFile(resolve(io.cwd, file), 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT' && file === '.dive-ci') return '';
    throw new KctlError('input', `${file} cannot be read: ${cause.message}`, { cause });
  });
  const { rules } = (parseFirstYamlDocument(text, file) ?? {}) as { rules?: unknown };
  if (rules === undefined || rules === null) return defaultRules;
  if (typeof rules !== 'object') throw new KctlError('input', `${file}: its rules are no map`);
  const given: [RuleName, string][] = [];
  for (const [word, value] of Object.entries(rules)) {
    const rule = ruleNames.find((name) => name.toLowerCase() === word.toLowerCase());
    if (rule) given.push([rule, String(value)]);
    else io.stderr.write(`warning: ${file}: there is no rule ${JSON.stringify(word)} (${ruleNames.join(', ')})\n`);
  }
  return { ...defaultRules, ...Object.fromEntries(given) };
}
