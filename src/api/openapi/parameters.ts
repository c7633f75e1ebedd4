import type { OpenApiSchema } from './schema.ts';

/** Query parameters of the API: type and what they do. `kctl` has these texts of its own. */
const queryParameters: Readonly<Record<string, readonly [type: string, description: string]>> = {
  allowWatchBookmarks: ['boolean', 'Lets the server send BOOKMARK events, which carry nothing but a resource version.'],
  command: ['string', 'The program to run and its arguments; it is not run in a shell.'],
  container: ['string', 'The container that is meant; by default the only one of the pod.'],
  continue: ['string', 'The token of an earlier page, to get the page that follows.'],
  dryRun: ['string', 'With the value All, everything is checked and answered, and nothing is stored.'],
  fieldManager: ['string', 'The name under which the written fields are owned; at most 128 printable characters.'],
  fieldSelector: ['string', 'Keeps only the objects whose fields match, such as metadata.name=web.'],
  fieldValidation: ['string', 'What happens to unknown and duplicate fields: Ignore, Warn or Strict.'],
  follow: ['boolean', 'Goes on sending lines as they are written.'],
  force: ['boolean', 'Takes over fields that other managers own. For apply patches only.'],
  gracePeriodSeconds: ['integer', 'Seconds the object has for ending; 0 means at once.'],
  insecureSkipTLSVerifyBackend: ['boolean', 'Does not check the certificate of the node that has the logs.'],
  labelSelector: ['string', 'Keeps only the objects whose labels match, such as app=web,tier!=cache.'],
  limit: ['integer', 'At most so many objects come in one answer; the rest is had with `continue`.'],
  limitBytes: ['integer', 'Ends the output after so many bytes.'],
  orphanDependents: ['boolean', 'Outdated: propagationPolicy says it better.'],
  path: ['string', 'The part of the URL that is passed on.'],
  ports: ['integer', 'The ports to forward.'],
  pretty: ['string', 'With the value true, JSON comes indented.'],
  previous: ['boolean', 'Shows the run of the container before the present one.'],
  propagationPolicy: ['string', 'What becomes of dependents: Orphan, Background or Foreground.'],
  resourceVersion: ['string', 'How new what is read must be; see resourceVersionMatch.'],
  resourceVersionMatch: ['string', 'How resourceVersion is meant: Exact or NotOlderThan.'],
  sendInitialEvents: ['boolean', 'A watch begins with all objects there are, and a bookmark marks their end.'],
  sinceSeconds: ['integer', 'Shows lines that are younger than so many seconds.'],
  stderr: ['boolean', 'Takes what the program writes to standard error.'],
  stdin: ['boolean', 'Passes input on to the program.'],
  stdout: ['boolean', 'Takes what the program writes to standard output.'],
  stream: ['string', 'Which output to show: All, Stdout or Stderr.'],
  tailLines: ['integer', 'Begins with so many lines before the end.'],
  timeoutSeconds: ['integer', 'Ends the list or watch after so many seconds.'],
  timestamps: ['boolean', 'Begins every line with the time at which it was written.'],
  tty: ['boolean', 'Gives the program a terminal.'],
  watch: ['boolean', 'Sends changes as they happen, in place of a list.'],
};

const pathParameters: Readonly<Record<string, string>> = {
  name: 'The name of the object.',
  namespace: 'The namespace of the object, such as default.',
  path: 'The part of the URL that is passed on.',
};

/** The parameter objects of OpenAPI 3.0 for query parameters. */
export function inQuery(...names: readonly string[]): OpenApiSchema[] {
  return names.map((name) => {
    const [type, description] = queryParameters[name]!;
    return { name, in: 'query', description, schema: { type, uniqueItems: true } };
  });
}

export function inPath(name: string): OpenApiSchema {
  const description = pathParameters[name];
  return { name, in: 'path', description, required: true, schema: { type: 'string', uniqueItems: true } };
}

export const selecting = inQuery(
  'allowWatchBookmarks',
  'continue',
  'fieldSelector',
  'labelSelector',
  'limit',
  'resourceVersion',
  'resourceVersionMatch',
  'sendInitialEvents',
  'timeoutSeconds',
  'watch',
);

export const deletingMany = inQuery(
  'continue',
  'dryRun',
  'fieldSelector',
  'gracePeriodSeconds',
  'labelSelector',
  'limit',
  'orphanDependents',
  'propagationPolicy',
  'resourceVersion',
  'resourceVersionMatch',
  'sendInitialEvents',
  'timeoutSeconds',
);

export const deleting = inQuery('dryRun', 'gracePeriodSeconds', 'orphanDependents', 'propagationPolicy');
export const writing = inQuery('dryRun', 'fieldManager', 'fieldValidation');
export const patching = inQuery('dryRun', 'fieldManager', 'fieldValidation', 'force');
export const logging = inQuery(
  'container',
  'follow',
  'insecureSkipTLSVerifyBackend',
  'limitBytes',
  'pretty',
  'previous',
  'sinceSeconds',
  'stream',
  'tailLines',
  'timestamps',
);

/** What streams and proxies take, by the kind of their options. */
export const connecting: Readonly<Record<string, OpenApiSchema[]>> = {
  PodAttachOptions: inQuery('container', 'stderr', 'stdin', 'stdout', 'tty'),
  PodExecOptions: inQuery('command', 'container', 'stderr', 'stdin', 'stdout', 'tty'),
  PodPortForwardOptions: inQuery('ports'),
  PodProxyOptions: inQuery('path'),
  ServiceProxyOptions: inQuery('path'),
  NodeProxyOptions: inQuery('path'),
};
