import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openRegistry } from '../../../src/oci/server/registry.ts';
import { type Home, inHome } from '../image/in-home.ts';

let home: Home;
beforeEach(() => {
  home = inHome();
  mkdirSync(join(home.path, 'app'));
  write('app/package.json', '{}');
});
afterEach(() => home.dispose());

const write = (name: string, content: string) => writeFileSync(join(home.path, name), content);
const build = (text: string, ...flags: string[]) => {
  write('app/Dockerfile', text);
  return home.run(['build', ...flags, 'app']);
};

const simple = 'FROM scratch\nCOPY package.json /app/\nCMD ["/run"]\n';

describe('kctl build', () => {
  test('gives the image its names, and shows each step', async () => {
    const { code, stderr, stdout } = await build(simple, '-t', 'shop/web:1', '-t', 'localhost:5000/web');
    expect([code, stdout]).toEqual([0, '']);
    expect(
      stderr.replace(/\d+\.\ds/g, 'T').replace(/sha256:\w{64}/, 'ID'),
    ).toBe(`#1 [internal] load build definition from Dockerfile
#1 transferring dockerfile: 50B done
#1 DONE T

#2 [internal] load .dockerignore
#2 DONE T

#3 [internal] load build context
#3 1 files and folders looked at
#3 DONE T

#4 [1/1] COPY package.json /app/
#4 DONE T

#5 exporting to image
#5 exporting 1 layers done
#5 writing image ID done
#5 naming to docker.io/shop/web:1 done
#5 naming to localhost:5000/web:latest done
#5 DONE T

`);
    const listed = await home.run(['image', 'ls']);
    expect(listed.stdout).toMatch(/shop\/web +1 .*\n?/);
    expect((await home.run(['image', 'cat', 'localhost:5000/web', '/app/package.json'])).stdout).toBe('{}');
    const again = await build(simple, '-t', 'shop/web:1');
    expect(again.stderr).toContain('#4 CACHED');
  });

  test('quiet: only the id, also in a file', async () => {
    const { stdout, stderr } = await build(simple, '-q', '--iidfile', 'id');
    expect(stdout).toMatch(/^sha256:[0-9a-f]{64}\n$/);
    expect(stderr).toBe('');
    expect(readFileSync(join(home.path, 'id'), 'utf8')).toBe(stdout.trim());
  });

  test('the note that COPY lacks its destination', async () => {
    expect(
      await build('FROM node:14\nMAINTAINER me\nWORKDIR /app\nCOPY app.js\nEXPOSE 80\nCMD node app.js\n'),
    ).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /Dockerfile:4\n-{20}\n {3}2 \| {5}MAINTAINER me\n {3}3 \| {5}WORKDIR \/app\n {3}4 \| >>> COPY app.js\n {3}5 \| {5}EXPOSE 80\n {3}6 \| {5}CMD node app.js\n-{20}\nERROR: failed to solve: dockerfile parse error on line 4: COPY requires at least two arguments, but only one was provided\. Destination could not be determined\n$/,
      ),
    });
  });

  test('mistakes of the command line', async () => {
    const said = async (...words: string[]) => (await home.run(['build', ...words])).stderr.split('\n')[0];
    expect(await said('nope')).toBe('ERROR: unable to prepare context: path "nope" not found');
    expect(await said('app/package.json')).toBe(
      'ERROR: unable to prepare context: context must be a directory: app/package.json',
    );
    expect(await said('app')).toBe(
      'ERROR: failed to solve: failed to read dockerfile: open Dockerfile: no such file or directory',
    );
    expect(await said()).toBe(
      'error: name the folder to build, its address, or - for a tar or a Dockerfile on standard input',
    );
    expect((await home.run(['build', 'https://github.com/a/b.git?x=1'])).stderr).toMatch(
      /^#1 \[internal\] load git source https:.*\n#1 ERROR: unexpected query "x"\n.*\nERROR: failed to solve: unexpected query "x"\n/s,
    );
    const several = ['--platform', 'linux/amd64,linux/arm64', 'app'];
    expect(await said('-o', 'type=docker,dest=x.tar', ...several)).toBe(
      'error: docker exporter does not currently support exporting manifest lists',
    );
    expect(await said('-o', '-', ...several)).toBe('error: the files of several platforms do not go into one tar');
    expect(await said('--platform', 'linux/amd64,', 'app')).toMatch(/^error: failed to parse platform/);
    expect(await said('-o', 'type=zip', 'app')).toBe('error: there is no output of type "zip"');
    expect(await said('--secret', 'id=a,src=nothere', 'app')).toMatch(/^error: secret a: there is no file .*nothere$/m);
    expect(await said('-t', 'Shop/Web', 'app')).toMatch(/repository name \(.*\) must be lowercase/);
    expect(await said('--progress', 'fancy', 'app')).toBe('error: there is no progress "fancy"');
  });

  test('a Dockerfile from standard input, with a folder and without', async () => {
    const text = 'FROM scratch\nCOPY <<EOF /hello\nhello\nEOF\n';
    expect(await home.run(['build', '-t', 'one', '-'], { stdin: text })).toMatchObject({ code: 0 });
    expect((await home.run(['image', 'cat', 'one', '/hello'])).stdout).toBe('hello\n');
    const alone = await home.run(['build', '-'], { stdin: simple });
    expect(alone.stderr).toContain('ERROR: failed to solve: there is no build context: the Dockerfile came alone');
    expect(await home.run(['build', '-t', 'two', '-f', '-', 'app'], { stdin: simple })).toMatchObject({ code: 0 });
    expect((await home.run(['build', '-'], { stdin: '' })).stderr).toContain('the Dockerfile cannot be empty');
  });

  test('a Dockerfile elsewhere, with its own list of what is left out', async () => {
    write('app/secret', 'x');
    write('Dockerfile.dev', 'FROM scratch\nCOPY . /app/\n');
    write('Dockerfile.dev.dockerignore', 'secret\n');
    expect(await home.run(['build', '-t', 'dev', '-f', 'Dockerfile.dev', 'app'])).toMatchObject({ code: 0 });
    const { stdout } = await home.run(['image', 'files', 'dev', '/', '-R']);
    expect(stdout).toContain('package.json');
    expect(stdout).not.toContain('secret');
  });

  test('--check tells of each warning, and ends with 1', async () => {
    write('app/Dockerfile', 'FROM nothere\nCMD run\n');
    const { code, stdout } = await home.run(['build', '--check', 'app']);
    expect(code).toBe(1);
    expect(
      stdout,
    ).toBe(`WARNING: JSONArgsRecommended - https://docs.docker.com/go/dockerfile/rule/json-args-recommended/
JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior related to OS signals
JSON arguments recommended for CMD to prevent unintended behavior related to OS signals
Dockerfile:2
--------------------
   1 |     FROM nothere
   2 | >>> CMD run
   3 |
--------------------

Check complete, 1 warning has been found!
`);
    write('app/Dockerfile', simple);
    expect(await home.run(['build', '--check', 'app'])).toMatchObject({
      code: 0,
      stdout: 'Check complete, no warnings found.\n',
    });
    expect((await home.run(['image', 'ls', '-q'])).stdout).toBe('');
  });

  test('warnings stand below a build, and arguments that nobody wanted', async () => {
    const { stderr } = await build('FROM scratch\nMAINTAINER me\nCMD ["a"]\nCMD ["b"]\n', '--build-arg', 'X=1');
    expect(stderr).toContain('[Warning] One or more build-args [X] were not consumed\n');
    expect(stderr).toContain(` 2 warnings found (use kctl build --check to see where):
 - MaintainerDeprecated: Maintainer instruction is deprecated in favor of using label (line 2)
 - MultipleInstructionsDisallowed: Multiple CMD instructions should not be used in the same stage because only the last one will be used (line 3)
`);
  });

  test('where it fails: warnings, and right above the error the lines of the file, as they are written', async () => {
    const { code, stderr } = await build('FROM scratch\nMAINTAINER me\nCOPY \\\n\tnone /x\n');
    expect(code).toBe(1);
    expect(stderr).toContain('   4 | >>> \tnone /x');
    const places = [' 1 warning found', 'Dockerfile:3', 'ERROR: failed to solve: '].map((text) => stderr.indexOf(text));
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    const raw = await build('FROM scratch\nMAINTAINER me\nLABEL a=1\n', '--progress=rawjson');
    expect(
      raw.stderr
        .trim()
        .split('\n')
        .map((line) => typeof JSON.parse(line)),
    ).toContain('object');
  });

  test('results as files', async () => {
    expect(await build(simple, '-o', 'out')).toMatchObject({ code: 0 });
    expect(readFileSync(join(home.path, 'out/app/package.json'), 'utf8')).toBe('{}');
    write('out/mine', 'stays');
    write('app/package.json', '{"v":2}');
    expect(await build(simple, '-o', 'out')).toMatchObject({ code: 0 });
    expect(readFileSync(join(home.path, 'out/app/package.json'), 'utf8')).toBe('{"v":2}');
    expect(existsSync(join(home.path, 'out/mine'))).toBe(true);
    for (const type of ['docker', 'oci']) {
      expect(await build(simple, '-t', 'web:1', '-o', `type=${type},dest=${type}.tar`)).toMatchObject({ code: 0 });
      expect((await home.run(['image', 'ls', '-q'])).stdout).toBe('');
      const loaded = await home.run(['image', 'load', '-i', `${type}.tar`]);
      expect(loaded.stdout).toContain('web:1');
      await home.run(['image', 'rm', 'web:1']);
    }
    expect(await build(simple, '-o', 'type=image,"name=one:1,two:1"')).toMatchObject({ code: 0 });
    const names = (await home.run(['image', 'ls', '--format', '{{.Repository}}:{{.Tag}}'])).stdout.trim().split('\n');
    expect(names.sort()).toEqual(['one:1', 'two:1']);
    const tar = await build(simple, '-o', '-');
    expect(tar.bytes.includes('app/package.json')).toBe(true);
  });

  test('a secret, a label and an argument of the environment', async () => {
    const { code } = await build(
      'FROM scratch\nARG HOME\nLABEL home=$HOME\n',
      '--build-arg',
      'HOME',
      '--label',
      'by=me',
      '-t',
      'l',
    );
    expect(code).toBe(0);
    const [inspected] = JSON.parse((await home.run(['image', 'inspect', 'l'])).stdout) as [
      { Config: { Labels: object } },
    ];
    expect(inspected.Config.Labels).toEqual({ home: home.path, by: 'me' });
  });

  test('a base that only a registry has is pulled', async () => {
    const other = inHome();
    const registry = openRegistry(other.store);
    const server = createServer((request, response) => registry.handle(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const base = `127.0.0.1:${(server.address() as AddressInfo).port}/base:1`;
    try {
      expect(await build('FROM scratch\nCOPY package.json /from-base\n', '-t', base)).toMatchObject({ code: 0 });
      expect(await home.run(['push', base])).toMatchObject({ code: 0 });
      await home.run(['image', 'rm', base]);
      await home.run(['builder', 'prune']);
      const { code, stderr } = await build(`FROM ${base}\nCOPY package.json /b\n`, '-t', 'b');
      expect(stderr).toContain('pulling 1 layers');
      expect(code).toBe(0);
      expect((await home.run(['image', 'cat', 'b', '/from-base'])).stdout).toBe('{}');
      expect((await build(`FROM ${base}\nCOPY package.json /b\n`)).stderr).not.toContain('pulling');
      expect((await build(`FROM ${base}\n`, '--pull')).stderr).toContain('0B travelled');
    } finally {
      server.closeAllConnections();
      server.close();
      await registry.close();
      other.dispose();
    }
  });

  test('builder du', async () => {
    await build(simple, '-t', 'web');
    await build(simple);
    const { stdout, code } = await home.run(['builder', 'du']);
    expect(code).toBe(0);
    const [head, row, ...rest] = stdout.split('\n');
    expect(head).toMatch(/^ID +SIZE +SHARED +USES +LAST USED +STEP$/);
    expect(row).toMatch(/^[0-9a-f]{12} +\d+B +true +1 +Less than a second ago +\[1\/1\] COPY package\.json \/app\/$/);
    expect(rest).toEqual(['', 'Reclaimable: 0B', '']);
    await home.run(['image', 'rm', 'web']);
    expect((await home.run(['builder', 'ls', '--format', '{{.Shared}} {{.Step}}'])).stdout).toBe(
      'false [1/1] COPY package.json /app/\n',
    );
  });

  test('builder prune', async () => {
    await build(simple);
    await home.run(['image', 'prune', '-f']);
    const { stdout } = await home.run(['builder', 'prune']);
    expect(stdout).toMatch(/^Removed 1 result of build steps\nTotal reclaimed space: \d/);
    expect((await build(simple)).stderr).toContain('#4 DONE');
    expect((await home.run(['builder', 'prune', '--unused-for', '1h'])).stdout).toMatch(/^Removed 0 results/);
    expect((await home.run(['builder', 'prune', '-af', '--filter', 'until=1h'])).stdout).toMatch(/^Removed 0 results/);
    const wrong = await home.run(['builder', 'prune', '--filter', 'id=1']);
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining("invalid filter 'id=1'")]);
  });
});
