import { builtinModules } from 'node:module'
import { defineConfig } from 'vite'

// `--mode gateway`, `host-helper`, `archive` and `cli` build the programs that run on the pinned Node. Everything they
// use is bundled, so that the gateway needs to read only its own folder and the cli starts fast.
export default defineConfig(({ mode }) => ({
  build: {
    ssr: `src/${mode}/main.ts`,
    outDir: `out/${mode}`,
    target: 'node26',
    minify: false,
    emptyOutDir: true,
    rollupOptions: {
      // A native module finds its library beside its own code.
      external: [/^node:/, ...builtinModules, 'better-sqlite3'],
      // node-fetch, which grammY uses, knows an AbortSignal by the name of its class.
      output: { entryFileNames: 'main.js', chunkFileNames: '[name]-[hash].js', keepNames: true },
    },
  },
  ssr: { noExternal: true, external: ['better-sqlite3'] },
}))
