/** Their next word chooses what runs. */
const grouped = /^(describe|create|rollout|config|auth|set|top|certificate|apply|image|completion|explain)$/;
const format = /(?:^| )(?:-o|--output)[ =]?([a-z-]{1,30})/;

/**
 * What compiled code is kept under (run-script.ts): command lines of one name run mostly the same functions. It is
 * a word that can be part of a file's name.
 * @param words of the command line, the verb first
 */
export function codeName([verb = '', ...words]: readonly string[]): string {
  const kind = grouped.test(verb) ? /^[a-z][a-z0-9.-]{0,60}/.exec(words[0] ?? '')?.[0] : undefined;
  const shown = format.exec(words.join(' '))?.[1];
  return [/^[\w-]{0,40}/.exec(verb)![0], kind, shown].filter((part) => part !== undefined).join('_');
}
