// The first module of the process. What it imports statically is compiled before a cache is on: keep it small.
import { cacheFolder } from './cache-folder.ts';

const [verb = '', ...words] = process.argv.slice(2);
// Some verbs have bundles of their own. Help needs the table of all.
const help = !verb.startsWith('__') && (words.length === 0 || words.some((word) => word === '-h' || word === '--help'));
// Short commands run as scripts, which keep compiled code of their own (run-script.ts).
if (/^__complete(NoDesc)?$/.test(verb)) await import('./complete-program.ts');
else if (verb === 'get' && !help) await import('./get-program.ts');
else if (/^[a-z]/.test(verb) && verb !== 'cluster' && verb !== 'ui') await import('./commands-program.ts');
else {
  process.getBuiltinModule('node:module').enableCompileCache(cacheFolder());
  if (verb === 'cluster' && !help) await import('./cluster-program.ts');
  else await import('./whole-program.ts');
}
