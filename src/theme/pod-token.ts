import type { ThemeToken } from './tokens.ts';

const podTokens = [
  'log.pod.1',
  'log.pod.2',
  'log.pod.3',
  'log.pod.4',
  'log.pod.5',
  'log.pod.6',
  'log.pod.7',
  'log.pod.8',
] as const satisfies readonly ThemeToken[];

/** The colour of a pod among others: the same name has the same one in every run (FNV-1a). */
export function podToken(pod: string): ThemeToken {
  let sum = 0x811c9dc5;
  for (let at = 0; at < pod.length; at++) sum = Math.imul(sum ^ pod.charCodeAt(at), 0x01000193) >>> 0;
  // The low bits of names that end alike are alike: the high ones join in.
  return podTokens[(((sum >>> 16) ^ sum) >>> 0) % podTokens.length]!;
}
