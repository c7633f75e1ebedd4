import type { CommandContext, FlagValues } from '../commands/command.ts';
import { KctlError } from '../lib/errors.ts';
import type { Completing } from './completing.ts';
import { type CliContext, createContext } from './context.ts';

/** Nobody waits longer for the words behind a key press. */
const patience = '3s';

/**
 * The context of commands that are still being typed: a request may not take long, and no cluster is started for it.
 * @param values all flags of the command line so far
 */
export function completionContext(values: FlagValues, { io, tool, signal }: Completing): CommandContext {
  const asked = values['request-timeout'];
  const globals = { ...values, v: 0, 'request-timeout': asked && asked !== '0' ? asked : patience };
  const context: CliContext = createContext({ io, tool, commandPath: '', globals, signal });
  return { ...context, connect: async () => (await refuseStart({ ...context, globals })).connect() };
}

/** @throws KctlError where nothing names a cluster and the bundled one does not run */
async function refuseStart(context: CommandContext): Promise<CommandContext> {
  const { globals, io, tool } = context;
  const [{ hasConfiguration }, { clusterOptions }] = await Promise.all([
    import('../kube/kubeconfig/has-configuration.ts'),
    import('../kube/cluster-options.ts'),
  ]);
  if (tool === 'kubectl' || hasConfiguration(clusterOptions(globals, { env: io.env, cwd: io.cwd }))) return context;
  const [{ clusterFiles, DEFAULT_CLUSTER }, { answeringRecord }] = await Promise.all([
    import('../commands/cluster/cluster-files.ts'),
    import('../commands/cluster/launch.ts'),
  ]);
  const files = clusterFiles(io.env, DEFAULT_CLUSTER);
  if (await answeringRecord(files)) return context;
  throw new KctlError('config', 'no cluster runs');
}
