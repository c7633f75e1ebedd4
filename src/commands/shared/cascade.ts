import { KctlError } from '../../lib/errors.ts';
import type { IoStreams } from '../../lib/io.ts';
import type { FlagSpec } from '../command.ts';

export type PropagationPolicy = 'Background' | 'Foreground' | 'Orphan';

export const cascadeFlag: FlagSpec = {
  name: 'cascade',
  type: 'string',
  default: 'background',
  bare: 'background',
  describe: 'What happens to dependents: background, foreground (they go first) or orphan (they stay).',
};

/** Go's strconv.ParseBool. */
const booleans: Readonly<Record<string, boolean>> = Object.fromEntries([
  ...['1', 't', 'T', 'TRUE', 'true', 'True'].map((word) => [word, true]),
  ...['0', 'f', 'F', 'FALSE', 'false', 'False'].map((word) => [word, false]),
]);

const policies: Readonly<Record<string, PropagationPolicy>> = {
  background: 'Background',
  foreground: 'Foreground',
  orphan: 'Orphan',
};

/** Booleans are from before there were three ways. @throws KctlError `usage` */
export function parseCascade(text: string, { stderr }: IoStreams): PropagationPolicy {
  const former = Object.hasOwn(booleans, text) ? booleans[text] : undefined;
  if (former !== undefined) {
    const word = former ? 'background' : 'orphan';
    stderr.write(
      `warning: --cascade=${text} is deprecated (boolean value) and can be replaced with --cascade=${word}.\n`,
    );
    return policies[word]!;
  }
  const policy = Object.hasOwn(policies, text) ? policies[text] : undefined;
  if (policy) return policy;
  throw new KctlError('usage', `invalid cascade value (${text}). Must be "background", "foreground", or "orphan"`);
}
