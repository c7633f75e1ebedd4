import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { speak } from '../../../src/tui/words/say.ts';
import { changes } from '../fake-services.ts';
import type { TestScreen } from '../render-test.ts';
import {
  hostile,
  noneIsWider,
  type ObjectCluster,
  objectCluster,
  objectOf,
  pod,
  sizes,
  type,
} from './object-cluster.ts';

let folder: string;
let screen: TestScreen | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-edit-test-'));
});

afterEach(() => {
  screen?.close();
  speak('en');
  rmSync(folder, { recursive: true, force: true });
});

const dryRun = 'replace -f - -n shop --dry-run=server -o json';
const conflict = { code: 1, stdout: '', stderr: 'Error from server (Conflict): the object has been modified\n' };

/** An editor that does what a script says with the file, another one each time. */
function withEditor(cluster: ObjectCluster, ...scripts: string[]): void {
  const count = join(folder, 'count');
  writeFileSync(count, '0');
  const editor = join(folder, 'editor.sh');
  const cases = scripts.map((script, index) => `${index}) ${script} ;;`).join('\n');
  writeFileSync(editor, `#!/bin/sh\nn=$(cat ${count})\necho $((n+1)) > ${count}\ncase $n in\n${cases}\nesac\n`);
  chmodSync(editor, 0o700);
  Object.assign(cluster.services.env, { EDITOR: editor, TMPDIR: folder, PATH: process.env.PATH, KCTL_HOME: folder });
}

const managedFields = [
  {
    manager: 'helm',
    operation: 'Update',
    fieldsV1: { 'f:spec': { 'f:containers': { 'k:{"name":"app"}': { 'f:image': {} } } } },
  },
];

const web = (rest: object = {}, spec: object = {}) =>
  pod('Running', {
    spec: { nodeName: 'kind-worker', priority: 1, containers: [{ name: 'app', image: 'web:1' }], ...spec },
    metadata: { managedFields, ...rest },
  });

async function open(cluster: ObjectCluster, cols = 120, rows = 40, depth: 'none' | '256' = '256'): Promise<TestScreen> {
  screen = await cluster.open(cols, rows, depth);
  return screen;
}

/** Opens the review of an edit of the pod's image. */
async function review(cols = 120, rows = 40, depth: 'none' | '256' = '256', ...scripts: string[]) {
  const cluster = objectCluster();
  cluster.put('pods', web());
  withEditor(cluster, 'sed -i s/web:1/web:2/ $1', ...scripts);
  const s = await open(cluster, cols, rows, depth);
  await s.press('e');
  await s.waitFor('not saved');
  await s.waitFor('The server would take it');
  return { cluster, s };
}

