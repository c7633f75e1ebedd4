import { isBelow, type LogLevel, levelOfText } from '../../../store/logs/level.ts';
import { structuredLine } from '../../../store/logs/structured.ts';

export interface LineFilterOptions {
  /** One of them must match, where there are any. */
  include: readonly RegExp[];
  /** None of them may. */
  exclude: readonly RegExp[];
  level: LogLevel | undefined;
}

/** Colours of programs are no part of what they say. */
const colours = /\u001b\[[\d;:]*m/g;

export const withoutColours = (text: string): string => (text.includes('\u001b') ? text.replace(colours, '') : text);

/** Which lines of one log are shown. Stateful: what has no level of its own (a stack) goes with the line before. */
export function lineFilter({ include, exclude, level }: LineFilterOptions): (text: string) => boolean {
  let isLow = false;
  const levelShows = (text: string): boolean => {
    if (level === undefined) return true;
    const own = structuredLine(text)?.level ?? levelOfText(text);
    if (own !== undefined) isLow = isBelow(own, level);
    return !isLow;
  };
  return (text) => {
    const plain = withoutColours(text);
    if (!levelShows(plain)) return false;
    if (include.length > 0 && !include.some((expression) => expression.test(plain))) return false;
    return !exclude.some((expression) => expression.test(plain));
  };
}
