import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { SnapshotFacts, SnapshotRestored } from '../../api/control/snapshots.ts';
import { ApiStatusError } from '../../api/status.ts';
import { humanDuration } from '../../lib/age.ts';
import { KctlError } from '../../lib/errors.ts';
import { type Command, type CommandContext, defineCommand, type FlagSpec, type Invocation } from '../command.ts';
import { acquireLock, isLocked } from '../shared/process-lock.ts';
import type { ClusterFiles } from './cluster-files.ts';
import { clusterControl } from './control.ts';
import { aligned } from './steer.ts';
import { dataDirFlag, filesFrom, nameFlag, noSuch, requireCluster } from './which-cluster.ts';

const outputFlag: FlagSpec = {
  name: 'output',
  short: 'o',
  type: 'string',
  default: '',
  describe: 'Output format: json, or what people read.',
};

interface SnapshotOptions {
  files: ClusterFiles;
  isJson: boolean;
  names: readonly string[];
  force: boolean;
  /** Absolute path of the file to write or to read. */
  path: string | undefined;
}

/** A command about the snapshots of one cluster, be it running or not. */
function snapshotCommand(
  flags: readonly FlagSpec[],
  most: number,
  run: (options: SnapshotOptions, context: CommandContext) => Promise<void>,
): Command<SnapshotOptions> {
  return defineCommand<SnapshotOptions>({
    flags: [...flags, nameFlag, outputFlag, dataDirFlag],
    complete: (invocation, context) => optionsFrom(invocation, context, most),
    async run(options, context) {
      requireCluster(options.files, context.io.env, context.tool);
      await run(options, context);
    },
  });
}

function optionsFrom(invocation: Invocation, context: CommandContext, most: number): SnapshotOptions {
  const { args, flags } = invocation;
  if (args.length > most) throw new KctlError('usage', `unexpected argument "${args[most]}"`);
  const output = flags.output as string;
  if (output !== '' && output !== 'json') throw new KctlError('usage', `--output must be json, not "${output}"`);
  const path = (flags.to ?? flags.from) as string | undefined;
  return {
    files: filesFrom(invocation, context),
    isJson: output === 'json',
    names: args,
    force: flags.force === true,
    path: path === undefined ? undefined : resolve(context.io.cwd, path),
  };
}

/** Asks the cluster where it runs; does it under its lock where it does not. */
async function runningOrNot<T>(
  files: ClusterFiles,
  context: CommandContext,
  call: { path: string; body: unknown; offline: () => Promise<T> },
): Promise<T> {
  const lock = (await isLocked(files.lock)) ? undefined : await acquireLock(files.lock);
  if (lock) {
    try {
      return await call.offline();
    } finally {
      lock.release();
    }
  }
  const control = await clusterControl(files, context);
  try {
    return await control.call<T>('POST', call.path, call.body);
  } catch (error) {
    // What it says of a snapshot is said in the same words as without it.
    if (!(error instanceof ApiStatusError) || error.status.details?.kind !== 'snapshots') throw error;
    throw new KctlError('conflict', error.message, { cause: error });
  }
}

const stamp = (now: Date): string => now.toISOString().slice(0, 19).replace('T', '-').replaceAll(':', '');

function sizeText(bytes: number): string {
  const mib = bytes / 1024 / 1024;
  return mib < 1 ? `${Math.ceil(bytes / 1024)} KiB` : `${mib.toFixed(mib < 10 ? 1 : 0)} MiB`;
}

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

const forceFlag: FlagSpec = {
  name: 'force',
  type: 'bool',
  default: false,
  describe: 'Replace a snapshot of that name.',
};

/** Before a snapshot is made for it. @throws KctlError `usage`, `conflict` */
function checkTarget(path: string): void {
  const folder = dirname(path);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new KctlError('usage', `--to ${path}: there is no folder ${folder}`);
  }
  if (existsSync(path)) throw new KctlError('conflict', `${path} is there already`);
}

