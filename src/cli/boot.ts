// The first module of the process: turns the compile cache on before anything else is loaded.
// It imports nothing of ours statically, because static imports would be compiled first.
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

enableCompileCache(join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'kctl', 'compile'));

const [verb = '', ...words] = process.argv.slice(2);
// Two verbs have bundles of their own. Help needs the table of all.
const help = words.length === 0 || words.some((word) => word === '-h' || word === '--help');
if (verb === 'get' && !help) await import('./get-program.ts');
else if (verb === 'cluster' && !help) await import('./cluster-program.ts');
else await import('./process.ts');
