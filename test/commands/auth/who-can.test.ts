import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Emulated, emulated } from '../emulated.ts';

let cluster: Emulated;
beforeAll(async () => {
  cluster = await emulated();
});
afterAll(() => cluster.stop());

const api = 'rbac.authorization.k8s.io';
const object = (kind: string, name: string, more: object, namespace?: string) => ({
  apiVersion: `${api}/v1`,
  kind,
  metadata: namespace ? { name, namespace } : { name },
  ...more,
});

/** Park and Miller's generator: the same sequence everywhere. */
function chance(seed: number) {
  let state = seed;
  const next = (below: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return Math.floor((state / 2_147_483_647) * below);
  };
  return {
    next,
    some: <T>(from: readonly T[], most: number): T[] => {
      const wanted = 1 + next(most);
      return [...new Set(Array.from({ length: wanted }, () => from[next(from.length)]!))];
    },
  };
}

describe('who-can and can-i', () => {
  const namespaces = ['alpha', 'beta'];
  const users = ['u1', 'u2', 'u3'];
  const groups = ['g1', 'g2'];
  const accounts = namespaces.flatMap((namespace) => ['s1', 's2'].map((name) => ({ namespace, name })));
  const subjects = [
    ...users.map((name) => ({ kind: 'User', name, apiGroup: api })),
    ...groups.map((name) => ({ kind: 'Group', name, apiGroup: api })),
    ...accounts.map((account) => ({ kind: 'ServiceAccount', ...account })),
  ];
  const questions: readonly (readonly string[])[] = [
    ['get', 'pods'],
    ['get', 'pods', 'web'],
    ['create', 'pods/exec'],
    ['get', 'pods/log', 'web'],
    ['list', 'deployments.apps'],
    ['update', 'deployments.apps/scale'],
    ['delete', 'nodes'],
    ['get', '/metrics'],
    ['*', '*'],
  ];

  const seen = { yes: 0, no: 0 };
  // A comparison in which all may, or nobody may, would say nothing.
  afterAll(() => {
    expect(seen.yes).toBeGreaterThan(20);
    expect(seen.no).toBeGreaterThan(30);
  });

  beforeAll(async () => {
    const { next, some } = chance(20_260_302);
    const { client } = cluster.emulator;
    for (const name of namespaces) {
      await client.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    }
    // The first is near the seed.
    next(2);
    const rule = (isCluster: boolean) =>
      isCluster && next(4) === 0
        ? { verbs: some(['get', '*'], 2), nonResourceURLs: some(['/metrics', '/met*', '/healthz', '*'], 2) }
        : {
            verbs: some(['get', 'list', 'create', 'update', 'delete', '*'], 3),
            apiGroups: some(['', 'apps', '*'], 2),
            resources: some(['pods', 'pods/exec', '*/log', '*/scale', 'deployments', 'nodes', '*'], 3),
            ...(next(3) === 0 ? { resourceNames: some(['web', 'db'], 2) } : {}),
          };
    const rules = (isCluster: boolean) => Array.from({ length: 1 + next(2) }, () => rule(isCluster));
    const clusterRoles = ['c1', 'c2', 'c3', 'c4'];
    for (const name of clusterRoles) {
      await client.create(`clusterroles.${api}`, object('ClusterRole', name, { rules: rules(true) }));
    }
    for (const namespace of namespaces) {
      for (const name of ['r1', 'r2']) {
        await client.create(`roles.${api}`, object('Role', name, { rules: rules(false) }, namespace));
      }
      for (const at of [1, 2, 3, 4, 5, 6, 7, 8, 9]) {
        const roleRef = next(2)
          ? { apiGroup: api, kind: 'Role', name: `r${1 + next(3)}` }
          : { apiGroup: api, kind: 'ClusterRole', name: clusterRoles[next(4)]! };
        const more = { roleRef, subjects: some(subjects, 3) };
        await client.create(`rolebindings.${api}`, object('RoleBinding', `b${at}`, more, namespace));
      }
    }
    for (const at of [1, 2]) {
      const more = { roleRef: { apiGroup: api, kind: 'ClusterRole', name: `c${at}` }, subjects: some(subjects, 2) };
      await client.create(`clusterrolebindings.${api}`, object('ClusterRoleBinding', `t${at}`, more));
    }
  });

  for (const namespace of namespaces) {
    test.each(questions)(`name the same people in ${namespace}: %s %s %s`, async (...question) => {
      const words = question.filter((word) => word !== undefined);
      const { stdout, code } = await cluster.run(['auth', 'who-can', ...words, '-n', namespace, '-o', 'name']);
      expect(code).toBe(0);
      const named = new Set(stdout.split('\n'));
      const [verb = '', what = '', name] = words;
      const slash = what.startsWith('/') ? -1 : what.indexOf('/');
      const asked = [verb, `${slash < 0 ? what : what.slice(0, slash)}${name ? `/${name}` : ''}`];
      if (slash >= 0) asked.push(`--subresource=${what.slice(slash + 1)}`);
      // Of what is in no namespace can-i asks as if it were in one, which no request for it is.
      const place = what === 'nodes' ? ['-A'] : ['-n', namespace];
      const wrong: string[] = [];
      for (const subject of subjects) {
        const { kind, name: own } = subject;
        const home = 'namespace' in subject ? subject.namespace : '';
        const line = kind === 'ServiceAccount' ? `serviceaccount/${home}:${own}` : `${kind.toLowerCase()}/${own}`;
        const as =
          kind === 'User'
            ? [`--as=${own}`]
            : kind === 'Group'
              ? ['--as=nobody', `--as-group=${own}`]
              : [`--as=system:serviceaccount:${home}:${own}`];
        const answer = await cluster.run(['auth', 'can-i', '-q', ...asked, ...place, ...as]);
        seen[answer.code === 0 ? 'yes' : 'no']++;
        if ((answer.code === 0) !== named.has(line)) wrong.push(`${line}: can-i ends with ${answer.code}`);
      }
      expect(wrong).toEqual([]);
    });
  }
});

