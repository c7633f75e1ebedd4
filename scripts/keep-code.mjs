// What the first run of a command would compile, compiled with the build.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What people run first. */
const WORDS = ['get', 'pods'];

/**
 * Runs a command against a bundled cluster and puts the compiled code that it keeps beside the bundle. That serves
 * the same runtime with the same flags, and costs others nothing (src/cli/run-script.ts). Where it cannot be done,
 * as where nobody may listen, the first run of a user compiles.
 * @param dist the folder of the bundle, in its place
 * @param launcher what users call, with words in front
 */
export async function keepCode(dist, [program, ...words]) {
  const home = mkdtempSync(join(tmpdir(), 'kctl-build-'));
  try {
    const { startCluster } = await import(pathToFileURL(join(dist, 'testing.mjs')).href);
    const kubeconfigPath = join(home, 'kubeconfig');
    const cluster = await startCluster({ seed: 'demo', kubeconfigPath, log: () => undefined });
    try {
      const { PATH = '' } = process.env;
      const env = { PATH, HOME: home, XDG_CACHE_HOME: home, KUBECONFIG: kubeconfigPath };
      await once(spawn(program, [...words, ...WORDS], { env, stdio: 'ignore', timeout: 30_000 }), 'exit');
    } finally {
      await cluster.stop();
    }
    const made = join(home, 'kctl', 'compile');
    const kept = readFileSync(join(made, readdirSync(made)[0]));
    const own = kept.subarray(0, kept.indexOf('\n') + 1);
    const code = kept.subarray(own.length, kept.length - own.length);
    // `<file> <name> <size> <time> <version> <arch>`: without the file and its time, it holds wherever it is unpacked.
    const [arch, version, , size, name] = own.toString().trim().split(' ').reverse();
    const header = Buffer.from(`${name} ${size} ${version} ${arch}\n`);
    mkdirSync(join(dist, 'code'));
    writeFileSync(join(dist, 'code', `${name}.code`), Buffer.concat([header, code, header]));
  } catch (error) {
    process.stderr.write(`the build keeps no compiled code: ${error.message}\n`);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
