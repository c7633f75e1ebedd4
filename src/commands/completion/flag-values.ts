import type { Completer, FlagSpec } from '../command.ts';

const words = (...list: string[]): Completer => ({ from: 'words', words: list });

/** What flags that mean the same wherever they are take; a flag that has a `complete` of its own goes by that. */
const byName: Readonly<Record<string, Completer>> = {
  cascade: words('background', 'orphan', 'foreground'),
  cluster: { from: 'kubeconfig', list: 'clusters' },
  clusterrole: { from: 'names', type: 'clusterroles' },
  container: { from: 'containers' },
  context: { from: 'kubeconfig', list: 'contexts' },
  'dry-run': words('none', 'client', 'server'),
  filename: { from: 'files', extensions: ['json', 'yaml', 'yml'] },
  kustomize: { from: 'folders' },
  namespace: { from: 'names', type: 'namespaces' },
  profile: words('legacy', 'general', 'baseline', 'netadmin', 'restricted', 'sysadmin'),
  subresource: words('status', 'scale', 'resize'),
  user: { from: 'kubeconfig', list: 'users' },
  validate: words('strict', 'warn', 'ignore'),
};

/** Formats in the order in which kubectl offers them. */
const formatOrder = [
  ...['json', 'yaml', 'name', 'go-template', 'go-template-file', 'template', 'templatefile'],
  ...['jsonpath', 'jsonpath-as-json', 'jsonpath-file', 'custom-columns', 'custom-columns-file', 'wide'],
];

/** What the shell can offer as the value of a flag; undefined leaves it to file names. */
export function completerOf(flag: FlagSpec, tool: string): Completer | undefined {
  if (flag.complete) return flag.complete;
  if (flag.name === 'output') return formatsOf(flag, tool);
  if (flag.name === 'profile' && flag.hidden) return undefined;
  return byName[flag.name];
}

/** The formats that a command's own help names. */
function formatsOf({ describe, ownValues = {} }: FlagSpec, tool: string): Completer {
  const named = new Set(describe.match(/[a-z]+(-[a-z]+)*/g));
  const own = tool === 'kubectl' ? [] : Object.keys(ownValues);
  return { from: 'words', words: [...formatOrder.filter((format) => named.has(format)), ...own] };
}
