import { expect, test } from 'vitest'
import { entitiesInR, submissionsInR } from './odataR'

test('R gets the address as a string of its own', () => {
  expect(submissionsInR('https://x.org/v1/projects/1/forms/a"b.svc')).toContain('svc = "https://x.org/v1/projects/1/forms/a\\"b.svc"')
  const entities = entitiesInR('https://x.org', 7, 'people')
  expect(entities).toContain('url = "https://x.org", pid = 7')
  expect(entities).toContain('did = "people"')
})
