import { spawn } from 'node:child_process';
import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withKubectl } from '../support/kubectl.ts';
import { eventually, type Sandbox, sandboxWithCluster } from '../support/program.ts';

const get = (port: number): Promise<{ status: number | undefined; body: string }> =>
  new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path: '/' }, (answer) => {
      let body = '';
      answer.on('data', (data) => {
        body += data;
      });
      answer.on('end', () => resolve({ status: answer.statusCode, body }));
    });
    asked.on('error', reject);
    asked.end();
  });

withKubectl('the real kubectl forwards ports of the bundled cluster', (kubectl) => {
  let box: Sandbox;
  beforeAll(() => {
    box = sandboxWithCluster();
  });
  afterAll(() => box.dispose());

  /** Starts a forward on a port that kubectl chooses. */
  const forward = async (target: string, remote: number) => {
    const child = spawn(kubectl, ['port-forward', target, `:${remote}`], { env: box.env });
    const said = { out: '', err: '' };
    child.stdout.on('data', (data) => {
      said.out += data;
    });
    child.stderr.on('data', (data) => {
      said.err += data;
    });
    const port = await eventually(
      () => /Forwarding from 127\.0\.0\.1:(\d+) -> \d+/.exec(said.out)?.[1],
      `a forward to ${target}`,
    );
    return { port: Number(port), said, stop: () => child.kill() };
  };

  test('to a deployment, for many connections at once', async () => {
    const { port, stop } = await forward('deploy/web', 80);
    try {
      const answers = await Promise.all(Array.from({ length: 20 }, () => get(port)));
      expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
      expect(answers[0]!.body).toContain('<html');
    } finally {
      stop();
    }
  });

  test('a port on which nothing listens is refused in the words of a kubelet', async () => {
    const { port, said, stop } = await forward('deploy/web', 81);
    try {
      await expect(get(port)).rejects.toThrow();
      await eventually(() => said.err.includes('connection refused'), 'the reason');
      expect(said.err).toContain('error forwarding port 81 to pod');
    } finally {
      stop();
    }
  });
});
