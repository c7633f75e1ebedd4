import { groupResource } from '../../api/resource.ts';
import type { ActionContext } from '../actions/action.ts';
import type { DashboardServices } from '../services.ts';
import { TableModel } from '../views/table-model.ts';

/** What `$NAME` and the other words of plugins stand for, by name in capitals. */
export type Variables = Readonly<Record<string, string>>;

/** What stands in the columns of the row under the cursor: `COL-STATUS`. */
function columnVariables({ model }: ActionContext): Record<string, string> {
  const row = model instanceof TableModel ? model.selectedRow() : undefined;
  if (!row || !(model instanceof TableModel)) return {};
  const { columns } = model.store.getSnapshot();
  return Object.fromEntries(
    columns.map(({ name }, index) => [`COL-${name.toUpperCase()}`, String(row.cells[index] ?? '')]),
  );
}

/** The variables of k9s' plugins, for what is selected. */
function variablesOf(context: ActionContext): Variables {
  const { host, model, target } = context;
  const { cluster, env } = host.services;
  const { view } = model;
  const resource = target?.resource ?? (view.type === 'table' ? view.resource : undefined);
  const inPod = view.type === 'table' && view.parent ? view.parent.name : undefined;
  const isContainer = resource !== undefined && groupResource(resource) === 'containers.kctl.dev';
  return {
    ...columnVariables(context),
    NAME: target?.name ?? '',
    NAMESPACE:
      target?.namespace ?? (view.type === 'table' ? view.parent?.namespace : undefined) ?? host.namespace ?? '',
    CONTEXT: cluster.contextName,
    CLUSTER: cluster.clusterName,
    USER: cluster.userName,
    POD: (isContainer ? inPod : view.type === 'logs' ? view.pod : target?.name) ?? '',
    CONTAINER: (isContainer ? target?.name : view.type === 'logs' ? view.container : undefined) ?? '',
    FILTER: model.filter(),
    RESOURCE_GROUP: resource?.group ?? '',
    RESOURCE_VERSION: resource?.version ?? '',
    RESOURCE_NAME: resource?.plural ?? '',
    KUBECONFIG: env['KUBECONFIG'] ?? '',
  };
}

const groupsBy = new WeakMap<DashboardServices, Promise<string>>();

/** The groups of the user, as the server knows them, with commas: asked once; '' where it does not say. */
async function groupsOf(services: DashboardServices): Promise<string> {
  const known = groupsBy.get(services);
  if (known) return known;
  const asked = services.run(['auth', 'whoami', '-o', 'json']).then(({ code, stdout }) => {
    const groups = code === 0 ? JSON.parse(stdout).status?.userInfo?.groups : undefined;
    return Array.isArray(groups) ? groups.join(',') : '';
  });
  groupsBy.set(services, asked);
  return asked;
}

/** The same, with what has to be asked for where `texts` have it: `$GROUPS`. */
export async function allVariablesOf(context: ActionContext, texts: readonly string[]): Promise<Variables> {
  // What is selected is what was selected when the key was pressed.
  const variables = variablesOf(context);
  if (!texts.some((text) => /\$!?\{?!?GROUPS\b/.test(text))) return variables;
  return { ...variables, GROUPS: await groupsOf(context.host.services) };
}

/** `$NAME`, `${NAME}`, `$COL-STATUS`, `$!FLAG`. */
const variable = /\$(!?)(?:\{(!?)([A-Za-z][\w-]*)\}|(COL-[\w%/().-]+|[A-Z][A-Z0-9_]*))/g;

function variableValue(name: string, negated: boolean, variables: Variables): string | undefined {
  const value = variables[name] ?? variables[name.toUpperCase()];
  if (value === undefined || !negated) return value;
  return value === 'true' ? 'false' : 'true';
}

/** `template` with values in the place of its variables; what is none of them stays as it is. */
export function fillIn(template: string, variables: Variables): string {
  return template.replace(variable, (whole, not: string, notInside: string | undefined, braced, bare) => {
    return variableValue(braced ?? bare, Boolean(not || notInside), variables) ?? whole;
  });
}

const shells = /(?:^|[/\\])(?:ba|z|da|k|a|fi)?sh(?:\.exe)?$/;

/** True where the argument behind `words` is a script: they end with a shell and its `-c`. */
export function isScript(words: readonly string[]): boolean {
  const last = words.findLastIndex((word) => !/^-/.test(word));
  return last >= 0 && shells.test(words[last]!) && /^-[a-z]*c$/.test(words.at(-1)!);
}

/**
 * A script for a shell, in which variables are read from the environment: what they stand for is never read as
 * code. Where a single quote keeps a shell from looking, the quotes are opened for the variable.
 */
export function scriptWithEnvironment(
  script: string,
  variables: Variables,
): { script: string; env: Record<string, string> } {
  const env: Record<string, string> = {};
  let made = '';
  let quote = '';
  let at = 0;
  while (at < script.length) {
    const rest = script.slice(at);
    const [match] = rest.matchAll(variable);
    const name = match?.index === 0 ? (match[3] ?? match[4]!) : undefined;
    const value = name === undefined ? undefined : variableValue(name, Boolean(match![1] || match![2]), variables);
    if (name !== undefined && value !== undefined) {
      const kept = `KCTL_${match![1] || match![2] ? 'NOT_' : ''}${name.toUpperCase().replace(/\W/g, '_')}`;
      env[kept] = value;
      made += quote === "'" ? `'"\${${kept}}"'` : `\${${kept}}`;
      at += match![0].length;
      continue;
    }
    const taken = pieceOf(rest, quote, script[at - 1]);
    if (taken === "'" || taken === '"') quote = quote === taken ? '' : quote === '' ? taken : quote;
    made += taken;
    at += taken.length;
  }
  return { script: made, env };
}

/** The next piece of a script in which no quote begins or ends by itself: an escaped character, a comment, a character. */
function pieceOf(rest: string, quote: string, before: string | undefined): string {
  if (rest[0] === '\\' && quote !== "'") return rest.slice(0, 2);
  if (rest[0] === '#' && quote === '' && (before === undefined || /\s/.test(before))) return /^[^\n]*/.exec(rest)![0];
  return rest[0]!;
}

/** The words of a line, in which quotes keep spaces: nothing else is read as a shell would. */
export function wordsOf(line: string): string[] {
  return [...line.matchAll(/(?:"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)|([^\s"'\\]))+/g)].map(([whole]) =>
    whole.replace(/"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)/g, (_, double, single, escaped) =>
      double !== undefined ? double.replace(/\\(["\\])/g, '$1') : (single ?? escaped),
    ),
  );
}
