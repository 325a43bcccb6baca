import { expect, test } from 'vitest'
import type { Form } from '../api'
import { attachmentAddress, formAddresses } from './formAddresses'

const form = (draftToken: string | null = null) => ({ projectId: 7, xmlFormId: 'trees/1', draftToken }) as Form

test('a public link has its key in each address', () => {
  expect(formAddresses(form(), 'a$!')).toEqual({
    definition: '/v1/key/a%24!/projects/7/forms/trees%2F1.xml',
    attachments: '/v1/key/a%24!/projects/7/forms/trees%2F1/attachments',
    submission: '/v1/key/a%24!/projects/7/submission',
  })
})

test('a draft has its token, and the session nothing', () => {
  expect(formAddresses(form('t'), undefined).submission).toBe('/v1/test/t/projects/7/forms/trees%2F1/draft/submission')
  expect(formAddresses(form(), undefined).submission).toBe('/v1/projects/7/submission')
})

test('a file is found by the last part of its address', () => {
  const addresses = formAddresses(form(), undefined)
  expect(attachmentAddress(addresses, new URL('jr://images/old%20oak.png'))).toBe(
    '/v1/projects/7/forms/trees%2F1/attachments/old%20oak.png',
  )
})
