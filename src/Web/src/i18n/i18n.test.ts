import { expect, test } from 'vitest'
import { en } from './en'
import { fr } from './fr'
import { fill } from './index'

const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort()

test('each translation has the placeholders of the original', () => {
  for (const [key, text] of Object.entries(en)) expect([key, placeholders(fr[key as keyof typeof en])]).toEqual([key, placeholders(text)])
})

test('what is filled in is not read again', () => {
  expect(fill('{name} and {other}', { name: '{other}', other: 'x' })).toBe('{other} and x')
  expect(fill('{unknown}', {})).toBe('{unknown}')
})
