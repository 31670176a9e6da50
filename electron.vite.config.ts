import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'
import { absent, external } from './scripts/build/external.ts'

const alias = { '#shared': resolve('shared') }

// The targets are the oldest runtime that must work, not the Electron that package.json declares.
export default defineConfig({
  main: {
    resolve: { alias },
    build: {
      target: 'node20.18',
      outDir: 'out/main',
      // Bundled, so that a start reads a few files instead of hundreds.
      externalizeDeps: false,
      rollupOptions: {
        external: [...external, ...absent],
        input: { index: resolve('electron/main/index.ts'), engine: resolve('electron/engine/main.ts') },
        output: { format: 'es' },
      },
    },
  },
  preload: {
    resolve: { alias },
    build: {
      target: 'node20.18',
      outDir: 'out/preload',
      rollupOptions: {
        input: { index: resolve('electron/preload/index.ts') },
        // A sandboxed preload script is loaded as CommonJS.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'renderer',
    resolve: { alias },
    plugins: [react()],
    build: {
      target: 'chrome130',
      outDir: 'out/renderer',
      minify: true,
      // The content security policy allows no data: fonts.
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 1500,
      rollupOptions: { input: { index: resolve('renderer/index.html') } },
    },
  },
})
