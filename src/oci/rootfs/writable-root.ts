import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { chmod, chown } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { KctlError } from '../../lib/errors.ts';
import type { StoreLease } from '../store/types.ts';
import { type HostAbility, overlayOptions } from './ability.ts';
import type { ChangeSource } from './changes/change.ts';
import { CopyChanges } from './changes/copy-changes.ts';
import { OverlayChanges } from './changes/overlay-changes.ts';
import { writeLayer } from './changes/write-layer.ts';
import { findUser } from './find-user.ts';
import { runTool } from './host-tools.ts';
import { asOwner } from './namespaces.ts';
import { removeTree } from './remove-tree.ts';
import { type PlannedMount, planMounts, systemFilesOf } from './run/plan-mounts.ts';
import { provideSources } from './run/provide-sources.ts';
import { runInNamespaces } from './run/run-command.ts';
import { runScript } from './run/run-script.ts';
import { runtimeStart } from './run/runtime-start.ts';
import { checkIds, checkOwners, checkProgram, environmentOf, startLine } from './run/start-line.ts';
import { makeStubLayer, missingPlaces, placeStubs } from './run/stubs.ts';
import { StackedFiles } from './stacked-files.ts';
import type { CommittedLayer, RootChange, RunCommand, RunHooks, RunResult, WritableRoot } from './types.ts';
import type { Unpacked } from './unpacked-layers.ts';

interface RootParts {
  /** Of this root: what was written, and what runs need. */
  folder: string;
  /** It outlives this object. */
  isKept: boolean;
  /** Of caches. */
  caches: string;
  layers: Unpacked;
  ability: HostAbility;
  /** Holds the layers. */
  lease: StoreLease;
}

/** See `WritableRoot`: in the form that the machine allows. */
export abstract class LayeredRoot implements WritableRoot {
  protected readonly parts: RootParts;
  readonly #running = new Set<Promise<unknown>>();

  constructor(parts: RootParts) {
    this.parts = parts;
  }

  static async open(parts: RootParts): Promise<WritableRoot> {
    const ready = join(parts.folder, 'ready');
    const isNew = !existsSync(ready);
    if (isNew) {
      // What a process that was killed has begun.
      await removeTree(parts.folder, parts.ability);
      mkdirSync(join(parts.folder, 'merged'), { recursive: true, mode: 0o755 });
    }
    parts.folder = realpathSync(parts.folder);
    const root: LayeredRoot = parts.ability.public.mount === 'copy' ? new CopiedRoot(parts) : new OverlayRoot(parts);
    if (isNew) {
      await root.begin();
      writeFileSync(ready, '');
    }
    return root;
  }

  /** Makes the writable layer. */
  protected abstract begin(): Promise<void>;
  /** What is seen, the topmost first. */
  protected abstract files(): StackedFiles;
  /** Makes places for mounts. @returns options of the overlay, and what ends it */
  protected abstract prepare(mounts: readonly PlannedMount[]): Promise<{ overlay: string | undefined; end(): void }>;
  protected abstract source(): ChangeSource;

  async run(command: RunCommand, on: RunHooks): Promise<RunResult> {
    const running = this.#run(command, on);
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  async #run(asked: RunCommand, on: RunHooks): Promise<RunResult> {
    on.signal.throwIfAborted();
    const { folder, ability, caches } = this.parts;
    const { tools, public: can } = ability;
    const files = this.files();
    const user = findUser(files, asked.user);
    const command = { ...asked, env: environmentOf(asked, user) };
    const mounts = planMounts(files, command.mounts);
    const systemFiles = systemFilesOf(files);
    const cwd = files.find(command.cwd).path;
    checkProgram(command, cwd, files, [...mounts.map(({ target }) => target), 'proc', 'dev', 'sys']);
    checkIds(user, command.user, can.ids);
    checkOwners(command.mounts, can.ids);
    const runtime = can.runtime === 'unshare' ? undefined : can.runtime;
    const start =
      runtime === undefined
        ? { line: startLine({ command, user, cwd, files, ability: can, tools }), end: () => {} }
        : runtimeStart({
            ...{ program: tools[runtime]!, runtime, folder, command, cwd, isRootless: can.isRootless },
            // Without ids of others there are no groups to be had.
            user: can.ids === 'own' ? { ...user, groups: [] } : user,
          });
    await using held = new AsyncDisposableStack();
    held.defer(() => start.end());
    const { overlay, end } = await this.prepare(mounts);
    held.defer(end);
    const sources = await provideSources(mounts, { folder, caches, ability, held, on });
    const hostname = command.hostname ?? '';
    writeNetworkFiles(join(folder, 'files'), hostname);
    const hasNetwork = command.network !== 'none';
    const { isRootless } = can;
    const isPrivileged = command.isPrivileged === true;
    const script = runScript({
      ...{ folder, overlay, mounts, systemFiles, sources, cwd, hostname, hasNetwork, isRootless, isPrivileged, tools },
      ...{ start: start.line, runtime, limits: command.limits ?? [] },
    });
    const secrets = mounts.flatMap(({ mount }) => (mount.type === 'secret' ? [mount.content] : []));
    return await runInNamespaces({ folder: join(folder, 'files'), script, secrets, hasNetwork }, ability, on);
  }

