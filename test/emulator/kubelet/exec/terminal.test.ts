import { expect, test } from 'vitest';
import { room } from './room.ts';

test('a shell at a terminal shows its prompt, echoes, and ends with the code of exit', async () => {
  const typist = room().terminal(['sh']);
  expect(await typist.type('')).toBe('');
  expect(typist.screen()).toBe('/ # ');
  expect(await typist.type('echo hi\r')).toBe('echo hi\r\nhi\r\n/ # ');
  expect(await typist.type('exit 7\r')).toBe('exit 7\r\n');
  expect(await typist.ended).toBe(7);
});

test('the prompt of Debian names user, host and folder', async () => {
  const typist = room({ image: 'nginx:1.27' }).terminal(['bash']);
  await typist.type('cd /etc\r');
  expect(typist.screen()).toContain('root@web-0:/# cd /etc\r\nroot@web-0:/etc# ');
  await typist.type('cd\r');
  expect(typist.screen()).toMatch(/root@web-0:~# $/);
});

test('wide characters go in one step, and take two columns with them', async () => {
  const typist = room().terminal(['sh']);
  await typist.type('');
  expect(await typist.type('echo 한글')).toBe('echo 한글');
  expect(await typist.type('\x7f')).toBe('\b \b\b \b');
  expect(await typist.type('국\r')).toBe('국\r\n한국\r\n/ # ');
});

test('a character that comes in two packets is one', async () => {
  const typist = room().terminal(['sh']);
  const bytes = Buffer.from('echo 가\r');
  await typist.type('');
  await typist.type(bytes.subarray(0, 6) as unknown as string);
  expect(await typist.type(bytes.subarray(6) as unknown as string)).toContain('가\r\n가\r\n');
});

test('Ctrl-C ends what runs and keeps the shell', async () => {
  const typist = room().terminal(['sh']);
  await typist.type('sleep 1000\r');
  expect(await typist.type('\x03')).toBe('^C\r\n/ # ');
  expect(await typist.type('echo $?\r')).toContain('\r\n130\r\n');
  expect(await typist.type('while :; do :; done\r')).toBe('while :; do :; done\r\n');
  expect(await typist.type('\x03')).toBe('^C\r\n/ # ');
  expect(await typist.type('half a line\x03')).toBe('half a line^C\r\n/ # ');
});

test('Ctrl-D ends input of a command, and the shell on an empty line', async () => {
  const typist = room().terminal(['sh']);
  await typist.type('cat\r');
  expect(await typist.type('abc\r')).toBe('abc\r\nabc\r\n');
  expect(await typist.type('\x04')).toBe('/ # ');
  await typist.type('\x04');
  expect(await typist.ended).toBe(0);
});

test('arrows bring back lines and move in them; other keys edit', async () => {
  const typist = room().terminal(['sh']);
  await typist.type('echo one\r');
  await typist.type('echo two\r');
  expect(await typist.type('\x1b[A\x1b[A\r')).toMatch(/echo two.*echo one\r\none\r\n/s);
  expect(await typist.type('ech three\x1b[H\x1b[C\x1b[C\x1b[Co\r')).toContain('\r\nthree\r\n');
  expect(await typist.type('echo xy\x1b[D\x1b[3~z\r')).toContain('\r\nxz\r\n');
  expect(await typist.type('nonsense\x15echo kill\r')).toContain('\r\nkill\r\n');
  expect(await typist.type('echo a b\x17c\r')).toContain('\r\na c\r\n');
  expect(await typist.type('\x0c')).toBe('\x1b[H\x1b[2J\r\x1b[J/ # ');
});

test('tab completes commands and files', async () => {
  const typist = room().terminal(['sh']);
  await typist.type('mkdir /data; touch /data/alpha /data/alto\r');
  expect(await typist.type('whoa\t')).toBe('whoami ');
  await typist.type('\x15');
  expect(await typist.type('ls /da\t')).toBe('ls /data/');
  expect(await typist.type('a\t')).toBe('al');
  expect(await typist.type('\t')).toContain('alpha  alto');
  await typist.type('\x03');
});

test('what is not finished is asked for', async () => {
  const typist = room().terminal(['sh']);
  expect(await typist.type('for i in 1 2; do\r')).toBe('for i in 1 2; do\r\n> ');
  expect(await typist.type('echo $i; done\r')).toBe('echo $i; done\r\n1\r\n2\r\n/ # ');
  expect(await typist.type('cat <<E\rbody\rE\r')).toMatch(/\r\nbody\r\n\/ # $/);
  expect(await typist.type("echo 'a\rb'\r")).toMatch(/\r\na\r\nb\r\n\/ # $/);
});

test('lines that are typed ahead come to whoever reads next', async () => {
  const typist = room().terminal(['sh']);
  await typist.type('read x; echo "got $x"\r');
  expect(await typist.type('word\recho after\r')).toMatch(/got word\r\n.*after\r\n\/ # $/s);
});

test('a line longer than the terminal is drawn over several rows', async () => {
  const typist = room().terminal(['sh'], { width: 20, height: 10 });
  await typist.type('');
  await typist.type('echo 1234567890123456789');
  expect(await typist.type('\x1b[D')).toContain('\x1b[1A\r\x1b[J/ # echo 1234567890123456789');
  expect(await typist.type('\r')).toContain('1234567890123456789\r\n/ # ');
});

test('the client that goes takes everything of its session with it', async () => {
  const own = room();
  const typist = own.terminal(['sh']);
  await typist.type('sleep 1000 & sleep 1000\r');
  expect(own.instance.host.processes.all().length).toBeGreaterThan(2);
  own.instance.end();
  await typist.ended;
  expect(own.instance.host.processes.all()).toEqual([]);
});

test('stty tells the size that the client told, and sets another', async () => {
  const typist = room().terminal(['sh'], { width: 100, height: 30 });
  expect(await typist.type('stty size\r')).toContain('\r\n30 100\r\n');
  expect(await typist.type('stty rows 20 cols 90; stty\r')).toContain('speed 38400 baud; rows 20; columns 90;\r\n');
  expect(await typist.type('stty rows many\r')).toContain("stty: invalid integer argument: 'many'\r\n");
  expect(await typist.type('stty raw || echo $?\r')).toContain(
    'modes are not supported in this simulated terminal\r\n1',
  );
});

test('without a terminal there is none whose size could be told', async () => {
  expect(await room().sh('stty size')).toEqual({
    out: '',
    err: 'stty: standard input: Inappropriate ioctl for device\n',
    code: 1,
  });
});

test('Ctrl-C takes along what was typed ahead', async () => {
  const typist = room().terminal(['sh']);
  await typist.type('sleep 1000\r');
  await typist.type('echo never\r');
  expect(await typist.type('\x03')).toBe('^C\r\n/ # ');
  expect(await typist.type('echo $?\r')).toBe('echo $?\r\n130\r\n/ # ');
  expect(typist.screen().match(/never/g)).toHaveLength(1);
});
