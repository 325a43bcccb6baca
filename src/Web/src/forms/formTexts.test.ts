import { expect, test } from 'vitest'
import { chooseTranslation, odataName } from './formTexts'

test('the translation in the language of the console is taken', () => {
  expect(chooseTranslation(['English (en)', 'French (fr)'], 0, 'fr')).toBe(1)
  expect(chooseTranslation(['en', 'fr-CA'], 0, 'fr')).toBe(1)
  expect(chooseTranslation(['English', 'Français'], 0, 'fr')).toBe(1)
  expect(chooseTranslation(['Kiswahili (sw)', 'English (en)'], 0, 'en')).toBe(1)
})

test('without it the default of the form is', () => {
  expect(chooseTranslation(['Swahili (sw)', 'Luganda (lg)'], 1, 'fr')).toBe(1)
  expect(chooseTranslation(['Swahili (sw)', 'Luganda (lg)'], -1, 'fr')).toBe(0)
  expect(chooseTranslation([], -1, 'fr')).toBe(0)
})

test('names are spelt as the OData service spells them', () => {
  expect(['age', 'b-c', '2nd', '名前', '_x'].map(odataName)).toEqual(['age', 'b_c', '_2nd', '__', '_x'])
})
