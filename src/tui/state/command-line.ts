import type { ResourceInfo } from '../../api/resource.ts';

/** A line typed after `:`. */
export type Command =
  | { type: 'none' }
  | { type: 'quit' | 'help' | 'aliases' }
  | { type: 'contexts'; name?: string }
  | { type: 'namespaces'; name?: string }
  | { type: 'theme' | 'rollout'; name: string }
  | { type: 'table'; kind: string; namespace?: string; filter?: string; labels?: string; context?: string };

const words: Readonly<Record<string, (argument: string | undefined) => Command>> = {
  ...alias(['q', 'q!', 'quit', 'exit', 'qa'], () => ({ type: 'quit' })),
  ...alias(['h', 'help', '?'], () => ({ type: 'help' })),
  ...alias(['a', 'alias', 'aliases'], () => ({ type: 'aliases' })),
  ...alias(['ctx', 'context', 'contexts'], (name) => ({ type: 'contexts', ...(name ? { name } : {}) })),
  ...alias(['ns', 'namespace', 'namespaces'], (name) => ({ type: 'namespaces', ...(name ? { name } : {}) })),
  ...alias(['theme', 'skin'], (name) => ({ type: 'theme', name: name ?? '' })),
  ...alias(['rollout', 'ro'], (name) => ({ type: 'rollout', name: name ?? '' })),
};

/** Words of the command line that are no kinds, for completion. */
const commandWords = ['aliases', 'contexts', 'help', 'namespaces', 'quit', 'rollout', 'theme'] as const;

function alias(names: string[], make: (argument: string | undefined) => Command) {
  return Object.fromEntries(names.map((name) => [name, make]));
}

/** `KIND [NAMESPACE] [/FILTER] [-f FUZZY] [LABELS] [@CONTEXT]`, or one of the words above. */
export function parseCommand(line: string): Command {
  const text = line.trim().replace(/^:/, '').trim();
  if (text === '') return { type: 'none' };
  const filterAt = text.search(/\s(\/|-[fl]\s)/);
  const head = (filterAt < 0 ? text : text.slice(0, filterAt)).split(/\s+/);
  const filter = filterAt < 0 ? undefined : text.slice(filterAt).trim().replace(/^\//, '');
  const word = words[head[0]!.toLowerCase()];
  if (word) return word(head[1]);
  const command: Command = { type: 'table', kind: head[0]! };
  for (const part of head.slice(1)) {
    if (part.startsWith('@')) command.context = part.slice(1);
    else if (/[=!]/.test(part)) command.labels = part;
    else command.namespace = part;
  }
  if (filter) command.filter = filter;
  return command;
}

/** What completion knows. */
export interface CompletionFacts {
  resources: readonly ResourceInfo[];
  namespaces: readonly string[];
  contexts: readonly string[];
  themes: readonly string[];
}

const limit = 30;

/** Lines that `line` may become, best first: whole words before longer ones, kinds that can be listed only. */
export function completeCommand(line: string, facts: CompletionFacts): string[] {
  const text = line.replace(/^\s+/, '');
  const space = text.lastIndexOf(' ');
  const head = text.slice(0, space + 1);
  const last = text.slice(space + 1).toLowerCase();
  const candidates = space < 0 ? firstWords(facts) : argumentsOf(head.trim(), facts);
  const matching = candidates.filter((word) => word.toLowerCase().startsWith(last));
  return [...new Set(matching)].slice(0, limit).map((word) => head + word);
}

function firstWords({ resources }: CompletionFacts): string[] {
  const names = new Set<string>(commandWords);
  for (const resource of resources) {
    if (!resource.verbs.includes('list')) continue;
    names.add(resource.plural);
    for (const short of resource.shortNames) names.add(short);
  }
  return [...names].sort((a, b) => a.localeCompare(b));
}

function argumentsOf(word: string, facts: CompletionFacts): readonly string[] {
  const command = parseCommand(word);
  if (command.type === 'contexts') return facts.contexts;
  if (command.type === 'theme') return facts.themes;
  if (command.type === 'namespaces' || (command.type === 'table' && command.namespace === undefined)) {
    return [...facts.namespaces, 'all'];
  }
  return [];
}
