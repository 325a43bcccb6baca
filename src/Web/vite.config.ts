import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'
import { mapTiles } from './build/mapTiles.ts'
import { packFiles } from './build/packFiles.ts'

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url))

// `ROSA_WEB_OUT` is set by the build of src/Functions; `ROSA_URL` names the server that the development server passes requests on to.
export default defineConfig({
  base: '/',
  plugins: [vue(), mapTiles(), packFiles()],
  build: {
    outDir: process.env.ROSA_WEB_OUT ?? file('../../artifacts/web'),
    // The eval that it would report is in a WebAssembly loader of web-forms; the policy of the page forbids it.
    rolldownOptions: { input: [file('index.html'), file('form.html')], checks: { eval: false } },
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0, // the content security policy allows no script or style from data: addresses
    reportCompressedSize: false,
    chunkSizeWarningLimit: 4000,
  },
  server: {
    port: 5173,
    proxy: Object.fromEntries(
      ['/v1', '^/a/', '/console.json', '/health', '/version.txt'].map((path) => [path, process.env.ROSA_URL ?? 'http://127.0.0.1:7071']),
    ),
  },
})
