import { say } from '../../words/say.ts';

/** What the filter line of logs takes, for help and beside what is typed. */
export function filterHints(): readonly (readonly [string, string])[] {
  return [
    ['time out', say('lines that match both expressions')],
    ['!health', say('lines that do not match')],
    ['"two words"', say('words with their space')],
    ['level>=warn', say('this level and above; a stack goes with its error')],
    ['status>=500', say('a field of JSON or logfmt: = != > >= < <= ~')],
    ['pod=web*', say('by pod; also container, namespace, context')],
    ['-f tmout', say('letters in this order')],
    ['//retry', say('what is found and hides nothing: n and Shift-N go there')],
  ];
}
