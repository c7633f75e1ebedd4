import { chanceOf } from '../../runtime/chance.ts';
import { imageName } from '../../runtime/image-name.ts';

export interface LogLine {
  /** ms since the epoch. */
  at: number;
  text: string;
}

/** What a line is made from: nothing else, so that the same question always has the same answer. */
export interface LogSource {
  /** uid, container and run. */
  seed: string;
  pod: string;
  image: string;
  startedAt: number;
}

export interface LogProfile {
  /** Lines after the start: milliseconds later, text. */
  opening: (source: LogSource) => readonly (readonly [number, string])[];
  /** Every so many ms there may be lines. */
  slotMs: number;
  /** Share of slots that have a line. */
  density: number;
  line: (source: LogSource, at: number, chance: (name: string) => number) => string;
}

const pick = <T>(items: readonly T[], chance: number): T => items[Math.floor(chance * items.length)]!;
const two = (value: number): string => String(value).padStart(2, '0');
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function clf(at: number): string {
  const t = new Date(at);
  return `${two(t.getUTCDate())}/${MONTHS[t.getUTCMonth()]}/${t.getUTCFullYear()}:${t.toISOString().slice(11, 19)} +0000`;
}
const spaced = (at: number): string => new Date(at).toISOString().replace('T', ' ').slice(0, 23);
const iso = (at: number): string => new Date(at).toISOString();

const PATHS = [
  '/',
  '/',
  '/products',
  '/products/12',
  '/products/31',
  '/cart',
  '/assets/shop.css',
  '/assets/shop.js',
  '/api/cart',
  '/favicon.ico',
];
const AGENTS = [
  'Mozilla/5.0 (X11; Linux x86_64) Firefox/143.0',
  'Mozilla/5.0 (Macintosh) Safari/618.2',
  'Mozilla/5.0 (iPhone) Mobile/15E148',
];

const nginx: LogProfile = {
  opening: ({ startedAt }) => {
    const notice = (ms: number, text: string) =>
      [
        ms,
        `${spaced(startedAt + ms)
          .slice(0, 19)
          .replaceAll('-', '/')} [notice] 1#1: ${text}`,
      ] as const;
    return [
      [20, '/docker-entrypoint.sh: Configuration complete; ready for start up'],
      notice(40, 'using the "epoll" event method'),
      notice(42, 'nginx/1.27.3'),
      notice(44, 'OS: Linux 6.12.0-simulated'),
      notice(50, 'start worker processes'),
      notice(51, 'start worker process 29'),
      notice(52, 'start worker process 30'),
    ];
  },
  slotMs: 1500,
  density: 0.7,
  line: (_source, at, chance) => {
    const isProbe = chance('probe') < 0.3;
    const from = `10.244.${1 + Math.floor(chance('net') * 2)}.${2 + Math.floor(chance('host') * 40)}`;
    if (isProbe) return `${from} - - [${clf(at)}] "GET /healthz HTTP/1.1" 200 2 "-" "kube-probe/1.36" "-"`;
    const status = chance('status') < 0.93 ? 200 : chance('which') < 0.7 ? 304 : 404;
    const size = status === 200 ? 300 + Math.floor(chance('size') * 9000) : status === 404 ? 153 : 0;
    return `${from} - - [${clf(at)}] "GET ${pick(PATHS, chance('path'))} HTTP/1.1" ${status} ${size} "-" "${pick(AGENTS, chance('agent'))}" "-"`;
  },
};

const postgres: LogProfile = {
  opening: ({ startedAt }) => {
    const log = (ms: number, pid: number, text: string) =>
      [ms, `${spaced(startedAt + ms)} UTC [${pid}] LOG:  ${text}`] as const;
    return [
      [30, 'PostgreSQL Database directory appears to contain a database; skipping initialisation'],
      log(120, 1, 'starting PostgreSQL 17.2 on x86_64-pc-linux-gnu, 64-bit'),
      log(122, 1, 'listening on IPv4 address "0.0.0.0", port 5432'),
      log(125, 1, 'listening on Unix socket "/var/run/postgresql/.s.PGSQL.5432"'),
      log(160, 29, 'database system was shut down cleanly'),
      log(210, 1, 'database system is ready to accept connections'),
    ];
  },
  slotMs: 60_000,
  density: 0.6,
  line: (_source, at, chance) => {
    const buffers = 3 + Math.floor(chance('buffers') * 90);
    if (chance('kind') < 0.5) return `${spaced(at)} UTC [27] LOG:  checkpoint starting: time`;
    return `${spaced(at)} UTC [27] LOG:  checkpoint complete: wrote ${buffers} buffers (${(buffers / 163.84).toFixed(1)}%); write=${(buffers / 10).toFixed(3)} s, sync=0.011 s`;
  },
};

