/** What ODK Collect's QR code contains: base64 of the zlib-compressed settings. */
export async function collectSettings(serverUrl: string, projectName: string): Promise<string> {
  const settings = {
    general: { server_url: serverUrl, form_update_mode: 'match_exactly', autosend: 'wifi_and_cellular' },
    project: { name: projectName },
    admin: {},
  }
  const compressed = new Blob([JSON.stringify(settings)]).stream().pipeThrough(new CompressionStream('deflate'))
  const bytes = new Uint8Array(await new Response(compressed).arrayBuffer())
  return btoa(String.fromCharCode(...bytes))
}

export function appUserAddress(origin: string, projectId: number, token: string): string {
  return `${origin}/v1/key/${token}/projects/${projectId}`
}