describe('the review of an edit', () => {
  test.each(sizes)('at %i×%i: both sides, whose the fields are, what the server says', async (cols, rows) => {
    const { cluster, s } = await review(cols, rows, 'none');
    expect(s.text()).toContain('edit(pods shop/web-1)');
    expect(s.text()).toContain('spec.containers[name=app].image: "web:1" -> "web:2" (of helm)');
    if (cols >= 120) expect(s.text()).toMatch(/- +- image: web:1 +│ \+ +- image: web:2/);
    else expect(s.text()).toMatch(/- +- image: web:1 *\n\+ +- image: web:2/);
    expect(s.text()).toContain('s Save  e Edit again');
    expect(changes(cluster)).toEqual([]);
    expect(s.hasColour()).toBe(false);
    noneIsWider(s, cols);
    await s.press('tab');
    if (cols < 120) expect(s.text()).toMatch(/- +- image: web:1 +│ \+ +- image: web:2/);
    else expect(s.text()).toMatch(/- +- image: web:1 *\n\+ +- image: web:2/);
    noneIsWider(s, cols);
  });

  test('s saves, and leads back', async () => {
    const { cluster, s } = await review();
    await s.press('s');
    await s.waitFor('Saved pods shop/web-1');
    expect(changes(cluster)).toEqual(['replace -f - -n shop']);
    expect(cluster.inputs.at(-1)).toContain('image: web:2');
    expect(cluster.inputs.at(-1)).not.toContain('managedFields');
    expect(s.text()).not.toContain('not saved');
    expect(existsSync(join(folder, 'dashboard'))).toBe(false);
  });

  test('warnings, what the server would make of it otherwise, and a refusal are told', async () => {
    const cluster = objectCluster();
    cluster.put('pods', web());
    const after = web({}, { containers: [{ name: 'app', image: 'registry/web:2' }] });
    cluster.answers.set(dryRun, { code: 0, stdout: JSON.stringify(after), stderr: 'Warning: latest is a bad tag\n' });
    withEditor(cluster, 'sed -i s/web:1/web:2/ $1', 'grep -q "^# .*no such image" $1 && sed -i s/web:2/web:3/ $1');
    const effects = '  ! pod/web-1: its template changes, 2 pods would be replaced, RollingUpdate';
    cluster.answers.set('replace -f - -n shop --preview', {
      code: 0,
      stdout: `pod/web-1 configured\n    x: 1 -> 2\nWhat comes of it:\n${effects}\nNothing was changed.\n`,
      stderr: '',
    });
    const s = await open(cluster);
    await s.press('e');
    await s.waitFor('! Warning: latest is a bad tag');
    await s.waitFor('2 pods would be replaced, RollingUpdate');
    expect(s.text()).not.toContain('Nothing was changed');
    expect(s.text()).toContain('The server would make of spec.containers[name=app].image: "web:2" -> "registry/web:2"');
    cluster.answers.set('replace -f - -n shop', {
      code: 1,
      stdout: '',
      stderr: 'The Pod "web-1" is invalid: no such image\n',
    });
    await s.press('s');
    await s.waitFor('x The server refuses it: The Pod "web-1" is invalid: no such image');
    cluster.answers.clear();
    await s.press('e');
    await s.waitFor('-> "web:3"');
    await s.press('s');
    await s.waitFor('Saved pods');
    expect(cluster.inputs.at(-1)).toContain('image: web:3');
  });

  test('a status that only controllers write is told to stay as it is', async () => {
    const cluster = objectCluster();
    cluster.put('pods', web());
    cluster.answers.set(dryRun, { code: 0, stdout: JSON.stringify(web({}, { priority: 2 })), stderr: '' });
    withEditor(cluster, 'sed -i "s/phase: Running/phase: Failed/; s/priority: 1/priority: 2/" $1');
    const s = await open(cluster);
    await s.press('e');
    await s.waitFor('The server would make of status.phase: "Failed" -> "Running"');
    expect(s.text()).toContain('spec.priority: 1 -> 2');
    expect(s.text()).not.toContain('make of spec.priority');
  });

  test('who may take the change back is told', async () => {
    const cluster = objectCluster();
    const labels = { 'app.kubernetes.io/managed-by': 'Helm' };
    const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-55', uid: 'u', controller: true }];
    cluster.put('pods', web({ labels, annotations: { 'meta.helm.sh/release-name': 'shop' }, ownerReferences }));
    withEditor(cluster, 'sed -i s/web:1/web:2/ $1');
    const s = await open(cluster);
    await s.press('e');
    await s.waitFor('Helm shop made it, and may take the change back.');
    expect(s.text()).toContain('ReplicaSet web-55 made it');
  });

  test('Korean, emoji and hostile text', async () => {
    speak('ko');
    const cluster = objectCluster();
    cluster.put('pods', web({ annotations: { note: hostile, 메모: '안녕 🙂 '.repeat(40) } }));
    withEditor(cluster, 'sed -i "s/web:1/web:2/; s/안녕/잘가/g" $1');
    const s = await open(cluster, 80, 24);
    await s.press('e');
    await s.waitFor('서버가 받아들입니다(시험 실행).');
    expect(s.text()).toContain('저장 안 됨');
    noneIsWider(s, 80);
    await s.press('tab', 'pagedown');
    noneIsWider(s, 80);
  });
});

describe('nothing that was typed is lost', () => {
  const saved = () => {
    const home = join(folder, 'dashboard', 'saved', 'kind-dev');
    return existsSync(home) ? readdirSync(home).map((name) => join(home, name)) : [];
  };

  test('Esc keeps it in a file that the message names; Ctrl-D throws it away', async () => {
    const first = await review();
    await first.s.press('esc');
    const [path] = saved();
    expect(readFileSync(path!, 'utf8')).toContain('image: web:2');
    expect(statSync(path!).mode & 0o077).toBe(0);
    await first.s.waitFor('What you typed is kept in');
    expect(changes(first.cluster)).toEqual([]);
    screen?.close();
    rmSync(path!);
    const second = await review();
    await second.s.press('ctrl-d');
    await second.s.waitFor('Thrown away');
    expect(saved()).toEqual([]);
  });

  test('so does the end of the dashboard', async () => {
    const { s } = await review();
    s.close();
    screen = undefined;
    expect(readFileSync(saved()[0]!, 'utf8')).toContain('image: web:2');
  });

  test('a slip in the YAML opens the file again with the reason; who gives up finds it in a file', async () => {
    const cluster = objectCluster();
    cluster.put('pods', web());
    withEditor(cluster, 'echo "a: [" > $1', 'grep -q "^# " $1 && echo "b: [" > $1');
    const s = await open(cluster);
    await s.press('e');
    await s.waitFor('Not saved');
    await s.press('right', 'enter');
    await s.waitFor('Not saved');
    await s.press('esc');
    await s.waitFor('What you typed is kept in');
    expect(readFileSync(saved()[0]!, 'utf8')).toBe('b: [\n');
    expect(cluster.commands).toEqual([]);
  });

  test('another name is refused: it would be another object', async () => {
    const cluster = objectCluster();
    cluster.put('pods', web());
    withEditor(cluster, 'sed -i "s/name: web-1/name: web-2/" $1');
    const s = await open(cluster);
    await s.press('e');
    await s.waitFor('name says which object it is');
  });

  test('nothing is shown or sent where nothing was changed', async () => {
    const cluster = objectCluster();
    cluster.put('pods', web());
    withEditor(cluster, 'true');
    const s = await open(cluster);
    await s.press('e');
    await s.waitFor('Nothing was changed in pods shop/web-1');
    expect(cluster.commands).toEqual([]);
  });
});

