import type { ImageRunFacts } from '../../../../api/image-facts.ts';
import { simulatedImage } from '../../../../oci/simulated-images.ts';
import type { ImageTree } from '../../../images/image-files.ts';
import { imageName, SHELL_IMAGES } from '../../../runtime/image-name.ts';
import type { MainProcess } from '../process/process.ts';

/** The tools an image has: those of busybox, of a Debian, or none. */
export type Family = 'busybox' | 'alpine' | 'debian' | 'ubuntu' | 'oracle' | 'distroless' | 'scratch';

/** What is known of an image besides its layers. */
export interface ImageShape {
  family: Family;
  /** There is nothing in it but a shell and its tools. */
  isBare: boolean;
  /** Entrypoint and Cmd. */
  command: readonly string[];
  workingDir: string;
  /** Processes that the main one starts, as `ps` shows them. */
  children: readonly string[];
  /** Commands besides those of the family. */
  tools: readonly string[];
  env: Readonly<Record<string, string>>;
  files: Readonly<Record<string, string>>;
  /** Of the image's user. */
  uid: number;
  gid: number;
}

const NGINX_CONF = `user  nginx;
worker_processes  auto;

error_log  /var/log/nginx/error.log notice;
pid        /run/nginx.pid;

events {
    worker_connections  1024;
}

http {
    include       /etc/nginx/mime.types;
    default_type  application/octet-stream;
    sendfile        on;
    keepalive_timeout  65;
    include /etc/nginx/conf.d/*.conf;
}
`;

const NGINX_SITE = `server {
    listen       80;
    server_name  localhost;

    location / {
        root   /usr/share/nginx/html;
        index  index.html index.htm;
    }
}
`;

const PAGE = `<!DOCTYPE html>
<html lang="en">
<head><title>It works</title></head>
<body>
<h1>It works</h1>
</body>
</html>
`;

type Known = Partial<ImageShape>;

const nginx: Known = {
  command: ['nginx: master process nginx -g daemon off;'],
  children: ['nginx: worker process', 'nginx: worker process'],
  tools: ['nginx', 'curl'],
  env: { NGINX_VERSION: '1.27.3', PKG_RELEASE: '1' },
  files: {
    'etc/nginx/nginx.conf': NGINX_CONF,
    'etc/nginx/conf.d/default.conf': NGINX_SITE,
    'etc/nginx/mime.types': 'types {\n    text/html  html htm;\n}\n',
    'usr/share/nginx/html/index.html': PAGE,
    'usr/share/nginx/html/50x.html': PAGE.replaceAll('It works', 'An error occurred'),
    'docker-entrypoint.sh': '#!/bin/sh\nexec "$@"\n',
  },
};

/** By the last part of the repository. */
const known: Readonly<Record<string, Known>> = {
  busybox: { family: 'busybox', command: ['sh'] },
  alpine: { family: 'alpine', command: ['/bin/sh'] },
  debian: { family: 'debian', command: ['bash'] },
  bash: { family: 'alpine', command: ['bash'], tools: ['bash'], env: { _BASH_VERSION: '5.2.37' } },
  ubuntu: { family: 'ubuntu', command: ['/bin/bash'] },
  nginx,
  'nginx-slim': nginx,
  httpd: {
    command: ['httpd', '-DFOREGROUND'],
    children: ['httpd -DFOREGROUND'],
    workingDir: '/usr/local/apache2',
    files: { 'usr/local/apache2/htdocs/index.html': PAGE },
  },
  redis: {
    command: ['redis-server', '*:6379'],
    tools: ['redis-cli', 'redis-server'],
    workingDir: '/data',
    env: { REDIS_VERSION: '7.4.1' },
  },
  valkey: { command: ['valkey-server', '*:6379'], tools: ['redis-cli'], workingDir: '/data' },
  postgres: {
    command: ['postgres'],
    children: ['postgres: checkpointer ', 'postgres: background writer ', 'postgres: walwriter '],
    tools: ['psql', 'pg_isready'],
    env: { PG_MAJOR: '17', PGDATA: '/var/lib/postgresql/data', LANG: 'en_US.utf8' },
  },
  mysql: { family: 'oracle', command: ['mysqld'] },
  mariadb: { family: 'ubuntu', command: ['mariadbd'] },
  node: { command: ['node'], tools: ['node'], env: { NODE_VERSION: '22.11.0' } },
  'kubernetes-bootcamp': {
    command: ['node', 'server.js'],
    tools: ['curl', 'node'],
    env: { NPM_CONFIG_LOGLEVEL: 'info' },
  },
  wordpress: { command: ['apache2', '-DFOREGROUND'], tools: ['curl'], workingDir: '/var/www/html' },
  perl: { command: ['perl', '-de0'], tools: ['perl'], env: { PERL_VERSION: '5.34.0' } },
  python: { command: ['python3'], tools: ['python3'], env: { PYTHON_VERSION: '3.13.1', LANG: 'C.UTF-8' } },
  coredns: { family: 'distroless', command: ['/coredns'], uid: 0 },
  pause: { family: 'scratch', command: ['/pause'] },
  'hello-world': { family: 'scratch', command: ['/hello'] },
  'kube-proxy': { family: 'distroless', command: ['/usr/local/bin/kube-proxy'] },
};