const redis: LogProfile = {
  opening: ({ startedAt }) => {
    const log = (ms: number, mark: string, text: string) => {
      const t = new Date(startedAt + ms);
      return [
        ms,
        `1:M ${two(t.getUTCDate())} ${MONTHS[t.getUTCMonth()]} ${t.getUTCFullYear()} ${t.toISOString().slice(11, 23)} ${mark} ${text}`,
      ] as const;
    };
    return [
      log(15, '*', 'Running mode=standalone, port=6379.'),
      log(17, '*', 'Server initialized'),
      log(20, '*', 'Ready to accept connections tcp'),
    ];
  },
  slotMs: 60_000,
  density: 0.5,
  line: (_source, at, chance) => {
    const t = new Date(at);
    return `1:M ${two(t.getUTCDate())} ${MONTHS[t.getUTCMonth()]} ${t.getUTCFullYear()} ${t.toISOString().slice(11, 23)} * ${10 + Math.floor(chance('keys') * 900)} changes in 60 seconds. Saving...`;
  },
};

const REQUESTS = [
  'GET /api/products',
  'GET /api/products/12',
  'POST /api/cart',
  'GET /api/cart',
  'POST /api/orders',
  'GET /healthz',
];
const TASKS = ['send order confirmation', 'resize product image', 'recalculate stock', 'index product', 'expire carts'];

const worker: LogProfile = {
  opening: () => [
    [50, 'level=info msg="worker started" concurrency=4 queue=orders'],
    [300, 'level=info msg="connected" target=redis:6379'],
  ],
  slotMs: 4000,
  density: 0.6,
  line: (_source, at, chance) => {
    const job = 10_000 + (Math.floor(at / 4000) % 80_000);
    const task = pick(TASKS, chance('task'));
    if (chance('level') < 0.04) return `time=${iso(at)} level=warn msg="retrying" task="${task}" job=${job} attempt=2`;
    return `time=${iso(at)} level=info msg="done" task="${task}" job=${job} took=${(20 + chance('took') * 800).toFixed(0)}ms`;
  },
};

const app: LogProfile = {
  opening: ({ startedAt, pod }) => [
    [60, `${iso(startedAt + 60)} INFO  starting pod=${pod}`],
    [240, `${iso(startedAt + 240)} INFO  configuration loaded`],
    [420, `${iso(startedAt + 420)} INFO  listening on :8080`],
  ],
  slotMs: 2000,
  density: 0.6,
  line: (_source, at, chance) => {
    const request = pick(REQUESTS, chance('request'));
    const ms = (2 + chance('ms') ** 3 * 240).toFixed(1);
    const roll = chance('level');
    if (roll < 0.01) return `${iso(at)} ERROR ${request} status=500 duration=${ms}ms error="upstream timed out"`;
    if (roll < 0.05)
      return `${iso(at)} WARN  slow query duration=${(300 + chance('slow') * 900).toFixed(0)}ms table=orders`;
    if (roll < 0.2) return `${iso(at)} DEBUG cache hit key=product:${Math.floor(chance('key') * 60)}`;
    return `${iso(at)} INFO  ${request} status=200 duration=${ms}ms`;
  },
};

const batch: LogProfile = {
  opening: ({ startedAt }) =>
    [
      [40, 'starting'],
      [300, 'connected to postgres:5432'],
      [900, 'step 1 of 3: reading'],
      [1600, 'step 2 of 3: writing'],
      [2400, 'step 3 of 3: verifying'],
    ].map(([ms, text]) => [ms as number, `${iso(startedAt + (ms as number))} INFO  ${text}`] as const),
  slotMs: 3_600_000,
  density: 0,
  line: () => '',
};

/** Of what says nothing by itself. */
export const silent: LogProfile = { opening: () => [], slotMs: 3_600_000, density: 0, line: () => '' };

const tagOf = (image: string): string => /:v?([\w.-]+)$/.exec(image.split('@')[0]!)?.[1] ?? 'latest';

