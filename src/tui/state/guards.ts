import { wildcard } from '../../lib/name-patterns.ts';
import type { ContextSettings } from '../../settings/dashboard-settings.ts';
import { isProtected } from '../../settings/protected.ts';
import type { UserFiles } from '../../settings/read-user-files.ts';
import { readSettings } from '../../settings/settings.ts';
import type { DashboardServices } from '../services.ts';
import { say } from '../words/say.ts';

/** What holds back changes in one context. */
export interface Guards {
  /** The context's name has to be typed before every change. */
  readonly isProtected: boolean;
  /** Objects that one action may change; undefined: as many as are marked. */
  readonly maxBulk: number | undefined;
  /** `kill` asks before it kills. */
  readonly killAsks: boolean;
}

interface Guarded {
  readonly services: DashboardServices;
  readonly userFiles: UserFiles;
}

/** @throws KctlError `config` for settings that cannot be read: a protection must not be lost in silence */
export function guardsOf({ services, userFiles }: Guarded): Guards {
  const { protected: patterns } = readSettings(services.env);
  const { maxBulk, killAsks = true } = userFiles.settings;
  return { isProtected: isProtected(services.cluster.contextName, patterns), maxBulk, killAsks };
}

/** Why the settings forbid an action on what is in a namespace; undefined where they do not. */
export function deniedBy(
  { userFiles }: { userFiles: { settings: Pick<ContextSettings, 'deny'> } },
  action: string,
  namespace: string | undefined,
): string | undefined {
  const rule = userFiles.settings.deny?.find(
    (one) =>
      wildcard(one.action ?? '*').test(action) &&
      (one.namespace === undefined || wildcard(one.namespace).test(namespace ?? '')),
  );
  if (!rule) return undefined;
  return (
    rule.why ??
    (rule.namespace
      ? say('the settings forbid {what} in {namespace}', {
          what: rule.action ?? say('every change'),
          namespace: rule.namespace,
        })
      : say('the settings forbid {what}', { what: rule.action ?? say('every change') }))
  );
}

/**
 * Why the settings forbid to forward ports. Forwarding changes nothing, so that only rules that name it hold.
 */
export function forwardDenied(
  { userFiles }: { userFiles: { settings: Pick<ContextSettings, 'deny'> } },
  namespace: string | undefined,
): string | undefined {
  const deny = userFiles.settings.deny?.filter(({ action = '*' }) => !/^\**$/.test(action));
  return deny && deniedBy({ userFiles: { settings: { deny } } }, 'port-forward', namespace);
}
