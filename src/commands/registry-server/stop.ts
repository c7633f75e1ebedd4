import { KctlError } from '../../lib/errors.ts';
import { defineCommand } from '../command.ts';
import { refuseArguments } from '../shared/no-arguments.ts';
import { endProcess } from '../shared/own-process.ts';
import { isLocked } from '../shared/process-lock.ts';
import { type RegistryFiles, readRegistryRecord, registryFiles } from './registry-files.ts';

/** `kctl registry stop`: its images are kept. */
export const stopCommand = defineCommand<undefined>({
  flags: [],
  complete({ args }, context) {
    refuseArguments(args, context);
    return undefined;
  },
  async run(_options, { io, tool }) {
    const stopped = await stopRegistry(registryFiles(io.env), tool);
    io.stdout.write(stopped ? 'registry stopped\n' : 'registry is not running\n');
  },
});

/** False when it did not run. */
async function stopRegistry(files: RegistryFiles, tool: string): Promise<boolean> {
  const record = readRegistryRecord(files);
  // Only the holder of the lock is ours to signal: the recorded process id may have a new owner by now.
  if (!record || !(await isLocked(files.lock))) return false;
  if (record.cluster) {
    throw new KctlError('conflict', `the registry is served by the cluster "${record.cluster}", and ends with it`, {
      hint: `stop that: ${tool} cluster stop --name ${record.cluster}`,
    });
  }
  await endProcess('the registry', files.lock, record.pid);
  return true;
}
