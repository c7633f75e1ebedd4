import { apiVersionOf, type ResourceInfo } from '../../api/resource.ts';
import type { Asked, Said } from './explanation.ts';
import { nearNames } from './near-names.ts';

/** In which versions the server has it, or what is called nearly so. */
export async function* explainNotServed({ error, status, connect, tool }: Asked): AsyncGenerator<Said> {
  const [, kind = status?.details?.kind ?? '', version = ''] =
    /no matches for kind "([^"]+)" in version "([^"]*)"/.exec(error.message) ?? [];
  if (kind === '') return;
  const { discovery } = await connect();
  const all = await discovery.resources();
  const word = kind.toLowerCase();
  const served = all.filter((one) => one.kind.toLowerCase() === word || one.plural === word);
  if (served.length > 0) {
    const versions = [...new Set(served.map(apiVersionOf))];
    yield `This server has ${served[0]!.kind} in ${versions.join(', ')}${version && !versions.includes(version) ? `, not in ${version}` : ''}.`;
    return;
  }
  const near = nearNames(kind, all.map(kindOf));
  if (near.length > 0) yield `Near it: ${near.join(', ')}.`;
  else
    yield `This server has no such type: its CustomResourceDefinition is not installed here, or it is another cluster than you think.`;
  yield {
    command: version.includes('/')
      ? `${tool} api-resources --api-group=${version.split('/')[0]}`
      : `${tool} api-resources`,
  };
}

const kindOf = ({ kind }: ResourceInfo): string => kind;
