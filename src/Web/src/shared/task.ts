import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { ElMessage } from './ui'
import { explain } from './errors'

export interface Loaded<T> {
  value: ShallowRef<T | undefined>
  error: ShallowRef<unknown>
  busy: Ref<boolean>
  load: () => Promise<void>
}

/** What a page shows, and how to get it (again). The newest call wins. */
export function useLoaded<T>(get: () => Promise<T>): Loaded<T> {
  const value = shallowRef<T>()
  const error = shallowRef<unknown>()
  const busy = ref(false)
  let newest = 0
  async function load() {
    const turn = ++newest
    busy.value = true
    error.value = undefined
    try {
      const got = await get()
      if (turn === newest) value.value = got
    } catch (e) {
      if (turn === newest) error.value = e
    } finally {
      if (turn === newest) busy.value = false
    }
  }
  void load()
  return { value, error, busy, load }
}

/** Runs what a button does, once at a time. Failures become a message. */
export function useTask(): { busy: Ref<boolean>; run: (work: () => Promise<unknown>, success?: string) => Promise<boolean> } {
  const busy = ref(false)
  async function run(work: () => Promise<unknown>, success?: string) {
    if (busy.value) return false
    busy.value = true
    ElMessage.closeAll('error')
    try {
      await work()
      if (success) ElMessage.success(success)
      return true
    } catch (e) {
      const { title, advice } = explain(e)
      ElMessage({ type: 'error', message: `${title} ${advice}`, duration: 12000, showClose: true })
      return false
    } finally {
      busy.value = false
    }
  }
  return { busy, run }
}
