// Who may import whom. The rooms are described in README.md; this map fails the check when a wall is broken.
const room = (name, from, to, comment) => ({ name, severity: 'error', comment, from, to })

module.exports = {
  forbidden: [
    room(
      'no-cycles',
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
      'A cycle has no beginning to read from.',
    ),
    room(
      'shared-is-a-leaf',
      { path: '^shared/(?!testing/)' },
      { path: '^(electron|renderer|server|scripts)/' },
      'Everyone imports shared; shared imports no one.',
    ),
    room(
      'shared-imports-only-the-validator',
      { path: '^shared/(?!testing/)' },
      { dependencyTypes: ['npm', 'core'], pathNot: '(^|/)(zod|@orpc/contract|@orpc/shared)(/|$)' },
      'The contract must load in the window, the engine and on the command line alike.',
    ),
    room(
      'testing-only-in-tests',
      { pathNot: '(\\.test\\.tsx?$|^electron/e2e/|^shared/testing/|/testing/|^scripts/)' },
      { path: '^shared/testing/' },
      'Fixtures are for tests.',
    ),
    room(
      'renderer-stands-alone',
      { path: '^renderer/' },
      { path: '^(electron|server|scripts)/' },
      'The window knows the contract, nothing else.',
    ),
    room(
      'renderer-has-no-node',
      { path: '^renderer/', pathNot: '\\.test\\.tsx?$' },
      { dependencyTypes: ['core'] },
      'The page is sandboxed.',
    ),
    room(
      'features-do-not-meet',
      { path: '^renderer/features/([^/]+)/' },
      { path: '^renderer/features/', pathNot: '^renderer/features/$1/' },
      'Features meet in the shell.',
    ),
    room(
      'kit-is-presentational',
      { path: '^renderer/kit/' },
      { path: '^renderer/(app|features|client)/' },
      'The kit has no client and no store.',
    ),
    room(
      'main-stands-alone',
      { path: '^electron/main/' },
      { path: '^(renderer|server|electron/engine|electron/preload)/' },
      'Main starts the engine; it does not import it.',
    ),
    room(
      'preload-stands-alone',
      { path: '^electron/preload/' },
      { path: '^(renderer|server|electron/(engine|main))/' },
      'The preload knows no feature.',
    ),
    room(
      'engine-stands-alone',
      { path: '^electron/engine/' },
      { path: '^(renderer|server|electron/(main|preload))/' },
      'The engine is plain Node.',
    ),
    room(
      'electron-only-in-main',
      { pathNot: '^electron/(main|preload|e2e)/|^scripts/' },
      { path: '(^|/)electron($|/)', dependencyTypes: ['npm', 'npm-dev'] },
      'Only main and preload import electron.',
    ),
    room(
      'server-stands-alone',
      { path: '^server/' },
      { path: '^(electron|renderer|scripts)/' },
      'The suite must run without the console.',
    ),
    room(
      'nouns-do-not-meet',
      { path: '^electron/engine/(?!kube/|audit/|tasks/|testing/)([^/]+)/' },
      { path: '^electron/engine/(?!kube/|audit/|tasks/|testing/)([^/]+)/', pathNot: '^electron/engine/$1/' },
      'A noun that needs another takes it as an argument in electron/engine/index.ts.',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(out|dist)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default'] },
  },
}
