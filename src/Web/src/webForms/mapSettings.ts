import { server } from '../api'

declare global {
  /** What build/mapTiles.ts makes the map of web-forms read. */
  var webFormMap: { tiles: string; attribution: string }
}

/** One transparent pixel, for maps without a base map. */
const noTile = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=='

/** A form can be filled in without a base map, so nothing else waits for it or fails with it. */
export async function startMaps() {
  const { mapTiles, mapAttribution } = await server.settings().catch(() => ({ mapTiles: null, mapAttribution: null }))
  const text = document.createElement('span')
  text.textContent = mapAttribution
  globalThis.webFormMap = { tiles: mapTiles ?? noTile, attribution: text.innerHTML }
}