describe('an object that moves meanwhile', () => {
  test('what others changed in other fields is taken over and shown, without a save', async () => {
    const { cluster, s } = await review();
    cluster.put('pods', web({ labels: { tier: 'front' } }, { priority: 7 }));
    await s.waitFor('What they did is taken over');
    expect(s.text()).toContain('spec.priority: 1 -> 7');
    expect(s.text()).toContain('-> "web:2"');
    await s.press('s');
    await s.waitFor('Saved pods');
    const sent = cluster.inputs.at(-1)!;
    for (const part of ['image: web:2', 'priority: 7', 'tier: front']) expect(sent).toContain(part);
  });

  test('status alone is no news: the save is tried again by itself', async () => {
    const { cluster, s } = await review();
    const running: KubeObject = web();
    const later = { ...running, status: { phase: 'Running', podIP: '10.0.0.9' } };
    cluster.put('pods', later);
    await s.settle();
    expect(s.text()).not.toContain('taken over');
    // The next word of the watch is late: the server refuses first.
    const { run } = cluster.services;
    let refusals = 1;
    cluster.services.run = async (argv, options) => {
      const answer = await run(argv, options);
      if (argv.includes('--dry-run=server') || refusals-- <= 0) return answer;
      const last = { ...later, metadata: { ...later.metadata, resourceVersion: '999' } };
      cluster.objects.set('pods shop/web-1', last);
      return conflict;
    };
    await s.press('s');
    await s.waitFor('Saved pods');
    expect(cluster.inputs.at(-1)).toContain('resourceVersion: "999"');
    expect(cluster.inputs.at(-1)).toContain('podIP: 10.0.0.9');
  });

  test('the dry run is asked again where only counters moved under it', async () => {
    const cluster = objectCluster();
    cluster.put('pods', web());
    withEditor(cluster, 'sed -i s/web:1/web:2/ $1');
    const { run } = cluster.services;
    let refusals = 3;
    cluster.services.run = async (argv, options) => {
      const answer = await run(argv, options);
      if (!argv.includes('--dry-run=server') || refusals-- <= 0) return answer;
      // The watch tells of it before the refusal does.
      cluster.put('pods', web());
      return conflict;
    };
    const s = await open(cluster);
    await s.press('e');
    await s.waitFor('The server would take it');
    expect(refusals).toBeLessThan(1);
    expect(s.text()).not.toContain('refuses');
  });

  test('a 409 for another field shows it, and asks for another save', async () => {
    const { cluster, s } = await review();
    cluster.answers.set('replace -f - -n shop', conflict);
    cluster.objects.set('pods shop/web-1', web({}, { priority: 9 }));
    await s.press('s');
    await s.waitFor('Others changed the object meanwhile: look, and save again.');
    await s.waitFor('spec.priority: 1 -> 9');
    cluster.answers.clear();
    await s.press('s');
    await s.waitFor('Saved pods');
    expect(cluster.inputs.at(-1)).toContain('priority: 9');
    expect(cluster.inputs.at(-1)).toContain('image: web:2');
  });

  const theirs = () => web({}, { priority: 7, containers: [{ name: 'app', image: 'web:9' }] });

  test.each([
    ['m', 'web:2'],
    ['t', 'web:9'],
  ])('the same field changed by both is a conflict that %s decides', async (key, image) => {
    const { cluster, s } = await review();
    await s.press('s');
    await s.waitFor('Saved');
    screen?.close();
    const again = await review();
    again.cluster.put('pods', theirs());
    await again.s.waitFor('in conflict');
    expect(again.s.text()).toContain('it was "web:1", you have "web:2", others made it "web:9"');
    await again.s.press('s');
    expect(again.s.text()).toContain('others changed the same fields: decide first');
    expect(changes(again.cluster)).toEqual([]);
    await again.s.press(key);
    expect(again.s.text()).not.toContain('in conflict');
    if (key === 't') {
      // Nothing of the user's is left.
      await again.s.press('s');
      expect(again.s.text()).toContain('nothing is changed');
      return;
    }
    await again.s.press('s');
    await again.s.waitFor('Saved pods');
    expect(again.cluster.inputs.at(-1)).toContain(`image: ${image}`);
    expect(again.cluster.inputs.at(-1)).toContain('priority: 7');
    expect(cluster.commands.length).toBeGreaterThan(0);
  });

  test('the editor opens again with the conflict in its head, and what comes out decides', async () => {
    const { cluster, s } = await review(120, 40, '256', 'grep -q "^# .*web:9" $1 && sed -i s/web:2/web:10/ $1');
    cluster.put('pods', theirs());
    await s.waitFor('in conflict');
    await s.press('e');
    await s.waitFor('"web:9" -> "web:10"');
    expect(s.text()).not.toContain('in conflict');
    await s.press('s');
    await s.waitFor('Saved pods');
    expect(cluster.inputs.at(-1)).toContain('image: web:10');
  });

  test('one that is deleted, or replaced by another, is not saved over', async () => {
    const { cluster, s } = await review();
    cluster.drop('pods', web());
    await s.waitFor('The object was deleted meanwhile.');
    await s.press('s');
    expect(s.text()).toContain('the object is not there any more');
    cluster.put('pods', web({ uid: 'another' }));
    await s.waitFor('Another object took its name');
    expect(changes(cluster)).toEqual([]);
  });
});

