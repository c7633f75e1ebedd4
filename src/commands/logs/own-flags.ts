import type { FlagSpec } from '../command.ts';
import { contextsFlag } from '../shared/many-contexts-flag.ts';
import { whereFlag } from '../shared/where.ts';

const expressions = (name: string, describe: string): FlagSpec => ({
  name,
  type: 'stringArray',
  default: [],
  describe,
});

/**
 * Flags that kubectl's `logs` does not have. Any of them makes it a reading of many logs at once: merged by time,
 * followed through restarts and into pods that come later.
 */
export const ownLogsFlags: readonly FlagSpec[] = [
  { name: 'all-namespaces', short: 'A', type: 'bool', default: false, describe: 'Pods of all namespaces.' },
  {
    ...contextsFlag,
    describe: 'Contexts to read from side by side: names and patterns such as prod-*; !NAME leaves one out.',
  },
  expressions('exclude', 'Leave out lines that match this regular expression. May be repeated.'),
  expressions('exclude-container', 'All containers but those of this name or pattern. May be repeated.'),
  expressions('exclude-pod', 'Leave out pods of this name or pattern. May be repeated.'),
  { name: 'field-selector', type: 'string', default: '', describe: 'Pods with these fields (spec.nodeName=NAME).' },
  expressions('highlight', 'Show what matches this regular expression in colour. May be repeated.'),
  { name: 'ignore-case', short: 'i', type: 'bool', default: false, describe: 'Expressions match in any case.' },
  expressions('include', 'Only lines that match this regular expression, or one of several.'),
  {
    name: 'json',
    type: 'string',
    default: '',
    bare: '*',
    describe:
      'Show lines that are JSON or logfmt as time, level, message and fields, or only the named fields: --json=.level,user.id.',
  },
  {
    name: 'level',
    type: 'string',
    default: '',
    describe: 'Only lines of this level and above; lines without a level go with the one before them.',
    complete: { from: 'words', words: ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] },
  },
  {
    name: 'new-pods',
    type: 'bool',
    default: false,
    describe: 'Follow pods that come later too; a pod by its name alone is otherwise followed to its end.',
  },
  {
    name: 'output',
    short: 'o',
    type: 'string',
    default: '',
    describe: 'json: each line as an object with its namespace, pod, container and time.',
    complete: { from: 'words', words: ['json'] },
  },
  {
    ...whereFlag,
    describe:
      "Only pods of which this is true, a condition in CEL over fields and handy words: 'restarts > 3 && age < 1h'.",
  },
].map((flag) => ({ ...flag, own: true }) as FlagSpec);
