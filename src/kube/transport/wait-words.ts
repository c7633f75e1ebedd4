import type { ApiRequest } from '../cluster.ts';

const doing: Readonly<Record<string, string>> = { POST: 'create', PUT: 'replace', PATCH: 'patch', DELETE: 'delete' };

/** What is waited for, for people: `waiting for 10.0.0.1:6443: deployments/web (patch)`. */
export function waitWords(
  host: string,
  { method, path, waitingFor }: Pick<ApiRequest, 'method' | 'path' | 'waitingFor'>,
): string {
  if (waitingFor !== undefined) return `waiting for ${host}: ${waitingFor}`;
  const verb = doing[method];
  return `waiting for ${host}: ${objectOf(path)}${verb === undefined ? '' : ` (${verb})`}`;
}

/** Of `/apis/GROUP/VERSION/namespaces/NAMESPACE/TYPE/NAME/SUBRESOURCE` what tells one request from another. */
function objectOf(path: string): string {
  const within = /^\/(?:api\/[^/]+|apis\/[^/]+\/[^/]+)\/(.+)$/.exec(path)?.[1];
  if (within === undefined) return path;
  const [type, name, subresource] = within.replace(/^namespaces\/[^/]+\/(?=[^/])/, '').split('/');
  const object = name === undefined ? type! : `${type}/${decoded(name)}`;
  return subresource === undefined ? object : `${subresource} of ${object}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
