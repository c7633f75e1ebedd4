/** Verbs that only look, with sub-commands where only some of them do. */
const looks: ReadonlySet<string> = new Set([
  ...['api-resources', 'api-versions', 'auth can-i', 'auth who-can', 'auth whoami', 'cluster-info', 'completion'],
  ...['ctx', 'describe', 'diff', 'events', 'explain', 'get', 'helm history', 'helm list', 'helm ls', 'image', 'images'],
  ...['kustomize', 'logs', 'ns', 'options', 'pf', 'port-forward', 'proxy', 'rollout diff', 'rollout history'],
  ...['rollout status', 'rollout watch', 'theme', 'top', 'tree', 'version', 'wait', 'why'],
]);

/** Flags with which a verb that changes things only says what it would do. */
const rehearsals = /^--(preview|list|local|help)(=true)?$|^-h$|^--dry-run(=(server|client|true))?$/;

/** Verbs of which the server can try all that they would do. */
const tried: ReadonlySet<string> = new Set([
  ...['annotate', 'apply', 'autoscale', 'cordon', 'create', 'delete', 'drain', 'expose', 'label', 'patch', 'replace'],
  ...['scale', 'set', 'taint', 'uncordon'],
]);

/** The command line with which the server tries `argv` and keeps nothing; undefined where it has no way to say so. */
export function rehearsalOf(argv: readonly string[]): readonly string[] | undefined {
  const isWhole = argv.every((word) => word !== '--' && !word.startsWith('--raw') && !word.startsWith('--dry-run'));
  return isWhole && tried.has(argv[0] ?? '') ? [...argv, '--dry-run=server'] : undefined;
}

/** The words that name the command: `['rollout', 'restart']` of `rollout restart deploy/web`. */
function commandWords(argv: readonly string[]): string[] {
  const end = argv.findIndex((word) => !/^[a-z][a-z-]*$/.test(word));
  return argv.slice(0, Math.min(2, end < 0 ? argv.length : end));
}

/** Whether a command line changes nothing: where that is not known, it is taken to change something. */
export function onlyLooks(argv: readonly string[]): boolean {
  const [verb = '', sub = ''] = commandWords(argv);
  if (looks.has(verb) || looks.has(`${verb} ${sub}`)) return true;
  const end = argv.indexOf('--');
  return argv.slice(0, end < 0 ? undefined : end).some((word) => rehearsals.test(word));
}

/** Whether a command line opens local ports: it changes nothing, and may be forbidden all the same. */
export function isForwarding([verb, sub = '']: readonly string[]): boolean {
  return verb === 'port-forward' || (verb === 'pf' && !['list', 'save', 'down'].includes(sub));
}

/** The namespaces that it forwards in: words of `pf` name theirs. */
export function forwardedNamespaces(argv: readonly string[], usual: string): string[] {
  const words = argv.slice(1).filter((word) => !word.startsWith('-'));
  const named = argv[0] === 'pf' ? words.map((word) => /^[^@=]+@([^@=]+)/.exec(word)?.[1] ?? usual) : [];
  return [...new Set(named.length > 0 ? named : [usual])];
}

/** What rules may call a command line: `rollout-restart` and `restart`, `delete`, `helm-rollback` and `rollback`. */
export function ruleNames(argv: readonly string[]): string[] {
  const [verb = '', sub] = commandWords(argv);
  return grouping.has(verb) && sub !== undefined ? [`${verb}-${sub}`, sub, verb] : [verb];
}

/** Verbs whose second word says what is done. */
const grouping: ReadonlySet<string> = new Set(['apply', 'auth', 'certificate', 'config', 'helm', 'rollout', 'set']);

/** The value of a flag, as kubectl reads its last mention; undefined where it is not given. */
export function flagOf(argv: readonly string[], names: readonly string[]): string | undefined {
  let value: string | undefined;
  for (const [index, word] of argv.entries()) {
    if (word === '--') break;
    const [flag, given] = splitFlag(word);
    if (names.includes(flag)) value = given ?? argv[index + 1];
    else if (names.includes(word.slice(0, 2)) && /^-\w./.test(word)) value = word.slice(2).replace(/^=/, '');
  }
  return value;
}

function splitFlag(word: string): [string, string | undefined] {
  const at = word.indexOf('=');
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}
