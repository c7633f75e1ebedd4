import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OpenApiDocument } from '../../../src/api/openapi/document.ts';
import { schemaTree } from '../../../src/tui/views/pages/schema-tree.ts';
import { checkScreen, sizes, type WideCluster, wideCluster } from './wide-cluster.ts';

let cluster: WideCluster;

beforeAll(async () => {
  cluster = await wideCluster();
  await cluster.emulator.client.create('customresourcedefinitions.apiextensions.k8s.io', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'boats.sea.example.com' },
    spec: {
      group: 'sea.example.com',
      scope: 'Namespaced',
      names: { plural: 'boats', singular: 'boat', kind: 'Boat', listKind: 'BoatList' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: {
                spec: {
                  type: 'object',
                  description: '배의 모양. How the boat \u001b[31mlooks.',
                  required: ['sails'],
                  properties: {
                    sails: { type: 'integer', description: 'How many sails it has. None is slow.' },
                    colour: { type: 'string', enum: ['red', 'blue'] },
                  },
                },
              },
            },
          },
        },
      ],
    },
  });
}, 60_000);

afterAll(() => cluster.stop());

describe.each(sizes)('explain at %i×%i', (cols, rows) => {
  test('shows the fields of a kind, and goes to the one that was asked for', async () => {
    const s = await cluster.open('explain deploy.spec.template.spec.containers.image', cols, rows);
    await s.waitFor(/explain\(Deployment apps\/v1\)\[\d+ fields\]/);
    await s.waitFor(/> .*image {2}<string>/);
    expect(s.text()).toContain(' spec.template.spec.containers.image  <string>');
    if (rows > 24) expect(s.text()).toMatch(/\* name {2}<string> {2}-required-/);
    checkScreen(s, cols);
    s.close();
  });

  test('shows custom kinds, whatever their words hold', async () => {
    const s = await cluster.open('explain boats.sea.example.com', cols, rows);
    await s.waitFor(/explain\(Boat sea\.example\.com\/v1\)/);
    await s.waitFor('배의 모양.');
    await s.press('j', 'j', 'j');
    expect(s.text()).toMatch(/배의 모양\. How the boat \S+\[31mlooks\./);
    await s.press('/');
    await s.type('sails\r');
    await s.waitFor(/└─ {3}\* sails {2}<integer> {2}-required- {2}How many sails it has\./);
    await s.press('/', 'ctrl-u');
    await s.type('colour\r');
    await s.press('shift-g');
    expect(s.text()).toContain('One of: red, blue');
    checkScreen(s, cols);
    s.close();
  });
});

test('types that hold themselves end', () => {
  const ref = '#/components/schemas/Tree';
  const gvk = [{ group: 'g', version: 'v1', kind: 'Forest' }];
  const document: OpenApiDocument = {
    components: {
      schemas: {
        Tree: {
          type: 'object',
          properties: { branches: { type: 'array', items: { $ref: ref } }, name: { type: 'string' } },
        },
        Forest: {
          type: 'object',
          properties: { tree: { allOf: [{ $ref: ref }] } },
          'x-kubernetes-group-version-kind': gvk,
        },
      },
    },
  };
  const [tree] = schemaTree(document, gvk[0]!)!;
  expect(tree).toMatchObject({ key: 'tree', type: 'Tree' });
  const [branches, name] = tree!.children!;
  expect(branches!.note).toBe('<[]Tree (as above)>');
  expect(branches!.children).toEqual([]);
  expect(name!.note).toBe('<string>');
  expect(schemaTree(document, { group: 'g', version: 'v1', kind: 'Sea' })).toBeUndefined();
});

test('of a definition under the cursor, the kind that it defines', async () => {
  const s = await cluster.open('crd /boats', 120, 40);
  await s.waitFor('boats.sea.example.com');
  await s.press(':');
  await s.type('explain\r');
  await s.waitFor(/explain\(Boat sea\.example\.com\/v1\)/);
});