describe('who-can', () => {
  beforeAll(async () => {
    const { client } = cluster.emulator;
    const shop = 'shop';
    await client.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: shop } });
    const rules = [{ verbs: ['get', 'list'], apiGroups: [''], resources: ['secrets'] }];
    const some = [{ verbs: ['get'], apiGroups: [''], resources: ['secrets'], resourceNames: ['db'] }];
    await client.create(`roles.${api}`, object('Role', 'keeper', { rules }, shop));
    await client.create(`roles.${api}`, object('Role', 'one', { rules: some }, shop));
    const bind = (name: string, role: string, subjects: object[]) =>
      client.create(
        `rolebindings.${api}`,
        object('RoleBinding', name, { roleRef: { apiGroup: api, kind: 'Role', name: role }, subjects }, shop),
      );
    await bind('keepers', 'keeper', [
      { kind: 'ServiceAccount', name: 'vault' },
      { kind: 'User', name: '김지우\u001b[31m', apiGroup: api },
    ]);
    await bind('ones', 'one', [{ kind: 'User', name: 'one-by-one', apiGroup: api }]);
  });
  const inShop = (rows: string) => rows.split('\n').filter((row) => /namespace\/shop|^KIND/.test(row));

  test('names subject, scope, binding and role', async () => {
    const { stdout, stderr } = await cluster.run(['auth', 'who-can', 'list', 'secrets', '-n', 'shop']);
    expect(inShop(stdout).map((row) => row.split(/ {2,}/))).toEqual([
      ['KIND', 'NAME', 'NAMESPACE', 'SCOPE', 'BINDING', 'ROLE'],
      ['User', '김지우^[[31m', 'namespace/shop', 'keepers', 'role/keeper'],
      ['ServiceAccount', 'vault', 'shop', 'namespace/shop', 'keepers', 'role/keeper'],
    ]);
    expect(stderr).toBe('');
  });

  test('tells of rules for single objects, and counts them where one is named', async () => {
    const all = await cluster.run(['auth', 'who-can', 'get', 'secrets', '-n', 'shop']);
    expect(all.stdout).not.toContain('one-by-one');
    expect(all.stderr).toBe('Warning: some can get secrets by name only: name one of db to see who\n');
    const one = await cluster.run(['auth', 'who-can', 'get', 'secrets', 'db', '-n', 'shop', '-o', 'wide']);
    expect(one.stdout).toMatch(/one-by-one .* get secrets \[db\]/);
  });

  test('names of any script can be taken, and are who they say', async () => {
    const whoami = await cluster.run(['auth', 'whoami', '--as=김지우', '--as-group=개발팀', '-o', 'json']);
    expect(JSON.parse(whoami.stdout).status.userInfo).toMatchObject({
      username: '김지우',
      groups: ['개발팀', 'system:authenticated'],
    });
  });

  test('people come first, parts of Kubernetes last', async () => {
    const { stdout } = await cluster.run(['auth', 'who-can', 'list', 'secrets', '-n', 'shop', '-o', 'name']);
    const names = stdout.trimEnd().split('\n');
    const isPart = (name: string) => /^(user\/system:|serviceaccount\/kube-system:)/.test(name);
    expect(names.findIndex(isPart)).toBeGreaterThan(2);
    expect(names.slice(names.findIndex(isPart)).every(isPart)).toBe(true);
  });

  test('looks into every namespace, into one, or only at the cluster', async () => {
    const everywhere = await cluster.run(['auth', 'who-can', 'list', 'secrets', '-A']);
    expect(everywhere.stdout).toContain('namespace/shop');
    const elsewhere = await cluster.run(['auth', 'who-can', 'list', 'secrets', '-n', 'default']);
    expect(elsewhere.stdout).not.toContain('keepers');
    const nodes = await cluster.run(['auth', 'who-can', 'list', 'nodes', '-n', 'shop']);
    expect(nodes.stdout).not.toContain('namespace/');
    expect(nodes.stdout).toContain('clusterrole/cluster-admin');
  });

  test('asks the server about each', async () => {
    const { stdout } = await cluster.run(['auth', 'who-can', 'list', 'secrets', '-n', 'shop', '--verify']);
    const said = stdout.split('\n').filter((row) => row !== '');
    expect(said.shift()).toMatch(/SERVER SAYS$/);
    expect(said.length).toBeGreaterThan(2);
    expect(said.every((row) => row.trimEnd().endsWith('yes'))).toBe(true);
  });

  test('prints the same as JSON', async () => {
    const { stdout } = await cluster.run(['auth', 'who-can', 'list', 'secrets', '-n', 'shop', '-o', 'json']);
    const { kind, asked, grants } = JSON.parse(stdout);
    expect(kind).toBe('WhoCan');
    expect(asked).toMatchObject({ verb: 'list', resource: 'secrets', scope: { in: 'namespace', namespace: 'shop' } });
    expect(grants).toContainEqual({
      subject: { kind: 'ServiceAccount', name: 'vault', namespace: 'shop' },
      binding: { kind: 'RoleBinding', name: 'keepers', namespace: 'shop' },
      role: { kind: 'Role', name: 'keeper', namespace: 'shop' },
      namespace: 'shop',
      rules: [{ verbs: ['get', 'list'], apiGroups: [''], resources: ['secrets'] }],
    });
  });

  test('says what it could not read, and fails where it could read nothing', async () => {
    const none = await cluster.run(['auth', 'who-can', 'list', 'secrets', '-n', 'shop', '--as=nobody']);
    expect(none.code).toBe(1);
    expect(none.stderr).toContain('cannot tell: you may not list clusterroles, clusterrolebindings');
    const { client } = cluster.emulator;
    const roleRef = { apiGroup: api, kind: 'ClusterRole', name: 'admin' };
    const subjects = [{ kind: 'User', name: 'shopkeeper', apiGroup: api }];
    await client.create(`rolebindings.${api}`, object('RoleBinding', 'admins', { roleRef, subjects }, 'shop'));
    const some = await cluster.run(['auth', 'who-can', 'list', 'secrets', '-n', 'shop', '--as=shopkeeper']);
    expect(some.stdout).toContain('keepers');
    expect(some.stderr).toContain('Warning: clusterrolebindings cannot be read: there may be more');
  });

  test('says so where nobody is found, and doubts what is not served', async () => {
    const { stdout, stderr, code } = await cluster.run(['auth', 'who-can', 'get', 'pods/lag']);
    expect(stdout).toContain('cluster-admin');
    expect(stderr).toContain('pods have no subresource "lag"');
    expect(code).toBe(0);
    const path = await cluster.run(['auth', 'who-can', 'get', '/x', 'y']);
    expect(path.code).toBe(1);
  });
});
