import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const repository = resolve(import.meta.dirname, '../../..')

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: resolve(repository, 'out/server/frontend'),
    emptyOutDir: true,
    // The page's CSP allows no data: fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
})
