import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { portAnswers } from '../../../src/commands/cluster/ready.ts';
import { eventually, kctl, type Sandbox, sandbox } from '../../support/program.ts';

let box: Sandbox | undefined;
afterEach(() => {
  box?.dispose();
  box = undefined;
});

const recordOf = (home: string, name = 'kctl') =>
  JSON.parse(readFileSync(join(home, 'kctl', 'clusters', name, 'cluster.json'), 'utf8')) as {
    pid: number;
    port: number;
  };

describe('the bundled cluster', () => {
  test('starts by itself where nothing else is configured, and answers again without a start', () => {
    box = sandbox();
    const first = box.kctl(['get', 'namespaces', '-o', 'name']);
    expect(first.stderr).toMatch(
      /^No kubeconfig found: started the bundled cluster at https:\/\/127\.0\.0\.1:\d+ .*\n$/,
    );
    expect(first.stdout).toContain('namespace/default\n');
    expect(first.code).toBe(0);
    const second = box.kctl(['get', 'namespaces', '-o', 'name']);
    expect(second).toEqual({ stdout: first.stdout, stderr: '', code: 0 });
  });

  test('stays out of the way with KCTL_NO_CLUSTER=1, and when called as kubectl', () => {
    box = sandbox({ KCTL_NO_CLUSTER: '1' });
    // As kubectl: five tries in its log, then the sentence.
    const tried = /^(E\d{4} .*connection refused"\n){5}/;
    const refused =
      'The connection to the server localhost:8080 was refused - did you specify the right host or port?\n';
    const asked = (program: string) => {
      const { stdout, stderr, code } = box!.run(program, ['get', 'pods']);
      return { stdout, tried: tried.test(stderr), stderr: stderr.replace(tried, ''), code };
    };
    expect(asked(kctl)).toEqual({ stdout: '', tried: true, stderr: refused, code: 1 });
    delete box.env.KCTL_NO_CLUSTER;
    box.run('ln', ['-s', kctl, 'kubectl']);
    expect(asked('./kubectl')).toEqual({ stdout: '', tried: true, stderr: refused, code: 1 });
    expect(existsSync(join(box.home, 'kctl'))).toBe(false);
  });

  test('takes addresses to listen on and a quota, and only those', () => {
    box = sandbox();
    const start = (...flags: string[]) => box!.kctl(['cluster', 'start', '--name', 'open', '--empty', ...flags]);
    expect(start('--quota', '1x').stderr).toContain('--quota must be a quantity of at least 8Mi, such as 512Mi');
    expect(start('--address', 'everywhere').stderr).toContain('--address must be an IP address, not "everywhere"');
    expect(start('--tls-san', 'a_b').stderr).toContain('--tls-san must be host names and IP addresses, not "a_b"');
    expect(start('--address', '198.51.100.7').stderr).toContain('198.51.100.7 is not an address of this machine');
    const good = start('--address', '0.0.0.0', '--tls-san', 'build.example.com', '--quota', '64Mi');
    expect(good.stdout).toMatch(/started at https:\/\/127/);
    expect(box.kctl(['cluster', 'status', '--name', 'open']).stdout).toMatch(/\nListens on: +0\.0\.0\.0\n/);
    expect(start().stdout).toMatch(/\(it listens on 0\.0\.0\.0, not on 127\.0\.0\.1: stop it first\)/);
  });

  test('start, start again, status, list, stop, stop again, delete', () => {
    box = sandbox();
    expect(box.kctl(['cluster', 'start', '--name', 'one', '--empty']).stdout).toMatch(
      /^cluster "one" started at https:/,
    );
    expect(box.kctl(['cluster', 'start', '--name', 'one']).stdout).toMatch(
      /^cluster "one" is already running at https:/,
    );
    const status = box.kctl(['cluster', 'status', '--name', 'one']);
    expect(status.stdout).toMatch(/^Name: +one\nState: +running\nURL: +https:\/\/127\.0\.0\.1:\d+\n/);
    expect(status.code).toBe(0);
    expect(box.kctl(['cluster', 'list']).stdout).toMatch(/^NAME +STATE +NODES +URL\none +running +3 +https:.*\n$/);
    expect(box.kctl(['cluster', 'stop', '--name', 'one']).stdout).toBe('cluster "one" stopped\n');
    expect(box.kctl(['cluster', 'stop', '--name', 'one']).stdout).toBe('cluster "one" is not running\n');
    expect(box.kctl(['cluster', 'status', '--name', 'one']).code).toBe(1);
    expect(box.kctl(['cluster', 'delete', '--name', 'one']).stdout).toBe('cluster "one" deleted\n');
    expect(box.kctl(['cluster', 'delete', '--name', 'one']).stderr).toBe(
      'error: there is no cluster "one"\nstart one with: kctl cluster start\n',
    );
  });

  test('keeps its port, its data and its kubeconfig over a stop and over kill -9', async () => {
    box = sandbox();
    box.kctl(['cluster', 'start', '--empty']);
    const before = box.kctl(['cluster', 'kubeconfig']).stdout;
    expect(statSync(join(box.home, 'kctl/clusters/kctl/kubeconfig')).mode & 0o777).toBe(0o600);
    expect(
      box.kctl(['create', '-f', '-'], { input: '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"kept"}}' })
        .stdout,
    ).toBe('configmap/kept created\n');
    const { pid, port } = recordOf(box.home);
    process.kill(pid, 'SIGKILL');
    // On a busy machine the system takes a moment to close what the process had open.
    await eventually(async () => !(await portAnswers(port)), 'the port of the killed process to close');
    const after = box.kctl(['get', 'configmap', 'kept', '-o', 'name']);
    expect(after.stdout).toBe('configmap/kept\n');
    expect(after.stderr).toContain('started the bundled cluster');
    expect(box.kctl(['cluster', 'kubeconfig']).stdout).toBe(before);
  });

  test('says what is wrong with a taken port and with a name that cannot be', async () => {
    box = sandbox();
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    // Asynchronously: this process must go on accepting the probe's connection.
    const said = await new Promise<string>((resolve) => {
      let text = '';
      const child = spawn(kctl, ['cluster', 'start', '--port', String(port)], { env: box!.env });
      child.stderr.on('data', (data) => {
        text += data;
      });
      child.on('close', (code) => resolve(`${text}exit ${code}`));
    });
    server.close();
    expect(said).toMatch(new RegExp(`^error: port ${port} on 127.0.0.1 is already in use\n.*\nexit 1$`));
    expect(box.kctl(['cluster', 'start', '--name', 'Bad_Name']).stderr).toMatch(
      /^error: "Bad_Name" cannot name a cluster/,
    );
  });

  test('reset asks, and empties only after a yes', () => {
    box = sandbox();
    box.kctl(['cluster', 'start', '--empty']);
    box.kctl(['create', '-f', '-'], { input: '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"gone"}}' });
    const asked = box.kctl(['cluster', 'reset']);
    expect(asked.code).toBe(1);
    expect(asked.stderr).toContain('--yes');
    expect(box.kctl(['get', 'cm', 'gone', '-o', 'name']).stdout).toBe('configmap/gone\n');
    expect(box.kctl(['cluster', 'reset', '--yes']).stdout).toMatch(/^cluster "kctl" reset and started at /);
    expect(box.kctl(['get', 'cm', 'gone', '-o', 'name']).stderr).toBe(
      'Error from server (NotFound): configmaps "gone" not found\n',
    );
  });

  test('two first calls at the same moment share one cluster', async () => {
    box = sandbox();
    const call = () =>
      new Promise<string>((resolve) => {
        const child = spawn(kctl, ['get', 'ns', 'default', '-o', 'name'], { env: box!.env });
        let text = '';
        child.stdout.on('data', (data) => {
          text += data;
        });
        child.on('close', () => resolve(text));
      });
    expect(await Promise.all([call(), call(), call()])).toEqual(Array(3).fill('namespace/default\n'));
    expect(box.kctl(['cluster', 'list']).stdout.trim().split('\n')).toHaveLength(2);
  });
});
