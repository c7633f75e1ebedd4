// A bundle that is one script, whose modules are functions.
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build, transform } from 'esbuild';

/**
 * Builds a script of which each module is a function, called when it is first asked for. A verb asks for a tenth of
 * them or less: of the others nothing is compiled, nothing is set up and nothing is in the code that is kept
 * (src/cli/run-script.ts). As one scope, all of their functions would be made at every start.
 * @param options esbuild's; `outdir` gets the script
 * @param name of the module in src/cli, and of the script
 */
export async function buildScript(options, name, plugins) {
  const { outputFiles } = await build({
    ...options,
    entryPoints: { [name]: `src/cli/${name}.ts` },
    plugins,
    chunkNames: '[name]-[hash]',
    splitting: true,
    write: false,
  });
  const names = new Set(outputFiles.map(({ path }) => `./${basename(path)}`));
  const functions = await Promise.all(
    outputFiles.map(async ({ path, text }) => {
      const { code } = await transform(text, { format: 'cjs', platform: 'node', target: options.target, minify: true });
      return `"./${basename(path)}"(module,require){${loadOwn(code, names)}}`;
    }),
  );
  const text = inAscii(`const kctlModules={${functions.join(',\n')}};${loader}kctlRequire("./${name}.mjs")`);
  await writeFile(join(options.absWorkingDir, options.outdir, `${name}.cjs`), text);
  return { metafile: { outputs: { [name]: { bytes: text.length } } } };
}

/** The script is read as ASCII. esbuild escapes what is not in texts, and leaves it in regular expressions as it is. */
function inAscii(code) {
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Of what is imported when it is needed, the script's own modules come from itself. */
function loadOwn(code, names) {
  return code.replace(/\bimport\("(\.\/[^"]+)"\)/g, (all, name) => (names.has(name) ? `kctlLoad("${name}")` : all));
}

/** Modules by name; what is none of the script's own is asked of Node. */
const loader = `
const kctlMade = Object.create(null);
const kctlRequire = (name) => {
  const known = kctlMade[name];
  if (known) return known.exports;
  if (!Object.hasOwn(kctlModules, name)) return require(name);
  const module = (kctlMade[name] = { exports: {} });
  kctlModules[name](module, kctlRequire);
  return module.exports;
};
// A CommonJS module comes as the default export of one that esbuild makes for it; imported, it has its names too.
const kctlLoad = async (name) => {
  const made = kctlRequire(name);
  const [first, ...more] = Object.keys(made);
  if (first !== 'default' || more.length > 0 || Object(made.default) !== made.default) return made;
  return Object.create(made.default, { default: { value: made.default } });
};
`;
