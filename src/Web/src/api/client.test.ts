import { afterEach, expect, test, vi } from 'vitest'
import { ApiError, at, call, callUnless, onSignedOut } from './client'

afterEach(() => vi.unstubAllGlobals())

const answer = (status: number, body: unknown, headers = {}) =>
  vi.stubGlobal('fetch', vi.fn(async () => new Response(body === undefined ? null : JSON.stringify(body), { status, headers })))

test('no value changes the path', () => {
  expect(at`projects/${1}/forms/${'../a b?#%2F'}`).toBe('/v1/projects/1/forms/..%2Fa%20b%3F%23%252F')
})

test('a request carries the header that the session cookie needs to POST', async () => {
  answer(200, { id: 1 })
  expect(await call('/v1/projects', { method: 'POST', json: {} })).toEqual({ id: 1 })
  expect(vi.mocked(fetch).mock.calls[0]![1]!.headers).toMatchObject({ 'X-Requested-With': 'XMLHttpRequest' })
})

test('a refusal keeps code, details and correlation id', async () => {
  answer(409, { code: 409.3, message: 'taken', details: { a: 1 } }, { 'X-Correlation-Id': 'abc' })
  const error = await call('/v1/projects').catch((e: unknown) => e)
  expect(error).toBeInstanceOf(ApiError)
  expect(error).toMatchObject({ status: 409, code: 409.3, message: 'taken', correlation: 'abc', details: { a: 1 } })
})

test('an ended session is noticed, a wrong password is not one', async () => {
  const signedOut = vi.fn()
  onSignedOut(signedOut)
  answer(401, { code: 401.2, message: 'no' })
  await call('/v1/sessions', { method: 'POST' }).catch(() => undefined)
  expect(signedOut).not.toHaveBeenCalled()
  await call('/v1/projects').catch(() => undefined)
  expect(signedOut).toHaveBeenCalledOnce()
})

test('no answer is an error of its own', async () => {
  vi.stubGlobal('fetch', vi.fn(async () => Promise.reject(new TypeError('failed'))))
  expect(await call('/v1/projects').catch((e: unknown) => e)).toMatchObject({ status: 0 })
})

test('an answer is asked for by its tag, and 304 is no answer', async () => {
  answer(200, [1], { ETag: 'W/"a"' })
  expect(await callUnless('/v1/projects', null)).toEqual({ value: [1], tag: 'W/"a"' })
  vi.stubGlobal('fetch', vi.fn(async () => new Response(null, { status: 304 })))
  expect(await callUnless('/v1/projects', 'W/"a"')).toBeUndefined()
  expect(vi.mocked(fetch).mock.calls[0]![1]!.headers).toMatchObject({ 'If-None-Match': 'W/"a"' })
})

test('a refusal of the OpenRosa kind has a message too', async () => {
  const xml = '<OpenRosaResponse xmlns="http://openrosa.org/http/response"><message nature="error">a &lt;b&gt; &amp;lt;</message></OpenRosaResponse>'
  vi.stubGlobal('fetch', vi.fn(async () => new Response(xml, { status: 409 })))
  expect(await call('/v1/projects').catch((e: unknown) => e)).toMatchObject({ status: 409, message: 'a <b> &lt;' })
})
