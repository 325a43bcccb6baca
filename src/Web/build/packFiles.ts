import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
}

/**
 * Compresses what is built, and lists it in `files.json`: name, content type, hash and the encodings that there are. The server reads
 * the list when it starts and serves nothing that is not on it.
 */
export function packFiles(): Plugin {
  let folder = ''
  return {
    name: 'pack-files',
    apply: 'build',
    configResolved: (config) => {
      folder = config.build.outDir
    },
    closeBundle: async () => {
      const files = []
      for (const path of (await readdir(folder, { recursive: true })).sort()) {
        const type = types[extname(path)]
        if (!type) continue
        const bytes = await readFile(join(folder, path))
        const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 32)
        files.push({ name: path.replaceAll('\\', '/'), type, hash, encodings: await compress(join(folder, path), bytes) })
      }
      await writeFile(join(folder, 'files.json'), JSON.stringify(files, null, 1))
    },
  }
}

/** A file that hardly gets smaller is sent as it is. */
async function compress(path: string, bytes: Buffer): Promise<string[]> {
  const packed: [string, Buffer][] = [
    ['br', brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } })],
    ['gzip', gzipSync(bytes, { level: 9 })],
  ]
  const worth = packed.filter(([, result]) => result.length < bytes.length * 0.9)
  for (const [encoding, result] of worth) await writeFile(`${path}.${encoding}`, result)
  return worth.map(([encoding]) => encoding)
}