/** The base below an image's layers, told by the instruction of its first one. */
function familyOf(image: string): Family {
  const facts = simulatedImage(image);
  const first = facts?.layers[0]?.instruction ?? '';
  if (/alpine/.test(first)) return 'alpine';
  if (/ubuntu/.test(first)) return 'ubuntu';
  if (/busybox/.test(first)) return 'busybox';
  if (/bazel/.test(first)) return 'distroless';
  if (/oraclelinux/.test(first)) return 'oracle';
  if (/debian/.test(first)) return 'debian';
  return facts?.layers.length === 1 ? 'scratch' : 'debian';
}

/** @param run what the config of a real image says; of its files see `shapeWithFiles` */
export function shapeOf(image: string, run?: ImageRunFacts): ImageShape {
  const shape = knownShape(image);
  if (!run) return shape;
  const [uid = '', gid = ''] = run.user.split(':');
  const number = (text: string, other: number) => (/^\d+$/.test(text) ? Number(text) : other);
  const pairs = run.env.map((line): [string, string] => [
    line.split('=', 1)[0]!,
    line.includes('=') ? line.slice(line.indexOf('=') + 1) : '',
  ]);
  return {
    ...shape,
    command: run.entrypoint.length + run.command.length > 0 ? [...run.entrypoint, ...run.command] : shape.command,
    children: [],
    ...{ workingDir: run.workingDir, env: Object.fromEntries(pairs) },
    ...{ uid: number(uid, shape.uid), gid: number(gid, shape.gid) },
  };
}

/** Whose tools an image has, by a file that only such images have. */
const FAMILY_FILES: readonly (readonly [path: string, family: Family])[] = [
  ['etc/alpine-release', 'alpine'],
  ['bin/busybox', 'busybox'],
  ['etc/oracle-release', 'oracle'],
  ['etc/debian_version', 'debian'],
];

/** The shape of an image whose files are known: nothing of them is made up. */
export function shapeWithFiles(shape: ImageShape, { union }: ImageTree): ImageShape {
  const family = FAMILY_FILES.find(([path]) => union.has(path))?.[1] ?? shape.family;
  const isEmpty = family === 'scratch' || family === 'distroless';
  return { ...shape, family: isEmpty ? 'debian' : family, isBare: false, tools: [], files: {} };
}

function knownShape(image: string): ImageShape {
  const name = imageName(image);
  const own = known[name] ?? {};
  const family = own.family ?? familyOf(image);
  const isBuildBase =
    simulatedImage(image)?.layers.some(({ instruction }) => /install.*\bcurl\b/.test(instruction ?? '')) ?? false;
  return {
    family,
    isBare: SHELL_IMAGES.has(name),
    command: own.command ?? [`/app/${name}`],
    workingDir: own.workingDir ?? (known[name] || family === 'distroless' ? '/' : '/app'),
    children: own.children ?? [],
    tools: [...(own.tools ?? []), ...(isBuildBase ? ['curl', 'wget'] : [])],
    env: own.env ?? {},
    files: own.files ?? {},
    uid: own.uid ?? 0,
    gid: own.gid ?? 0,
  };
}

/** The main process and its children as `ps` shows them. */
export function mainProcesses(shape: ImageShape, argv: readonly string[], user: string): MainProcess[] {
  const isOwn = argv.length > 0;
  const main = { pid: 1, ppid: 0, user, command: (isOwn ? argv : shape.command).join(' ') };
  const childUser = shape.files['etc/nginx/nginx.conf'] ? 'nginx' : user;
  return [
    main,
    ...(isOwn ? [] : shape.children).map((command, index) => ({ pid: 29 + index, ppid: 1, user: childUser, command })),
  ];
}