describe('an edit as a patch', () => {
  test('is written to the file that is chosen, never over another', async () => {
    const { cluster, s } = await review();
    const path = join(folder, 'image.yaml');
    await s.press('p');
    await s.press('ctrl-u');
    await s.type(`${path}\r`);
    await s.waitFor('Saved. It is applied by');
    expect(s.text().replaceAll(/\s*\n\s*/g, ' ')).toContain('kctl patch pods/web-1 -n shop --type=strategic');
    const patch = readFileSync(path, 'utf8');
    expect(patch).toContain('image: web:2');
    expect(patch).toContain('name: app');
    expect(patch).not.toContain('nodeName');
    await s.press('p', 'ctrl-u');
    await s.type(`${path}\r`);
    await s.waitFor('there is such a file already');
    await s.press('esc');
    await s.press('p', 'ctrl-u');
    await s.type(`${join(folder, 'image.json')}\r`);
    await s.settle();
    expect(JSON.parse(readFileSync(join(folder, 'image.json'), 'utf8')).spec.containers[0].image).toBe('web:2');
    expect(changes(cluster)).toEqual([]);
  });
});

describe('a secret', () => {
  async function secretReview(script: string) {
    const cluster = objectCluster();
    const data = {
      password: Buffer.from('hunter2').toString('base64'),
      logo: Buffer.from([0, 255, 1, 254]).toString('base64'),
      old: Buffer.from('gone').toString('base64'),
    };
    const applied = 'kubectl.kubernetes.io/last-applied-configuration';
    const secret = objectOf('Secret', 'tokens', {
      type: 'Opaque',
      data,
      metadata: { annotations: { [applied]: '{}' } },
    });
    cluster.put('secrets', secret);
    withEditor(cluster, script);
    const s = await open(cluster);
    await type(s, ':secrets');
    cluster.tables.get('secrets')!.change('ADDED', { cells: ['tokens', '1h'], object: objectOf('Secret', 'tokens') });
    await s.settle();
    await s.press('e');
    return { cluster, s, data };
  }

  test('is edited as text, hidden in the review until x, and sent as the server keeps it', async () => {
    const script = 'grep -q "password: hunter2" $1 && sed -i "s/hunter2/비밀/; /old: gone/d" $1';
    const { cluster, s, data } = await secretReview(script);
    await s.waitFor('The server would take it');
    expect(s.text()).not.toMatch(/hunter2|비밀/);
    expect(s.text()).toContain('data.password: (hidden) -> (hidden)');
    expect(s.text()).toContain('<hidden, 7 bytes');
    await s.press('x');
    await s.waitFor('비밀');
    expect(s.text()).toContain('hunter2');
    await s.press('s');
    await s.waitFor('Saved secrets');
    const sent = cluster.inputs.at(-1)!;
    expect(sent).toContain(`password: ${Buffer.from('비밀').toString('base64')}`);
    expect(sent).toContain(`logo: ${data.logo}`);
    expect(sent).not.toContain('old:');
    expect(sent).not.toContain('stringData');
    expect(sent).toContain('last-applied-configuration');
  });

  test('a number in it is no text', async () => {
    const { s } = await secretReview('sed -i "s/hunter2/42/" $1');
    await s.waitFor('stringData.password is no text: put it in quotes');
  });
});
