import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { flattenKubeconfig } from '../../../src/kube/kubeconfig/flatten.ts';
import { loadKubeconfig } from '../../../src/kube/kubeconfig/load.ts';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'kctl-flatten-'));
  writeFileSync(join(home, 'ca.crt'), 'authority');
  writeFileSync(join(home, 'me.crt'), 'certificate');
  writeFileSync(join(home, 'me.key'), 'key');
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const base64 = (text: string) => Buffer.from(text).toString('base64');

function load(cluster: string, user: string) {
  const file = join(home, 'config');
  writeFileSync(
    file,
    `apiVersion: v1\nclusters:\n- {name: c, cluster: ${cluster}}\nusers:\n- {name: u, user: ${user}}\n`,
  );
  return loadKubeconfig({ kubeconfig: file, env: {} });
}

describe('flattenKubeconfig', () => {
  test('puts the content of files in place of their paths, token files left as they are', async () => {
    const config = await load(
      '{server: "https://x", certificate-authority: ca.crt}',
      '{client-certificate: me.crt, client-key: me.key, tokenFile: t}',
    );
    const flat = flattenKubeconfig(config);
    expect(flat.clusters.get('c')?.value).toEqual({
      server: 'https://x',
      'certificate-authority-data': base64('authority'),
    });
    expect(flat.users.get('u')?.value).toEqual({
      'client-certificate-data': base64('certificate'),
      'client-key-data': base64('key'),
      tokenFile: join(home, 't'),
    });
    // What was loaded stays as it is.
    expect(config.users.get('u')?.value).toHaveProperty('client-key');
  });

  test('refuses a file that is not there, and a path beside its data', async () => {
    const missing = await load('{certificate-authority: none.crt}', '{}');
    expect(() => flattenKubeconfig(missing)).toThrow(`open ${join(home, 'none.crt')}: no such file or directory`);
    const both = await load('{certificate-authority: ca.crt, certificate-authority-data: QQ==}', '{}');
    expect(() => flattenKubeconfig(both)).toThrow('cannot have values for both path and contents');
  });
});