/** `kctl cluster snapshot save [NAME]`; without a name, the time is it. */
export const snapshotSaveCommand = snapshotCommand(
  [{ name: 'to', type: 'string', describe: 'Write a copy to this file, for other clusters.' }, forceFlag],
  1,
  async ({ files, names, force, path, isJson }, context) => {
    const name = names[0] ?? stamp(new Date());
    if (path !== undefined) checkTarget(path);
    const snapshots = await context.snapshots(files.dataDir);
    const { snapshot } = await runningOrNot<{ snapshot: SnapshotFacts }>(files, context, {
      path: 'snapshots/save',
      body: { name, force },
      offline: async () => ({ snapshot: await snapshots.saveStopped(name, force) }),
    });
    if (path !== undefined) snapshots.export(name, path);
    const { objects, volumes = 0, bytes } = snapshot;
    const held = `${counted(objects, 'object')}${volumes > 0 ? `, ${counted(volumes, 'volume')}` : ''}`;
    context.io.stdout.write(
      isJson
        ? `${JSON.stringify({ snapshot }, null, 4)}\n`
        : `snapshot "${name}" of cluster "${files.name}" saved: ${held}, ${sizeText(bytes)}\n`,
    );
  },
);

/** @throws KctlError `usage` that says which there are */
function requireSnapshot(name: string, listed: readonly { name: string }[], save: string): void {
  const names = listed.map((one) => one.name);
  if (names.includes(name)) return;
  if (names.length > 0) throw noSuch('snapshot', name, names);
  throw new KctlError('usage', `there is no snapshot "${name}"`, { hint: `take one with: ${save}` });
}

/** `kctl cluster snapshot restore NAME` */
export const snapshotRestoreCommand = snapshotCommand(
  [{ name: 'from', type: 'string', describe: 'Restore from this file, which `save --to` wrote.' }],
  1,
  async ({ files, names, path, isJson }, context) => {
    if ((names.length === 0) === (path === undefined)) {
      throw new KctlError('usage', 'say which snapshot: its name, or a file with --from');
    }
    const snapshots = await context.snapshots(files.dataDir);
    const name = names[0] ?? `from-${stamp(new Date())}-${process.pid}`;
    if (path !== undefined) await snapshots.import(name, path, true);
    else requireSnapshot(name, snapshots.list(), `${context.tool} cluster snapshot save`);
    try {
      const done = await runningOrNot<SnapshotRestored>(files, context, {
        path: 'snapshots/restore',
        body: { name },
        offline: () => snapshots.restoreStopped(name),
      });
      const { written, removed, same } = done.restored;
      const what = `${counted(written, 'object')} put back, ${removed} removed, ${same} as they were`;
      context.io.stdout.write(
        isJson
          ? `${JSON.stringify(done, null, 4)}\n`
          : `cluster "${files.name}" restored from ${path ?? `snapshot "${name}"`}: ${what}\n`,
      );
    } finally {
      if (path !== undefined) snapshots.delete(name);
    }
  },
);

/** `kctl cluster snapshot list` */
export const snapshotListCommand = snapshotCommand([], 0, async ({ files, isJson }, context) => {
  const { stdout, stderr } = context.io;
  const all = (await context.snapshots(files.dataDir)).list();
  if (isJson) {
    stdout.write(`${JSON.stringify({ snapshots: all }, null, 4)}\n`);
    return;
  }
  if (all.length === 0) {
    stderr.write('No snapshots yet.\n');
    return;
  }
  const now = Date.now();
  const rows = all.map((one) =>
    'problem' in one
      ? [one.name, '', '', '', '', one.problem]
      : [
          one.name,
          String(one.objects),
          sizeText(one.bytes),
          one.clusterTime.replace(/\.\d+Z$/, 'Z'),
          humanDuration(now - Date.parse(one.takenAt)),
          one.version,
        ],
  );
  for (const line of aligned([['NAME', 'OBJECTS', 'SIZE', 'CLUSTER TIME', 'AGE', 'KCTL'], ...rows]))
    stdout.write(`${line}\n`);
});

/** `kctl cluster snapshot delete NAME...` */
export const snapshotDeleteCommand = snapshotCommand(
  [],
  Number.POSITIVE_INFINITY,
  async ({ files, names, isJson }, context) => {
    if (names.length === 0) throw new KctlError('usage', 'say which snapshots to delete');
    const snapshots = await context.snapshots(files.dataDir);
    for (const name of names) {
      requireSnapshot(name, snapshots.list(), `${context.tool} cluster snapshot save`);
      snapshots.delete(name);
      if (!isJson) context.io.stdout.write(`snapshot "${name}" deleted\n`);
    }
    if (isJson) context.io.stdout.write(`${JSON.stringify({ deleted: names }, null, 4)}\n`);
  },
);
