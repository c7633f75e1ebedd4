// The first module of the process: turns the compile cache on before anything else is loaded.
// It imports nothing of ours statically, because static imports would be compiled first.
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

enableCompileCache(join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'kctl', 'compile'));
// Help needs the table of all verbs.
const hot = process.argv[2] === 'get' && !process.argv.some((word) => word === '-h' || word === '--help');
await (hot ? import('./hot.ts') : import('./process.ts'));