const coredns: LogProfile = {
  opening: ({ image }) => [
    [30, '.:53'],
    [40, '[INFO] plugin/reload: Running configuration SHA512 = 591cf328cccc12bc490481273e738df59329c62c0b729d94'],
    [50, `CoreDNS-${tagOf(image)}`],
    [55, 'linux/amd64, simulated'],
  ],
  slotMs: 3_600_000,
  density: 0,
  line: () => '',
};

/** Says something at its start, and then is at work. */
const quiet = (lines: (at: (ms: number) => string, source: LogSource) => readonly string[]): LogProfile => ({
  ...silent,
  opening: (source) =>
    lines((ms) => iso(source.startedAt + ms), source).map((text, index) => [40 + index * 30, text] as const),
});

const klog = (at: string, text: string): string =>
  `I${at.slice(5, 7)}${at.slice(8, 10)} ${at.slice(11, 23)}000       1 ${text}`;

const kubeProxy = quiet((at) => [
  klog(at(40), 'server_linux.go:53] "Using iptables proxy"'),
  klog(at(70), 'server_linux.go:132] "Using iptables Proxier"'),
  klog(at(100), 'shared_informer.go:313] Waiting for caches to sync for service config'),
  klog(at(130), 'shared_informer.go:320] Caches are synced for service config'),
]);

const mysql = quiet((at, { image }) => [
  `${at(40).replace('Z', '000Z')} 0 [System] [MY-010116] [Server] /usr/sbin/mysqld (mysqld ${tagOf(image)}) starting as process 1`,
  `${at(70).replace('Z', '000Z')} 1 [System] [MY-013576] [InnoDB] InnoDB initialization has started.`,
  `${at(100).replace('Z', '000Z')} 1 [System] [MY-013577] [InnoDB] InnoDB initialization has ended.`,
  `${at(130).replace('Z', '000Z')} 0 [System] [MY-010931] [Server] /usr/sbin/mysqld: ready for connections. Version: '${tagOf(image)}'  socket: '/var/run/mysqld/mysqld.sock'  port: 3306  MySQL Community Server - GPL.`,
]);

const mongo = quiet((at, { pod }) => {
  const line = (ms: number, c: string, id: number, msg: string, attr: object) =>
    JSON.stringify({ t: { $date: at(ms).replace('Z', '+00:00') }, s: 'I', c, id, ctx: 'initandlisten', msg, attr });
  return [
    line(40, 'CONTROL', 4_615_611, 'MongoDB starting', { pid: 1, port: 27_017, dbPath: '/data/db', host: pod }),
    line(70, 'NETWORK', 23_015, 'Listening on', { address: '0.0.0.0' }),
    line(100, 'NETWORK', 23_016, 'Waiting for connections', { port: 27_017, ssl: 'off' }),
  ];
});

const apache: LogProfile = {
  ...nginx,
  opening: ({ startedAt }) => {
    const time = new Date(startedAt + 40).toUTCString().replace(',', '');
    const [day, date, month, year, clock] = time.split(' ');
    const head = `[${day} ${month} ${date} ${clock}.000000 ${year}]`;
    return [
      [
        40,
        `${head} [mpm_event:notice] [pid 1:tid 1] AH00489: Apache/2.4.62 (Unix) configured -- resuming normal operations`,
      ],
      [45, `${head} [core:notice] [pid 1:tid 1] AH00094: Command line: 'httpd -D FOREGROUND'`],
    ];
  },
  line: (source, at, chance) => nginx.line(source, at, chance).replace(/ "-"$/, ''),
};

/** By the image's name; everything else talks like a small web service. */
const byImage: Readonly<Record<string, LogProfile>> = {
  nginx,
  web: nginx,
  'nginx-slim': nginx,
  httpd: apache,
  wordpress: apache,
  'hpa-example': apache,
  'php-apache': apache,
  'kube-proxy': kubeProxy,
  mysql,
  mariadb: mysql,
  mongo,
  pause: silent,
  postgres,
  redis,
  valkey: redis,
  worker,
  coredns,
  migrate: batch,
  migration: batch,
  report: batch,
};

export function profileFor(image: string, isBatch: boolean): LogProfile {
  return byImage[imageName(image)] ?? (isBatch ? batch : app);
}

/** A chance that belongs to one slot of one container. */
export const slotChance =
  ({ seed }: LogSource, slot: number) =>
  (name: string): number =>
    chanceOf(`${seed} ${slot} ${name}`);
