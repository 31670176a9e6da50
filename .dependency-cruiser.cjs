// Who may import whom. The rooms are described in README.md; this map fails the check when a wall is broken.
const room = (name, from, to, comment) => ({ name, severity: 'error', comment, from, to })

module.exports = {
  forbidden: [
    room(
      'no-cycles',
      {},
      { circular: true },
      'No import cycles, type-only ones included: a reader needs an entry point.',
    ),
    room(
      'shared-is-a-leaf',
      { path: '^shared/(?!testing/)', pathNot: '(\\.test\\.ts$|/testing/)' },
      { path: '^(electron|renderer|server|scripts)/' },
      'Everyone imports shared; shared imports no one.',
    ),
    room(
      'shared-imports-only-the-validator',
      { path: '^shared/(?!testing/|bundle/|certificates/)' },
      { dependencyTypes: ['npm', 'core'], pathNot: '(^|/)(zod|@orpc/contract|@orpc/shared)(/|$)' },
      'The contract must load in the window, the engine and on the command line alike.',
    ),
    room(
      'the-bundle-is-for-node',
      { path: '^(renderer|electron/(main|preload)|shared/(contract|rpc))/' },
      { path: '^shared/(bundle|certificates)/' },
      'Manifests are read from disk and certificates are signed: engine, sandbox, scripts and tests do that, the window does not.',
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
      'suite-and-sandbox-do-not-meet',
      { path: '^server/sandbox/', pathNot: '(\\.test\\.ts$|/testing/)' },
      { path: '^server/(?!sandbox/)' },
      'The sandbox is a cluster: it knows the suite as little as a cluster does.',
    ),
    room(
      'sandbox-and-suite-do-not-meet',
      { path: '^server/(?!sandbox/)', pathNot: '(\\.test\\.ts$|/testing/)' },
      { path: '^server/sandbox/' },
      'The suite runs on any cluster.',
    ),
    room(
      'nouns-do-not-meet',
      { path: '^electron/engine/nouns/([^/]+)/', pathNot: '\\.test\\.ts$' },
      { path: '^electron/engine/nouns/', pathNot: '^electron/engine/nouns/($1|audit|tasks)/' },
      'A noun takes another as an argument in electron/engine/index.ts; what two nouns need belongs to the middle floor.',
    ),
    room(
      'floors-do-not-look-up',
      { path: '^electron/engine/(flow|ports|storage|kube|objects|database)/', pathNot: '\\.test\\.ts$' },
      { path: '^electron/engine/(nouns|rpc|host)/' },
      'Middle floors know no noun and no call.',
    ),
    room(
      'kube-stands-on-flow',
      { path: '^electron/engine/kube/', pathNot: '\\.test\\.ts$' },
      { path: '^electron/engine/(?!kube/|flow/|storage/regularFile\\.ts$)' },
      'The Kubernetes core knows nothing of this product but how files of others are read.',
    ),
    room(
      'kube-has-one-door',
      { path: '^electron/engine/(?!kube/|testing/)', pathNot: '\\.test\\.ts$' },
      { path: '^electron/engine/kube/', pathNot: '^electron/engine/kube/index\\.ts$' },
      'What others use of the Kubernetes core is listed in its index.',
    ),
    room(
      'flow-is-the-ground',
      { path: '^electron/engine/flow/', pathNot: '\\.test\\.ts$' },
      { path: '^electron/engine/(?!flow/)' },
      'Flow knows streams, not what flows.',
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
