import { afterAll, beforeAll, expect, test } from 'vitest';
import { textWidth } from '../../../src/lib/text-width.ts';
import { plainTheme } from '../../../src/theme/theme.ts';
import { quiet, TreePage } from '../../../src/tui/views/pages/tree-page.ts';
import type { TreeNode } from '../../../src/tui/views/pages/tree-rows.ts';
import type { ViewTitle } from '../../../src/tui/views/view-model.ts';
import { type WideCluster, wideCluster, withMetrics } from './wide-cluster.ts';

let cluster: WideCluster;

beforeAll(async () => {
  cluster = await wideCluster();
  await cluster.emulator.client.create('pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'lost', namespace: 'default' },
    spec: {
      nodeSelector: { nowhere: 'yes' },
      containers: [{ name: 'main', image: 'nginx:1.27', envFrom: [{ secretRef: { name: 'absent' } }] }],
    },
  });
}, 60_000);

afterAll(() => cluster.stop());

test.each([
  ['xray po', [/> ▾ ~ pod lost/, /x secret absent {2}missing/]],
  ['pulses', [/>\s?Pods ─/, /x 1 not/, /CPU +█+·+ 50%/]],
  ['capacity', [/> {3}kctl-control-plane/, /50% ███···/]],
  ['explain po.spec.containers', [/> .*\* containers/]],
] as const)('without colours, signs and words say all: %s', async (line, wanted) => {
  const s = await cluster.open(line, 80, 24, withMetrics, 'none');
  for (const text of wanted) await s.waitFor(text);
  expect(s.hasColour()).toBe(false);
  s.close();
});

class PlainTree extends TreePage {
  constructor(roots: readonly TreeNode[]) {
    super({ type: 'page', page: 'plain' });
    this.setRoots(roots);
  }
  title(): ViewTitle {
    return { kind: 'plain', scope: '', count: '', filter: '', notes: [] };
  }
  protected notice(width: number): readonly string[] {
    return quiet('nothing', width, plainTheme);
  }
  enter(): void {}
  refresh(): void {}
  close(): void {}
}

test('names from the cluster are escaped, and never wider than the screen', () => {
  const child: TreeNode = {
    key: 'b',
    lead: '컨테이너',
    label: '이름이 아주 긴 컨테이너 😀 그리고 더 긴 이름',
    note: '상태',
  };
  const tree = new PlainTree([{ key: 'a', label: '\u001b[31mred\u0007', note: 'line\nbreak', children: [child] }]);
  for (const width of [12, 20, 40]) {
    const lines = tree.lines(width, 5, plainTheme);
    expect(lines).toHaveLength(2);
    for (const line of lines) {
      expect(textWidth(line)).toBeLessThanOrEqual(width);
      expect([...line].some((char) => char < ' ' || char === '\u007f')).toBe(false);
    }
  }
});

test('the cursor stays on its node when the tree is made anew, and folds stay as they are', () => {
  class Changing extends PlainTree {
    become(roots: readonly TreeNode[]): void {
      this.setRoots(roots);
    }
    at(): string | undefined {
      return this.current()?.node.key;
    }
  }
  const leaf = (key: string): TreeNode => ({ key, label: key });
  const tree = new Changing([{ key: 'a', label: 'a', children: [leaf('a1')] }, leaf('b'), leaf('c')]);
  tree.lines(40, 10, plainTheme);
  tree.move('left');
  tree.move('down');
  expect(tree.at()).toBe('b');
  tree.become([leaf('0'), { key: 'a', label: 'a', children: [leaf('a1')] }, leaf('b'), leaf('c')]);
  expect(tree.at()).toBe('b');
  expect(tree.lines(40, 10, plainTheme).join('\n')).not.toContain('a1');
  tree.become([leaf('0'), leaf('c')]);
  expect(tree.at()).toBe('c');
  tree.become([]);
  expect(tree.at()).toBeUndefined();
  expect(tree.lines(40, 10, plainTheme).join('')).toContain('nothing');
  tree.move('down');
});
