import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loopbackAddress, namesOf } from '../../../src/store/forwards/host-names.ts';
import { hostsPath, withHostLines, writeHostLines } from '../../../src/store/forwards/hosts-file.ts';

const web = [{ address: '127.9.1.2', names: ['web.shop', 'web'] }];
const before = '127.0.0.1 localhost\n# mine\n::1 ip6-localhost';

describe('the text of a hosts file', () => {
  const none = () => false;
  test('gets a block, and is every byte as it was without it', () => {
    const text = withHostLines(`${before}\n`, 7, web, none);
    expect(text).toBe(
      `${before}\n# kctl port-forwards of process 7: begin\n127.9.1.2 web.shop web\n# kctl port-forwards of process 7: end\n`,
    );
    expect(withHostLines(text, 7, [], () => true)).toBe(`${before}\n`);
  });
  test('without a last newline, with those of Windows, and empty', () => {
    expect(withHostLines(before, 7, web, none).startsWith(`${before}\n# kctl`)).toBe(true);
    const windows = 'a b\r\nc d\r\n';
    const text = withHostLines(windows, 7, web, none);
    expect(text.replaceAll('\r\n', '')).not.toContain('\n');
    expect(withHostLines(text, 7, [], none)).toBe(windows);
    expect(withHostLines(withHostLines('', 7, web, none), 7, [], none)).toBe('');
  });
  test('loses the blocks of processes that are gone, and keeps those of others', () => {
    const two = withHostLines(withHostLines(`${before}\n`, 7, web, none), 8, web, () => true);
    expect(withHostLines(two, 9, [], (pid) => pid === 8)).toBe(withHostLines(`${before}\n`, 8, web, none));
  });
  test('is left alone where a block has no end', () => {
    const torn = `${before}\n# kctl port-forwards of process 7: begin\n127.9.1.2 web\n10.0.0.1 precious\n`;
    expect(withHostLines(torn, 7, [], none)).toBe(torn);
  });
});

describe('the file', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kctl-hosts-'));
    path = join(folder, 'hosts');
    writeFileSync(path, before, { mode: 0o644 });
  });
  afterEach(() => {
    chmodSync(folder, 0o700);
    rmSync(folder, { recursive: true, force: true });
  });
  test('keeps its mode, and nothing is left beside it', async () => {
    await writeHostLines(path, web);
    expect(readFileSync(path, 'utf8')).toContain('127.9.1.2 web.shop web');
    expect(statSync(path).mode & 0o777).toBe(0o644);
    await writeHostLines(path, []);
    expect(readFileSync(path, 'utf8')).toBe(`${before}\n`);
    expect(existsSync(`${path}.kctl-lock`)).toBe(false);
  });
  test('two writers at once lose nothing; a lock of a process that is gone holds nobody up', async () => {
    writeFileSync(`${path}.kctl-lock`, '999999999');
    await Promise.all([writeHostLines(path, web), writeHostLines(path, web)]);
    expect(readFileSync(path, 'utf8').match(/web\.shop/g)).toHaveLength(1);
  });
  test('that cannot be written is said, and is as it was', async () => {
    await expect(writeHostLines(join(folder, 'not', 'there'), web)).rejects.toThrow(/^cannot write names to /);
    expect(readFileSync(path, 'utf8')).toBe(before);
  });
});

test('an object has the same address each time, one of its own', () => {
  const of = (name: string, taken: string[] = []) =>
    loopbackAddress({ context: 'c', namespace: 'shop', name }, new Set(taken));
  expect(of('web')).toBe(of('web'));
  expect(of('web')).not.toBe(of('db'));
  expect(of('web')).toMatch(/^127\.([1-9]\d{0,2})\.\d{1,3}\.\d{1,3}$/);
  expect(of('web', [of('web')])).not.toBe(of('web'));
});

test('names are those of the cluster’s own DNS, and no other text gets into the file', () => {
  expect(namesOf({ namespace: 'shop', name: 'web' })).toEqual([
    ...['web.shop', 'web.shop.svc', 'web.shop.svc.cluster.local', 'web'],
  ]);
  expect(namesOf({ namespace: 'shop', name: 'web\n10.0.0.1 bank' })).toEqual([]);
});

test('where the file is', () => {
  expect(hostsPath({}, 'linux')).toBe('/etc/hosts');
  expect(hostsPath({ SystemRoot: 'D:\\Win' }, 'win32')).toBe('D:\\Win\\System32\\drivers\\etc\\hosts');
  expect(hostsPath({ KCTL_HOSTS_FILE: '/x' }, 'linux')).toBe('/x');
});
