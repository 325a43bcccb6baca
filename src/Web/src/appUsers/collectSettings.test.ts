import { inflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { appUserAddress, collectSettings } from './collectSettings'

test("the code has Collect's settings, compressed with zlib", async () => {
  const text = await collectSettings(appUserAddress('https://forms.example.org', 7, 'abc!$'), 'Forêt')
  expect(JSON.parse(inflateSync(Buffer.from(text, 'base64')).toString())).toEqual({
    general: {
      server_url: 'https://forms.example.org/v1/key/abc!$/projects/7',
      form_update_mode: 'match_exactly',
      autosend: 'wifi_and_cellular',
    },
    project: { name: 'Forêt' },
    admin: {},
  })
})
