import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NodeSummary } from '../../../api/control/nodes.ts';
import { KctlError } from '../../../lib/errors.ts';
import type { CommandContext } from '../../command.ts';
import { type ClusterFiles, writePrivate } from '../cluster-files.ts';
import { type ClusterControl, clusterControl } from '../control.ts';
import { launch } from '../launch.ts';
import type { Performance, Performed } from './play.ts';
import type { Story } from './story.ts';

/** Where a story is played: a cluster, a folder with its files, and a kubeconfig whose namespace is the story's. */
export interface Stage {
  folder: string;
  kubeconfig: string;
  perform: Performance['perform'];
  jump: Performance['jump'];
}

/** How often a story asks for its turn to move the clock, and how long it waits between (ms). */
const MOST_TRIES = 150;
const RETRY_MS = 100;

/**
 * Sets the stage for `name`: starts the cluster where it does not run (empty, three nodes), removes what an
 * earlier telling left, and writes the story's files.
 * @throws KctlError as `launch` does; `internal` when the namespace cannot be made
 */
export async function setStage(
  name: string,
  story: Story,
  files: ClusterFiles,
  context: CommandContext,
): Promise<Stage> {
  const { io } = context;
  await launch(files, { port: 0, nodes: 3, seed: 'empty' }, io.env);
  const control = await clusterControl(files, context);
  const folder = join(files.dir, 'scenarios', name);
  const kubeconfig = join(folder, 'kubeconfig');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const [file, text] of Object.entries(story.files)) writePrivate(join(folder, file), text);

  const run = (args: readonly string[], config: string): Promise<Performed> =>
    runSelf(args, { cwd: folder, env: { ...io.env, KUBECONFIG: config }, signal: context.signal });
  const perform = (line: string): Promise<Performed> => {
    const args = line.split(' ');
    return run(args[0] === 'cluster' ? [...args, '--name', files.name] : args, kubeconfig);
  };
  const jump = async (ms: number): Promise<void> => {
    for (let left = MOST_TRIES; ; left--) {
      try {
        await control.call('POST', 'clock/jump', { ms });
        return;
      } catch (error) {
        // Another story, or whoever looks around, moves the clock at this moment.
        if (!(error instanceof KctlError) || error.code !== 'conflict' || left === 0) throw error;
        await sleep(RETRY_MS, undefined, { signal: context.signal });
      }
    }
  };

  const namespace = `story-${name}`;
  const must = async (...args: string[]): Promise<string> => {
    const { code, text } = await run(args, files.kubeconfig);
    if (code !== 0) throw new KctlError('internal', `the stage for "${name}" cannot be set: ${text.trim()}`);
    return text;
  };
  await recoverNodes(control, jump);
  await must('delete', 'namespace', namespace, '--ignore-not-found', '--wait=false');
  for (let look = 0; look < 60 && (await must('get', 'namespaces', '-o', 'name')).includes(`/${namespace}\n`); look++) {
    await jump(5000);
  }
  await must('create', '-f', writeNamespace(folder, namespace));
  writePrivate(kubeconfig, await must('config', 'view', '--raw', '--flatten'));
  const { code, text } = await run(['config', 'set-context', '--current', `--namespace=${namespace}`], kubeconfig);
  if (code !== 0) throw new KctlError('internal', `${kubeconfig} cannot be written: ${text.trim()}`);
  return { folder, kubeconfig, perform, jump };
}

/** A story that was left in the middle may have left nodes that are down. */
async function recoverNodes(control: ClusterControl, jump: Stage['jump']): Promise<void> {
  const listed = async () => (await control.call<{ nodes: NodeSummary[] }>('GET', 'nodes')).nodes;
  const names = (await listed()).flatMap(({ name, down }) => (down ? [name] : []));
  if (names.length === 0) return;
  await control.call('POST', 'nodes/recover', { names });
  const isLost = ({ name, status }: NodeSummary) => names.includes(name) && status.startsWith('NotReady');
  for (let look = 0; look < 60 && (await listed()).some(isLost); look++) await jump(5000);
}

function writeNamespace(folder: string, name: string): string {
  const file = join(folder, 'namespace.yaml');
  writePrivate(file, `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${name}\n`);
  return file;
}

/** Runs this program with `args` to its end. */
function runSelf(
  args: readonly string[],
  options: { cwd: string; env: Record<string, string | undefined>; signal: AbortSignal },
): Promise<Performed> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', process.argv[1] ?? '', ...args], {
      ...options,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    const parts: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => parts.push(part));
    child.stderr.on('data', (part: Buffer) => parts.push(part));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, text: Buffer.concat(parts).toString() }));
  });
}
