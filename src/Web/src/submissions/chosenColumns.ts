import { ref, watch, type Ref } from 'vue'

/** The columns that this browser's user has chosen for a form, by path; undefined as long as nothing was chosen. */
export function chosenColumns(project: number, form: string): Ref<string[] | undefined> {
  const key = `rosa.columns.${project}/${form}`
  const chosen = ref(parse(localStorage.getItem(key)))
  watch(chosen, (paths) => paths && localStorage.setItem(key, JSON.stringify(paths)))
  return chosen
}

export function parse(stored: string | null): string[] | undefined {
  try {
    const value: unknown = JSON.parse(stored ?? 'null')
    return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : undefined
  } catch {
    return undefined
  }
}
