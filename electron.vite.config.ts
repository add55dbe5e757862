import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'

// The supervisor, and all that it imports, is bundled into main: only electron stays outside.
// Node 20 is what the development runtime of Electron embeds, so main may use nothing newer.
export default defineConfig({
  main: {
    build: {
      externalizeDeps: false,
      target: 'node20',
      minify: false,
      rollupOptions: { input: { main: 'src/main/main.ts' } },
    },
  },
  preload: {
    build: {
      externalizeDeps: false,
      target: 'node20',
      rollupOptions: {
        input: { preload: 'src/preload/preload.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src/renderer',
    plugins: [react(), tailwindcss()],
    build: {
      target: 'chrome130',
      minify: true,
      outDir: 'out/renderer',
      rollupOptions: { input: 'src/renderer/index.html' },
    },
  },
})
