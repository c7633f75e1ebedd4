import type { Program } from '../process/process.ts';
import { perl } from './perl.ts';

const say =
  (text: string, toError = false): Program =>
  async (process) => {
    if (toError) await process.warn(text);
    else await process.print(text);
    return 0;
  };

const nginx: Program = async (process, args) => {
  if (args.includes('-v') || args.includes('-V')) await process.warn('nginx version: nginx/1.27.3\n');
  else if (args.includes('-t'))
    await process.warn(
      'nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\nnginx: configuration file /etc/nginx/nginx.conf test is successful\n',
    );
  else if (args.includes('-s'))
    await process.warn(
      `${new Date(process.host.clock.now()).toISOString().slice(0, 19).replaceAll('-', '/').replace('T', ' ')} [notice] ${process.pid}#${process.pid}: signal process started\n`,
    );
  else if (args.includes('-T')) await process.print(Buffer.from(process.files.readFile('/etc/nginx/nginx.conf')));
  else return process.fail('[emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)');
  return 0;
};

const redis: Program = async (process, args) => {
  const words = args.filter((arg, index) => !/^-/.test(arg) && !/^-[hpna]$/.test(args[index - 1] ?? ''));
  const [verb = ''] = words;
  if (args.includes('--version') || args.includes('-v')) return say('redis-cli 7.4.1\n')(process, []);
  if (/^ping$/i.test(verb)) await process.print(`${words[1] ?? 'PONG'}\n`);
  else if (/^dbsize$/i.test(verb)) await process.print('(integer) 0\n');
  else if (/^get$/i.test(verb)) await process.print('(nil)\n');
  else if (/^keys$/i.test(verb)) await process.print('(empty array)\n');
  else return process.fail(`only PING, GET, KEYS and DBSIZE are answered in this simulated container`);
  return 0;
};

/** What belongs to one image and is a line to answer. */
export const imageCommands: Readonly<Record<string, Program>> = {
  nginx,
  perl,
  'redis-cli': redis,
  'redis-server': say('Redis server v=7.4.1 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=0\n'),
  pg_isready: say('/var/run/postgresql:5432 - accepting connections\n'),
  psql: async (process, args) => {
    if (args.includes('--version') || args.includes('-V')) await process.print('psql (PostgreSQL) 17.2\n');
    else
      return process.fail(
        'error: connection to server on socket "/var/run/postgresql/.s.PGSQL.5432" failed: FATAL:  this database is simulated and takes no sessions',
        2,
      );
    return 0;
  },
  node: async (process, args) => {
    if (args.includes('-v') || args.includes('--version')) await process.print('v22.11.0\n');
    else return process.fail('programs cannot be run in this simulated container');
    return 0;
  },
  python3: async (process, args) => {
    if (args.includes('-V') || args.includes('--version')) await process.print('Python 3.13.1\n');
    else return process.fail('programs cannot be run in this simulated container');
    return 0;
  },
};
