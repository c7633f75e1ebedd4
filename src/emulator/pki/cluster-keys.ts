import { generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../../lib/replace-file.ts';
import type { KeyPair, LeafRequest } from './certificates.ts';
import { carries, type ServerNames } from './server-names.ts';

/** Everything secret that a cluster has of its own. All PEM, except the token. */
export interface ClusterKeys {
  ca: KeyPair;
  server: KeyPair;
  admin: KeyPair;
  /** P-256 private key that signs service account tokens. */
  serviceAccountKey: string;
  /** Bearer token of the admin user. */
  adminToken: string;
}

/** Certificates that end within this time are made anew at the next start. */
const RENEW_BEFORE_MS = 30 * 24 * 3600_000;

const SERVER = { commonName: 'kube-apiserver', usage: 'server' } as const;

const ALWAYS: ServerNames = {
  dns: [
    'localhost',
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    'kubernetes.default.svc.cluster.local',
  ],
  ip: ['127.0.0.1', '::1', '10.96.0.1'],
};

const ADMIN: LeafRequest = { commonName: 'kubernetes-admin', organization: 'system:masters', usage: 'client' };

/** Where keys are kept: files of a folder, or nowhere. */
interface KeyFiles {
  read(name: string): string | undefined;
  write(name: string, content: string): void;
}

const inMemory = new Map<string, string>();
let made: Promise<ClusterKeys> | undefined;

/**
 * Reads the keys of the cluster in `dataDir` (files of mode 0600), and makes what is missing or about
 * to expire. A new authority also means new certificates. `:memory:` shares one set per process.
 * @param names that the server's certificate is to carry besides those it always does
 */
export async function loadClusterKeys(dataDir: string, now: number, names?: ServerNames): Promise<ClusterKeys> {
  if (dataDir !== ':memory:') return load(folder(join(dataDir, 'pki')), now, names);
  // One after the other: each takes what the one before has made.
  const files: KeyFiles = {
    read: (name) => inMemory.get(name),
    write: (name, content) => void inMemory.set(name, content),
  };
  const before = made;
  made = (async () => {
    await before?.catch(() => {});
    return load(files, Date.now(), names);
  })();
  return made;
}

async function load(files: KeyFiles, now: number, more: ServerNames = { dns: [], ip: [] }): Promise<ClusterKeys> {
  const lasting = (pair: KeyPair | undefined): pair is KeyPair =>
    pair !== undefined && Date.parse(new X509Certificate(pair.cert).validTo) > now + RENEW_BEFORE_MS;
  const savedCa = readPair(files, 'ca');
  let ca: KeyPair;
  if (lasting(savedCa)) ca = savedCa;
  else {
    const { createAuthority } = await import('./certificates.ts');
    ca = await createAuthority('kubernetes', now);
    writePair(files, 'ca', ca);
  }
  const authority = new X509Certificate(ca.cert);
  const leaf = async (name: string, request: LeafRequest): Promise<KeyPair> => {
    const saved = readPair(files, name);
    const wanted = { dns: request.dns ?? [], ip: request.ip ?? [] };
    const fits = lasting(saved) && new X509Certificate(saved.cert).verify(authority.publicKey);
    if (fits && carries(saved.cert, wanted)) return saved;
    const { issue } = await import('./certificates.ts');
    const made = await issue(ca, request, now);
    writePair(files, name, made);
    return made;
  };
  return {
    ca,
    server: await leaf('server', { ...SERVER, dns: [...ALWAYS.dns, ...more.dns], ip: [...ALWAYS.ip, ...more.ip] }),
    admin: await leaf('admin', ADMIN),
    serviceAccountKey: secret(files, 'service-account.key', newSigningKey),
    adminToken: secret(files, 'admin.token', () => randomBytes(32).toString('base64url')),
  };
}

function readPair(files: KeyFiles, name: string): KeyPair | undefined {
  const cert = files.read(`${name}.crt`);
  const key = files.read(`${name}.key`);
  return cert && key ? { cert, key } : undefined;
}

function writePair(files: KeyFiles, name: string, pair: KeyPair): void {
  files.write(`${name}.key`, pair.key);
  files.write(`${name}.crt`, pair.cert);
}

function secret(files: KeyFiles, name: string, make: () => string): string {
  const saved = files.read(name);
  if (saved) return saved;
  const made = make();
  files.write(name, made);
  return made;
}

function newSigningKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function folder(dir: string): KeyFiles {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  return {
    read(name) {
      try {
        return readFileSync(join(dir, name), 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    write(name, content) {
      replaceFile(join(dir, name), content);
    },
  };
}
