/**
 * The layer table of docs/architecture.md, as rules. A folder may import what its row names and
 * itself; everything else is an error. Types follow the same table.
 */
const mayImport = {
  lib: [],
  api: ['lib'],
  kube: ['api', 'lib'],
  output: ['api', 'lib'],
  oci: ['api', 'lib'],
  cel: ['api', 'lib'],
  kustomize: ['api', 'lib'],
  store: ['api', 'lib'],
  theme: ['lib'],
  settings: ['lib'],
  commands: ['kube', 'store', 'output', 'oci', 'kustomize', 'cel', 'theme', 'settings', 'api', 'lib'],
  tui: ['store', 'kube', 'output', 'oci', 'cel', 'theme', 'settings', 'api', 'lib'],
  emulator: ['api', 'cel', 'oci', 'lib'],
};

const layerRules = Object.entries(mayImport).map(([folder, allowed]) => ({
  name: `layer-${folder}`,
  severity: 'error',
  comment: `src/${folder} may import only: ${[folder, ...allowed].join(', ')}`,
  from: { path: `^src/${folder}/` },
  to: { path: '^src/', pathNot: `^src/(${[folder, ...allowed].join('|')})/` },
}));

/** A package that may appear only under one folder, so that its cost is paid only there. */
const onlyUnder = (name, packages, folder, extra = {}) => ({
  name,
  severity: 'error',
  from: { path: '^src/', pathNot: `^src/${folder}/` },
  to: { path: `node_modules/(${packages})(/|$)`, ...extra },
});

module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: 'layer-cli',
      severity: 'error',
      comment: 'src/cli imports commands and what they share; the dashboard and the emulator only by import()',
      from: { path: '^src/cli/' },
      to: { path: '^src/(tui|emulator)/', dynamic: false },
    },
    {
      name: 'cli-is-a-leaf',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { path: '^src/cli/' },
    },
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    onlyUnder('ink-and-react-only-under-tui', 'ink|react|@types/react', 'tui'),
    onlyUnder('yargs-only-under-cli', 'yargs|@types/yargs', 'cli'),
    onlyUnder('client-node-at-run-time-only-under-kube', '@kubernetes/client-node', 'kube', {
      dependencyTypesNot: ['type-only'],
    }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