  commit(lease: StoreLease, { epoch }: { epoch?: number | undefined } = {}): Promise<CommittedLayer | undefined> {
    return writeLayer(this.source(), lease, epoch);
  }

  async changes(): Promise<RootChange[]> {
    const found: RootChange[] = [];
    await this.source().each(async ({ kind, path }) => {
      found.push({ kind, path: `/${path}` });
    });
    return found.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#running);
    try {
      if (!this.parts.isKept) await removeTree(this.parts.folder, this.parts.ability);
    } finally {
      this.parts.lease.release();
    }
  }
}

class OverlayRoot extends LayeredRoot {
  get #upper(): string {
    return join(this.parts.folder, 'upper');
  }

  protected async begin(): Promise<void> {
    const { folder, layers, ability } = this.parts;
    for (const name of ['upper', 'work', 'low']) mkdirSync(join(folder, name), { mode: 0o755 });
    // Short names: all of them together have to fit into a page of memory.
    for (const [index, layer] of layers.folders.entries()) symlinkSync(layer, join(folder, 'low', String(index)));
    const top = layers.folders.at(-1);
    if (top === undefined) return;
    const { mode, uid, gid } = statSync(top);
    await chmod(this.#upper, mode & 0o7777);
    if (!ability.rootless) await chown(this.#upper, uid, gid);
  }

  protected files(): StackedFiles {
    return new StackedFiles([this.#upper, ...this.parts.layers.folders.toReversed()]);
  }

  protected async prepare(mounts: readonly PlannedMount[]): Promise<{ overlay: string; end(): void }> {
    const { folder, layers, ability } = this.parts;
    const files = this.files();
    // Of this run alone, as what is missing depends on it.
    const stubs = mkdtempSync(join(folder, 'stubs-'));
    await makeStubLayer(join(stubs, 'root'), missingPlaces(files, mounts), files, layers.lists, ability);
    const lower = [
      `${stubs.slice(folder.length + 1)}/root`,
      ...layers.folders.map((_, index) => `low/${index}`).reverse(),
    ];
    const options = overlayOptions(ability.public.isRootless);
    return {
      overlay: `${options},lowerdir=${lower.join(':')},upperdir=upper,workdir=work`,
      end: () => rmSync(stubs, { recursive: true, force: true }),
    };
  }

  protected source(): ChangeSource {
    return new OverlayChanges(this.#upper, this.parts.layers.lists, this.parts.ability);
  }
}

class CopiedRoot extends LayeredRoot {
  get #copy(): string {
    return join(this.parts.folder, 'merged');
  }

  get #stamp(): string {
    return join(this.parts.folder, 'copied');
  }

  protected async begin(): Promise<void> {
    const { layers, ability } = this.parts;
    const { rootless, tools } = ability;
    const base = layers.folders[0];
    const owner = rootless ? asOwner(rootless, tools.unshare!) : [];
    if (base !== undefined) await runTool([...owner, tools.cp!, '-a', '--reflink=auto', '-T', '--', base, this.#copy]);
    // From the next tick of the file system's clock on, what changes is later than the stamp.
    writeFileSync(this.#stamp, '');
    const at = statSync(this.#stamp, { bigint: true }).ctimeNs;
    writeFileSync(this.#stamp, String(at));
    while (statSync(this.#stamp, { bigint: true }).ctimeNs <= at) {
      await setTimeout(2);
      writeFileSync(this.#stamp, String(at));
    }
  }

  protected files(): StackedFiles {
    return new StackedFiles([this.#copy]);
  }

  protected async prepare(mounts: readonly PlannedMount[]): Promise<{ overlay: undefined; end(): void }> {
    return { overlay: undefined, end: placeStubs(this.#copy, missingPlaces(this.files(), mounts)) };
  }

  protected source(): ChangeSource {
    const at = readFileSync(this.#stamp, 'utf8');
    if (!/^\d+$/.test(at)) throw new KctlError('input', `${this.parts.folder} is no whole copy`);
    return new CopyChanges(this.parts.layers.folders[0], this.#copy, BigInt(at), this.parts.ability);
  }
}

/** What docker mounts over an image's: the host's name servers, and names for the loopback addresses. */
function writeNetworkFiles(folder: string, hostname: string): void {
  mkdirSync(folder, { recursive: true });
  let servers = '';
  try {
    servers = readFileSync('/etc/resolv.conf', 'utf8');
  } catch {
    // A machine without name servers: containers have none, too.
  }
  writeFileSync(join(folder, 'resolv.conf'), servers, { mode: 0o644 });
  const hosts = `127.0.0.1\tlocalhost ${hostname}\n::1\tlocalhost ip6-localhost ip6-loopback\n`;
  writeFileSync(join(folder, 'hosts'), hosts.replace(' \n', '\n'), { mode: 0o644 });
}
