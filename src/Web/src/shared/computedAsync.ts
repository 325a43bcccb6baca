import { shallowRef, watchEffect, type ShallowRef } from 'vue'

/** A value that takes a promise to compute. Reads what it depends on before it first waits. */
export function computedAsync<T>(compute: () => Promise<T>): ShallowRef<T | undefined> {
  const value = shallowRef<T>()
  let newest = 0
  watchEffect(async () => {
    const turn = ++newest
    const got = await compute()
    if (turn === newest) value.value = got
  })
  return value
}
