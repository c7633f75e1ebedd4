import type { Cluster } from '../../kube/cluster.ts';
import { isProtected } from '../../settings/protected.ts';
import { readSettings } from '../../settings/settings.ts';
import type { ChangingCommand } from './changing-command.ts';
import { asksForName } from './changing-verbs.ts';
import { isJournalWanted } from './journal/journal-settings.ts';

/**
 * What stands between a verb that changes objects and the cluster: the question of a protected context, asked before
 * anything is sent, and the journal, below all verbs. Where neither is wanted the cluster is given back as it is.
 * @throws KctlError where the name of a protected context is not given
 */
export async function guardWrites(cluster: Cluster, command: ChangingCommand): Promise<Cluster> {
  const { io, commandPath, flags } = command;
  const settings = readSettings(io.env);
  if (settings.protected?.length && asksForName(commandPath, flags)) {
    const { contextName, transport } = cluster;
    if (isProtected(contextName, settings.protected)) {
      const { confirmContext } = await import('./protected-contexts.ts');
      const confirmed = String(command.globals['confirm-context'] ?? '');
      await confirmContext({ ...command, contextName, server: transport.server, confirmed });
    }
  }
  if (!isJournalWanted(io, settings, commandPath)) return cluster;
  const { journalled } = await import('./journal/journal-transport.ts');
  return journalled(cluster, command, settings);
}
