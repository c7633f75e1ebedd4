import type { Match } from '../../api/control/faults.ts';
import type { ResourceTarget } from '../server/request-info.ts';
import { matchesGlob } from './glob.ts';

/** One request, as far as rules ask about it. */
export interface Asked {
  verb: string;
  target: ResourceTarget;
  user: string;
  agent: string;
}

const fits = (patterns: readonly string[] | undefined, ...texts: readonly string[]): boolean =>
  patterns === undefined || patterns.some((pattern) => texts.some((text) => matchesGlob(pattern, text)));

/** By plural, `plural.group`, singular or short name; with `/log` only that subresource, without one all of them. */
function fitsResource(patterns: readonly string[] | undefined, { resource, subresource }: ResourceTarget): boolean {
  if (patterns === undefined) return true;
  const { plural, singular, shortNames = [], group } = resource;
  const names = [plural, singular, ...shortNames, ...(group ? [`${plural}.${group}`] : [])];
  return patterns.some((pattern) => {
    const [name = '', part] = pattern.toLowerCase().split('/');
    return (part === undefined || matchesGlob(part, subresource ?? '')) && fits([name], ...names);
  });
}

/** True when a request is one of those that `match` means. */
export function isMeant(match: Match, { verb, target, user, agent }: Asked): boolean {
  return (
    fits(match.verbs, verb) &&
    fitsResource(match.resources, target) &&
    fits(match.namespaces, target.namespace ?? '') &&
    fits(match.objects, target.name ?? '') &&
    fits(match.users, user) &&
    (match.agents === undefined || fits(match.agents, agent, agent.split('/')[0]!))
  );
}
