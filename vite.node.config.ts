import { builtinModules } from 'node:module'
import { defineConfig } from 'vite'

// `--mode gateway`, `host-helper`, `archive` and `cli` build the programs that run on the pinned Node. Everything they
// use is bundled, so that the gateway needs to read only its own folder and the cli starts fast.

/**
 * Found in node_modules when they are used: a native module finds its library beside its own code, and what speaks WhatsApp
 * runs as it was published. The gateway may read the latter only while WhatsApp is on (src/supervisor/children/grants.ts).
 */
const APART = ['better-sqlite3', '@whiskeysockets/baileys', 'libsignal']

export default defineConfig(({ mode }) => ({
  build: {
    ssr: `src/${mode}/main.ts`,
    outDir: `out/${mode}`,
    target: 'node26',
    minify: false,
    emptyOutDir: true,
    rollupOptions: {
      external: [/^node:/, ...builtinModules, ...APART.map((name) => new RegExp(`^${name}(/|$)`))],
      // node-fetch, which grammY uses, knows an AbortSignal by the name of its class.
      output: { entryFileNames: 'main.js', chunkFileNames: '[name]-[hash].js', keepNames: true },
    },
  },
  ssr: { noExternal: true, external: APART },
}))
