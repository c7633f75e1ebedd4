import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { findBuiltin } from '../../../src/api/resources.ts';
import type { Command, CommandContext } from '../../../src/commands/command.ts';
import { pauseCommand } from '../../../src/commands/rollout/pause.ts';
import { undoCommand } from '../../../src/commands/rollout/undo.ts';
import type { ApiRequest, Cluster } from '../../../src/kube/cluster.ts';
import { deployment, replicaSet } from '../../store/rollout/objects.ts';
import { run as runLine } from '../fake-cluster.ts';

/** Runs a command against a server that holds one deployment with two revisions; what was sent comes back. */
async function run<Options>(command: Command<Options>, flags: Record<string, unknown>, spec: object = {}) {
  const live: KubeObject = deployment('shop/web:v2', { spec: { selector: { matchLabels: { app: 'web' } }, ...spec } });
  live.metadata.annotations!['kubectl.kubernetes.io/last-applied-configuration'] = '{}';
  const old = replicaSet(1, 'shop/web:v1', 0);
  old.metadata.annotations!['kubernetes.io/change-cause'] = 'first';
  const patches: ApiRequest[] = [];
  const cluster = {
    namespace: 'shop',
    discovery: { resolve: async () => findBuiltin('deployments.apps')!, expandCategory: async () => undefined },
    transport: {
      async json(request: ApiRequest) {
        if (request.method === 'PATCH') patches.push(request);
        return request.path.endsWith('/replicasets') ? { items: [old, replicaSet(2, 'shop/web:v2', 3)] } : live;
      },
    },
  } as unknown as Cluster;
  const stdout = new PassThrough();
  const context = {
    io: { stdout, stderr: new PassThrough(), stdin: new PassThrough(), env: {}, cwd: '/' },
    tool: 'kctl',
    commandPath: 'rollout undo',
    globals: {},
    signal: new AbortController().signal,
    connect: async () => cluster,
  } as unknown as CommandContext;
  const defaults = {
    filename: [],
    selector: '',
    output: '',
    template: '',
    'to-revision': 0,
    'dry-run': 'none',
    'field-manager': 'm',
  };
  const invocation = {
    args: ['deploy/web'],
    afterDash: undefined,
    flags: { ...defaults, ...flags },
    given: new Set<string>(),
  };
  const options = await command.complete(invocation as Parameters<typeof command.complete>[0], context);
  command.validate?.(options, context);
  await command.run(options, context);
  stdout.end();
  return { said: await text(stdout), patches };
}

describe('undo of a deployment', () => {
  test('replaces template and annotations, and keeps those that are not of a revision', async () => {
    const { said, patches } = await run(undoCommand, {});
    expect(said).toBe('deployment.apps/web rolled back\n');
    expect(patches[0]).toMatchObject({
      contentType: 'application/json-patch+json',
      path: '/apis/apps/v1/namespaces/shop/deployments/web',
    });
    expect(JSON.parse(String(patches[0]!.body))).toEqual([
      {
        op: 'replace',
        path: '/spec/template',
        value: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'shop/web:v1' }] } },
      },
      {
        op: 'replace',
        path: '/metadata/annotations',
        value: {
          'deployment.kubernetes.io/revision': '2',
          'kubectl.kubernetes.io/last-applied-configuration': '{}',
          'kubernetes.io/change-cause': 'first',
        },
      },
    ]);
  });
  test('skips a revision that is already there', async () => {
    const { said, patches } = await run(undoCommand, { 'to-revision': 2 });
    expect(said).toBe('deployment.apps/web skipped rollback (current template already matches revision 2)\n');
    expect(patches).toEqual([]);
  });
  test('a dry run of the client sends nothing, one of the server says so', async () => {
    const dry = await run(undoCommand, { 'dry-run': 'client' });
    expect(dry.patches).toEqual([]);
    expect(dry.said).toMatch(/^deployment.apps\/web Pod Template:\n {2}Labels:\tapp=web\n[\s\S]* \(dry run\)\n$/);
    const server = await run(undoCommand, { 'dry-run': 'server' });
    expect(server.patches[0]!.query).toMatchObject({ dryRun: 'All' });
    expect(server.said).toBe('deployment.apps/web rolled back (server dry run)\n');
  });
  test('refuses what is paused and what is not there', async () => {
    await expect(run(undoCommand, {}, { paused: true })).rejects.toThrow('you cannot rollback a paused deployment');
    await expect(run(undoCommand, { 'to-revision': 9 })).rejects.toThrow(
      'unable to find specified revision 9 in history',
    );
  });
  test('output formats', async () => {
    expect((await run(undoCommand, { output: 'name' })).said).toBe('deployment.apps/web\n');
    expect((await run(undoCommand, { output: 'jsonpath={.metadata.name}' })).said).toBe('web');
    await expect(run(undoCommand, { output: 'wide' })).rejects.toThrow('unable to match a printer');
  });
});

test('pause says what it did, and refuses to do it twice', async () => {
  const { said, patches } = await run(pauseCommand, {});
  expect(said).toBe('deployment.apps/web paused\n');
  expect(JSON.parse(String(patches[0]!.body))).toEqual({ spec: { paused: true } });
  await expect(run(pauseCommand, {}, { paused: true })).rejects.toThrow('deployments.apps "web" is already paused');
});

test('a rollout that failed does not keep the others from being told', async () => {
  const exceeded = { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' };
  const named = (name: string, status: object) => {
    const object = deployment('shop/web:v1', {});
    return { ...object, metadata: { ...object.metadata, name }, status: { ...object.status, ...status } };
  };
  const items = [named('bad', { conditions: [exceeded] }), named('late', { observedGeneration: 0 })];
  const routes = {
    'GET /apis/apps/v1/namespaces/default/deployments': { kind: 'DeploymentList', metadata: {}, items },
  };
  expect(await runLine(['rollout', 'status', 'deploy', '--watch=false'], routes)).toMatchObject({
    stdout: 'Waiting for deployment spec update to be observed...\n',
    stderr: 'error: deployment "bad" exceeded its progress deadline\n',
    code: 1,
  });
});
