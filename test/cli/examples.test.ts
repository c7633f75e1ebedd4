import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withBuiltins } from '../../src/cli/builtins.ts';
import { findCommand } from '../../src/cli/find-command.ts';
import { main } from '../../src/cli/main.ts';
import { readCommandLine } from '../../src/cli/run-command.ts';
import type { CommandEntry } from '../../src/commands/command.ts';
import { commandTable } from '../../src/commands/registry.ts';
import type { TerminalWritable } from '../../src/lib/io.ts';
import { encodeRelease, releaseSecretName } from '../../src/store/helm/release.ts';
import { eventually, type Sandbox, sandboxWithCluster } from '../support/program.ts';

// What help shows can be typed: every example is read, and those that end by themselves run on the demo cluster.

const table = withBuiltins(commandTable);
const linesOf = (entry: CommandEntry): string[] => [
  ...(entry.examples ?? []).map(({ line }) => line),
  ...(entry.subcommands ?? []).flatMap(linesOf),
];
const examples = [...new Set(table.flatMap(linesOf))];

/** Lines for a shell: pipes, lists, redirections. What kctl itself is given in them is what stands in front. */
const forShell = /[|<>&;]|\$tool|^[A-Z_]+=/;
const plain = examples.filter((line) => !forShell.test(line));

/** The words of a line, as a shell cuts it. */
function wordsOf(line: string): string[] {
  const words = line.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? [];
  return words.map((word) => word.replace(/'([^']*)'|"([^"]*)"/g, (_, one, two) => one ?? two));
}

test.each(plain)('%s is a command line of a command that there is', async (line) => {
  const found = await findCommand(wordsOf(line), table);
  expect(found.unknown).toBeUndefined();
  expect(found.entry?.load).toBeDefined();
  await readCommandLine(found.entry!, found.rest, `kctl ${found.path.join(' ')}`);
});

/** What goes on until somebody ends it, asks, or needs the world outside; the tests of the verb run those. */
const endless = [
  /^(proxy|port-forward|pf|attach|edit|debug|ui|ctx|rollout watch|config|cluster|plugin|undo|registry|build|builder|pull|push|login|logout|container|image (layers|diff|files|cat|extract|inspect|tag|save|load|import)) ?/,
  /^(ns|apply edit-last-applied|image ls \S+ \/) ?/,
  / (-w|--watch|-it|-i)( |$)/,
  /^logs -f/,
  /https:/,
  // What waits for pods waits for the kubelet's clock, and takes with it what other examples show.
  /^(delete|drain|wait|rollout (restart|promote)|replace --force)/,
];
/** What needs containers that run waits for those that examples before it have changed. */
const needsContainers = /^(logs|exec|cp|top) /;

/** `no` is an answer, too, and so is a difference. */
const otherCodes: Readonly<Record<string, number>> = {
  'auth can-i get pods --subresource=log --as=system:serviceaccount:default:default': 1,
};

describe('on the demo cluster', () => {
  let box: Sandbox & { kubeconfig: string };
  beforeAll(async () => {
    box = sandboxWithCluster();
    box.env.PATH = `${process.env.PATH}`;
    const file = (name: string, text: string) => {
      mkdirSync(join(box.home, name, '..'), { recursive: true });
      writeFileSync(join(box.home, name), text);
    };
    file(
      'web.yaml',
      box.kctl(['get', 'deploy', 'web', '-o', 'yaml']).stdout.replace(/^ {2}(resourceVersion|uid):.*\n/gm, ''),
    );
    file('manifests/one/settings.yaml', configMap('one'));
    file('overlays/production/kustomization.yaml', 'resources: [settings.yaml]\n');
    file('overlays/production/settings.yaml', configMap('production'));
    file('kustomization.yaml', 'resources: [overlays/production]\n');
    file('config/colour', 'blue');
    file('notes.txt', 'one\ntwo\n');
    file('roles.yaml', 'apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: reader}\nrules: []\n');
    const tls = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=alice'];
    execFileSync('openssl', [...tls, '-keyout', 'tls.key', '-out', 'tls.crt'], { cwd: box.home, stdio: 'ignore' });
    const csr = ['req', '-new', '-key', 'tls.key', '-subj', '/CN=alice', '-out', 'alice.csr'];
    execFileSync('openssl', csr, { cwd: box.home, stdio: 'ignore' });
    const request = readFileSync(join(box.home, 'alice.csr')).toString('base64');
    file('requests.yaml', `${signingRequest('alice', request)}---\n${signingRequest('bob', request)}`);
    expect(box.kctl(['create', '-f', 'requests.yaml']).code).toBe(0);
    box.kctl(['create', 'serviceaccount', 'robot']);
    file('release.json', JSON.stringify({ apiVersion: 'v1', kind: 'List', items: await release('web', 3) }));
    expect(box.kctl(['create', '-f', 'release.json']).code).toBe(0);
  });
  afterAll(() => box?.dispose());

  test('every example that ends by itself does what it says', async () => {
    const failed: string[] = [];
    for (const line of plain) {
      // The deployment is there: what makes it from a file is tried without.
      const words = line === 'create -f web.yaml' ? [...wordsOf(line), '--dry-run=client'] : wordsOf(line);
      if (endless.some((pattern) => pattern.test(line))) continue;
      if (needsContainers.test(line)) await ran(['rollout', 'status', 'deploy/web', '--timeout=60s'], box);
      // A container's first figures come some time after its start.
      if (line.startsWith('top ')) await eventually(() => measured(box), 'figures of the pods');
      const { code, said } = await ran(words, box);
      if (code !== (otherCodes[line] ?? 0) && !(line.startsWith('diff') && code === 1)) {
        failed.push(`${line}: exit code ${code}: ${said}`);
      }
    }
    expect(failed).toEqual([]);
  });
});

/** Revisions of a release, as helm keeps them. */
async function release(name: string, count: number): Promise<object[]> {
  const secrets = Array.from({ length: count }, async (_, index) => {
    const version = index + 1;
    const status = version === count ? 'deployed' : 'superseded';
    const manifest = configMap('of-release').replace('"3"', `"${version}"`);
    return {
      ...{ apiVersion: 'v1', kind: 'Secret', type: 'helm.sh/release.v1' },
      metadata: {
        name: releaseSecretName(name, version),
        labels: { owner: 'helm', name, status, version: String(version) },
      },
      data: { release: await encodeRelease({ name, version, namespace: 'default', info: { status }, manifest }) },
    };
  });
  return Promise.all(secrets);
}

const measured = async (box: Sandbox) => (await ran(['top', 'pod', '-l', 'app=web'], box)).code === 0;
const configMap = (name: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, labels: {app: web}}\ndata: {size: "3"}\n`;
const signingRequest = (name: string, request: string): string => `apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {name: ${name}}
spec: {request: ${request}, signerName: kubernetes.io/kube-apiserver-client, usages: [client auth]}
`;

async function ran(words: readonly string[], box: Sandbox): Promise<{ code: number; said: string }> {
  let said = '';
  const sink = (keep: boolean) =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        if (keep) said += chunk;
        done();
      },
    }) as TerminalWritable;
  const io = { stdin: Readable.from([]), stdout: sink(false), stderr: sink(true), env: box.env, cwd: box.home };
  const code = await main([...words], io, 'kctl');
  return { code, said: said.trim() };
}
