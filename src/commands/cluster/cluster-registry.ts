import { readFileSync, statSync } from 'node:fs';
import { KctlError } from '../../lib/errors.ts';
import { type CheckPassword, onePassword, readPasswords } from '../../oci/server/passwords.ts';
import { imageStorePath, openImageStore } from '../../oci/store/open-store.ts';
import type { ImageStore } from '../../oci/store/types.ts';
import {
  REGISTRY_USER,
  type RegistryFiles,
  readRegistryRecord,
  registryFiles,
} from '../registry-server/registry-files.ts';
import { takeRegistry } from '../registry-server/serve.ts';

/** What the nodes of a cluster pull from: the user's image store, and the registry that serves it. */
interface ClusterRegistry {
  store: ImageStore;
  hosts(): readonly string[];
  checkPassword(): CheckPassword | undefined;
  /** Serves it, where no other process does. Resolves with its name in names of images; undefined where it cannot. */
  serve(): Promise<string | undefined>;
  close(): Promise<void>;
}

interface Access {
  hosts: readonly string[];
  checkPassword: CheckPassword | undefined;
}

const NOBODY: CheckPassword = () => false;

/**
 * Opens the images of the user for a cluster. Undefined where that fails: a cluster without them has simulated ones.
 * @param say takes lines for the cluster's log
 */
export function openClusterRegistry(
  cluster: string,
  env: Record<string, string | undefined>,
  say: (line: string) => void,
): ClusterRegistry | undefined {
  const files = registryFiles(env);
  let store: ImageStore;
  try {
    store = openImageStore(imageStorePath(env));
  } catch (error) {
    say(`error: images: ${(error as Error).message}`);
    return undefined;
  }
  const access = rememberedAccess(files);
  const undo: (() => unknown)[] = [() => store.close()];
  return {
    store,
    hosts: () => access().hosts,
    checkPassword: () => access().checkPassword,
    async serve() {
      const last = readRegistryRecord(files);
      const options = { port: 0, auth: last?.auth, withPassword: last?.password !== undefined, logRequests: false };
      try {
        const served = await takeRegistry(files, options, { env, say, cluster });
        if (served) undo.push(() => served.close());
      } catch (error) {
        if (!(error instanceof KctlError)) throw error;
        say(`error: registry: ${error.message}`);
        return undefined;
      }
      return access().hosts[0];
    },
    async close() {
      for (const step of undo.splice(0).reverse()) await step();
    },
  };
}

/** Where the registry is and whom it lets in, read again when that has changed: it may be started anew at any time. */
function rememberedAccess(files: RegistryFiles): () => Access {
  let read = -1;
  let known: Access = { hosts: [], checkPassword: undefined };
  return () => {
    const changed = statSync(files.record, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (changed !== read) known = readAccess(files);
    read = changed;
    return known;
  };
}

function readAccess(files: RegistryFiles): Access {
  const record = readRegistryRecord(files);
  if (!record) return { hosts: [], checkPassword: undefined };
  const hosts = ['localhost', '127.0.0.1', '[::1]'].map((host) => `${host}:${record.port}`);
  if (record.password) return { hosts, checkPassword: onePassword(REGISTRY_USER, record.password) };
  if (record.auth === undefined) return { hosts, checkPassword: undefined };
  try {
    return { hosts, checkPassword: readPasswords(readFileSync(record.auth, 'utf8'), record.auth) };
  } catch {
    // A file that cannot be read lets nobody in.
    return { hosts, checkPassword: NOBODY };
  }
}
