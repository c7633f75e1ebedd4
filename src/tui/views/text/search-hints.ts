import { say } from '../../words/say.ts';

type Hints = readonly (readonly [example: string, meaning: string])[];

/** What a text, or a page that hides nothing, takes behind `/`. */
export const searchHints = (): Hints => [
  ['/port|host', say('what is found and hides nothing: n and Shift-N go there')],
];

/** What a tree takes there. */
export const branchHints = (): Hints => [
  ['/a b', say('rows that match both expressions')],
  ['/!web', say('rows that do not match')],
];
