/** What the server refused, or why it could not be reached. */
export class ApiError extends Error {
  constructor(
    /** 0: no answer. */
    readonly status: number,
    /** The refusal's code in docs/protocol.md, such as 409.3. */
    readonly code: number | undefined,
    message: string,
    /** The id of the request in the server's log. */
    readonly correlation: string | undefined,
    readonly details: unknown,
  ) {
    super(message)
  }
}

export interface Call {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  json?: unknown
  file?: { content: Blob; type: string }
  /** A multipart body, whose type the browser sets. */
  parts?: FormData
  headers?: Record<string, string>
  /** Asks for `X-Extended-Metadata`. */
  extended?: boolean
  /** Called with the fraction of the body that was sent. */
  onProgress?: (fraction: number) => void
  signal?: AbortSignal
}

let signedOut: () => void = () => undefined

// Their 401 says nothing about the session.
const openToAll = /\/(sessions|users\/reset\/verify)$/

/** Sets what happens when the server no longer knows the session. */
export function onSignedOut(handler: () => void): void {
  signedOut = handler
}

/** An address of the API. Each value is escaped: no name of a form or a file changes the path. */
export function at(parts: TemplateStringsArray, ...values: (string | number)[]): string {
  return '/v1/' + String.raw({ raw: parts }, ...values.map((value) => encodeURIComponent(value)))
}

/** The same in the CommCare domain of a project. */
export function inDomain(domain: string) {
  return (parts: TemplateStringsArray, ...values: (string | number)[]): string =>
    `/a/${encodeURIComponent(domain)}/` + String.raw({ raw: parts }, ...values.map((value) => encodeURIComponent(value)))
}

export async function call<T>(address: string, options: Call = {}): Promise<T> {
  return read<T>(address, options.onProgress ? await upload(address, options) : await ask(address, options))
}

function read<T>(address: string, answer: Answer): T {
  if (answer.status >= 200 && answer.status < 300) return parse(answer.text) as T
  const error = refusal(answer)
  if (error.status === 401 && !openToAll.test(address)) signedOut()
  throw error
}

/** An answer, and the tag by which to ask for it again. */
export interface Tagged<T> {
  value: T
  tag: string | null
}

export const tagged = async <T>(address: string): Promise<Tagged<T>> => (await callUnless<T>(address, null))!

/** Undefined when the answer is still the one with this tag (304). */
export async function callUnless<T>(address: string, tag: string | null): Promise<Tagged<T> | undefined> {
  const answer = await ask(address, { headers: tag ? { 'If-None-Match': tag } : {} })
  if (answer.status === 304) return undefined
  return { value: read<T>(address, answer), tag: answer.tag }
}

interface Answer {
  status: number
  text: string
  correlation: string | null
  tag: string | null
}

/** Readable while there is a session, whose own cookie is not. */
export function csrfToken(): string | undefined {
  return document.cookie.match(/(?:^|; )__csrf=([^;]*)/)?.[1]
}

// The session's cookie may only POST together with this header.
function headersOf(options: Call): Record<string, string> {
  const headers: Record<string, string> = { 'X-Requested-With': 'XMLHttpRequest', ...options.headers }
  if (options.extended) headers['X-Extended-Metadata'] = 'true'
  if (options.json !== undefined) headers['Content-Type'] = 'application/json'
  if (options.file) headers['Content-Type'] = options.file.type
  return headers
}

function bodyOf(options: Call): BodyInit | undefined {
  return options.json !== undefined ? JSON.stringify(options.json) : (options.parts ?? options.file?.content)
}

async function ask(address: string, options: Call): Promise<Answer> {
  try {
    return await answerOf(await send(address, options))
  } catch (error) {
    return unanswered(error)
  }
}

const send = (address: string, options: Call) =>
  fetch(address, { method: options.method ?? 'GET', headers: headersOf(options), body: bodyOf(options), signal: options.signal })

async function answerOf(response: Response): Promise<Answer> {
  const { status, headers } = response
  return { status, text: await response.text(), correlation: headers.get('X-Correlation-Id'), tag: headers.get('ETag') }
}

function unanswered(error: unknown): Answer {
  if (error instanceof DOMException && error.name === 'AbortError') throw error
  return { status: 0, text: '', correlation: null, tag: null }
}

/** The file that answers a call. */
export async function download(address: string, options: Call, onReceived: (bytes: number) => void): Promise<Blob> {
  let refused: Answer
  try {
    const response = await send(address, options)
    if (response.ok && response.body) return await receive(response.body, onReceived)
    refused = await answerOf(response)
  } catch (error) {
    refused = unanswered(error)
  }
  return read<never>(address, refused)
}

// Browsers keep large blobs on disk, so only the newest part is in memory.
async function receive(body: ReadableStream<Uint8Array<ArrayBuffer>>, onReceived: (bytes: number) => void): Promise<Blob> {
  const partSize = 8 * 1024 * 1024
  let whole = new Blob()
  let part: Uint8Array<ArrayBuffer>[] = []
  let received = 0
  for (const reader = body.getReader(); ; ) {
    const { done, value } = await reader.read()
    if (value) part.push(value)
    received += value?.length ?? 0
    onReceived(received)
    if (!done && received - whole.size < partSize) continue
    whole = new Blob([whole, ...part])
    part = []
    if (done) return whole
  }
}

// Only this tells how much of a body has been sent.
function upload(address: string, options: Call): Promise<Answer> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest()
    request.open(options.method ?? 'POST', address)
    for (const [name, value] of Object.entries(headersOf(options))) request.setRequestHeader(name, value)
    request.upload.onprogress = (event) => event.lengthComputable && options.onProgress?.(event.loaded / event.total)
    request.onloadend = () =>
      resolve({
        status: request.status,
        text: request.responseText,
        correlation: request.getResponseHeader('X-Correlation-Id'),
        tag: request.getResponseHeader('ETag'),
      })
    request.send(bodyOf(options) as XMLHttpRequestBodyInit)
  })
}

function parse(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function refusal(answer: Answer): ApiError {
  const body = parse(answer.text)
  // A domain's administration says `error`, and what it tells phones of workers whose account has ended is `default_response`.
  const { code, message, error, default_response, details } = (typeof body === 'object' && body !== null ? body : {}) as {
    code?: number | string
    message?: string
    error?: string
    default_response?: string
    details?: unknown
  }
  return new ApiError(
    answer.status,
    code === undefined ? undefined : Number(code),
    message ?? default_response ?? error ?? openRosaMessage(answer.text),
    answer.correlation ?? undefined,
    details,
  )
}

// At OpenRosa addresses a refusal is XML.
function openRosaMessage(text: string): string {
  const found = /<message[^>]*>([^<]*)<\/message>/.exec(text)?.[1] ?? ''
  const entities: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }
  return found.replace(/&(lt|gt|quot|apos|amp);/g, (whole, name: string) => entities[name] ?? whole)
}
