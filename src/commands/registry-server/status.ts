import { humanDuration } from '../../lib/age.ts';
import { imageStorePath, openImageStore } from '../../oci/store/open-store.ts';
import { defineCommand } from '../command.ts';
import { refuseArguments } from '../shared/no-arguments.ts';
import { runningRegistry } from './launch.ts';
import { REGISTRY_USER, type RegistryRecord, registryFiles } from './registry-files.ts';
import { hostOf } from './start.ts';

/** `kctl registry status`: exit code 0 when it runs, 1 when it does not. */
export const statusCommand = defineCommand<undefined>({
  flags: [],
  complete({ args }, context) {
    refuseArguments(args, context);
    return undefined;
  },
  async run(_options, { io }) {
    const files = registryFiles(io.env);
    const record = await runningRegistry(files);
    const path = imageStorePath(io.env);
    const rows: [string, string | undefined][] = [
      ['State', record ? 'running' : 'stopped'],
      ['Address', record && hostOf(record)],
      ['Process', record && String(record.pid)],
      ['Served by', record?.cluster && `the cluster "${record.cluster}"`],
      ['Running for', record && humanDuration(Date.now() - Date.parse(record.startedAt))],
      ['Access', record && accessText(record)],
      ['Repositories', repositoriesText(path)],
      ['Images', path],
      ['Log', files.log],
    ];
    for (const [label, value] of rows) {
      if (value !== undefined) io.stdout.write(`${`${label}:`.padEnd(14)}${value}\n`);
    }
    return record ? 0 : 1;
  },
});

function accessText({ auth, password }: RegistryRecord): string {
  if (auth) return `users of ${auth}`;
  return password ? `user ${REGISTRY_USER}, password ${password}` : 'everybody on this machine';
}

/** `2, with 5 tags` */
function repositoriesText(path: string): string {
  const store = openImageStore(path);
  try {
    const names = store.repositories.list();
    const tags = names.reduce((sum, name) => sum + store.repositories.tags(name).length, 0);
    return names.length === 0 ? 'none' : `${names.length}, with ${tags} ${tags === 1 ? 'tag' : 'tags'}`;
  } finally {
    store.close();
  }
}
