// The architecture's rules as a machine reads them. docs/architecture.md says why each one is there.
const processes = ['main', 'preload', 'renderer', 'gateway', 'host-helper', 'archive', 'cli', 'supervisor']

/** `from` may import nothing of src/ but the folders in `allowed`. */
const only = (from, allowed) => ({
  name: `${from}-imports-only-${allowed.join('-and-')}`,
  severity: 'error',
  from: { path: `^src/${from}/` },
  to: { path: '^src/', pathNot: `^src/(${[from, ...allowed].join('|')})/` },
})

/** Only `folders` may import the package `name`. */
const owns = (name, folders) => ({
  name: `only-${folders.join('-and-')}-imports-${name}`,
  severity: 'error',
  from: { path: '^src/', pathNot: `^src/(${folders.join('|')})/` },
  to: { path: `(^|/)node_modules/${name}/|^${name}$` },
})

module.exports = {
  forbidden: [
    {
      name: 'domain-imports-nothing',
      severity: 'error',
      from: { path: '^src/shared/domain/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: '^src/shared/domain/' },
    },
    {
      name: 'shared-imports-no-process',
      severity: 'error',
      from: { path: '^src/shared/' },
      to: { path: `^src/(${processes.join('|')})/` },
    },
    {
      name: 'domain-and-contracts-touch-no-disk',
      severity: 'error',
      from: { path: '^src/shared/(domain|contracts)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/shared/state/' },
    },
    only('main', ['shared', 'supervisor']),
    only('cli', ['shared', 'supervisor']),
    only('supervisor', ['shared']),
    only('gateway', ['shared']),
    only('host-helper', ['shared']),
    only('archive', ['shared']),
    only('renderer', ['shared']),
    only('preload', ['shared']),
    {
      name: 'renderer-and-preload-touch-no-disk',
      severity: 'error',
      from: { path: '^src/(renderer|preload)/' },
      to: { path: '^src/shared/(state|log)/' },
    },
    {
      name: 'nobody-imports-host-helper',
      comment: 'it acts on the host: a process of its own, started only while the config allows it',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/host-helper/' },
      to: { path: '^src/host-helper/' },
    },
    {
      name: 'host-helper-touches-no-owner-state',
      severity: 'error',
      from: { path: '^src/host-helper/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/shared/(state|log)/' },
    },
    {
      name: 'gateway-touches-no-owner-state',
      comment: 'the gateway is told; config and stores are not even linked into it',
      severity: 'error',
      from: { path: '^src/gateway/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/shared/state/' },
    },
    {
      name: 'archive-touches-no-owner-state',
      comment: 'it reads what anybody wrote: config, stores and secrets are not even linked into it',
      severity: 'error',
      from: { path: '^src/archive/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/shared/(state|redact)/' },
    },
    {
      name: 'inbound-knows-no-provider',
      severity: 'error',
      from: { path: '^src/gateway/inbound/' },
      to: { path: '^src/gateway/providers/' },
    },
    owns('electron', ['main', 'preload']),
    owns('better-sqlite3', ['archive']),
    owns('dockerode', ['supervisor']),
    owns('grammy', ['gateway/providers/telegram']),
    owns('@whiskeysockets/baileys', ['gateway/providers/whatsapp']),
    owns('libsignal', ['gateway/providers/whatsapp']),
    owns('ai', ['gateway/agent']),
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'product-imports-no-tests',
      severity: 'error',
      comment:
        'folders named testing hold what tests share; they may use the servers of e2e, and no product code may use them',
      from: { path: '^src/', pathNot: '\\.test\\.tsx?$|/(testing|test)/' },
      to: { path: '^(e2e|bench|scripts)/|\\.test\\.tsx?$|^src/.*/(testing|test)/' },
    },
    {
      name: 'not-to-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.cjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
