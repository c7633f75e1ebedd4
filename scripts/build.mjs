// Bundles src into dist: ES modules, split at every dynamic import, minified. Users run this bundle;
// tests that start the real program do too.
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const home = dirname(dirname(fileURLToPath(import.meta.url)));
const { version } = JSON.parse(await (await import('node:fs/promises')).readFile(join(home, 'package.json'), 'utf8'));

/** Ink asks for react-devtools-core only under DEV=true; the bundle has no use for it. */
const withoutDevtools = {
  name: 'without-devtools',
  setup(b) {
    b.onResolve({ filter: /^react-devtools-core$/ }, () => ({ path: 'react-devtools-core', namespace: 'empty' }));
    b.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'export default {}' }));
  },
};

await rm(join(home, 'dist'), { recursive: true, force: true });
const result = await build({
  absWorkingDir: home,
  entryPoints: { main: 'src/cli/boot.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  entryNames: '[name]',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  minify: true,
  keepNames: false,
  format: 'esm',
  platform: 'node',
  target: 'node22.19',
  legalComments: 'none',
  define: { 'process.env.NODE_ENV': '"production"', KCTL_VERSION: JSON.stringify(version) },
  // CommonJS packages call require for built-ins; a private name, since bundled code declares `createRequire` itself.
  banner: {
    js: "import { createRequire as kctlCreateRequire } from 'node:module'; const require = kctlCreateRequire(import.meta.url);",
  },
  plugins: [withoutDevtools],
  metafile: true,
  logLevel: 'warning',
});
const bytes = Object.values(result.metafile.outputs).reduce((sum, o) => sum + o.bytes, 0);
process.stdout.write(
  `built dist: ${Object.keys(result.metafile.outputs).length} files, ${Math.round(bytes / 1024)} KiB\n`,
);
