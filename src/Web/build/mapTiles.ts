import type { Plugin } from 'vite'

const replaced = {
  '"https://tile.openstreetmap.org/{z}/{x}/{y}.png"': 'globalThis.webFormMap.tiles',
  [`'&#169; <a href="https://www.openstreetmap.org/copyright" target="_blank">OpenStreetMap</a> contributors.'`]:
    'globalThis.webFormMap.attribution',
}

/**
 * The map of web-forms has one source of tiles, OpenStreetMap's, and no setting for another (0.22). This puts the server's setting in its
 * place (src/webForms/mapSettings.ts), and refuses to build when a new version of web-forms looks different.
 */
export function mapTiles(): Plugin {
  let found = 0
  return {
    name: 'map-tiles',
    apply: 'build',
    transform: {
      filter: { id: /@getodk\/web-forms\/dist\/MapBlock.*\.js$/ },
      handler(code) {
        for (const [text, setting] of Object.entries(replaced)) {
          if (code.split(text).length !== 2) this.error(`the map of web-forms does not contain ${text} once`)
          code = code.replace(text, setting)
        }
        found++
        return { code, map: null }
      },
    },
    buildEnd(error) {
      if (!error && found !== 1) this.error(`web-forms has ${found} map modules instead of one`)
    },
  }
}
