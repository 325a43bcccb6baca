import { onUnmounted, ref, shallowRef } from 'vue'
import { ApiError, webForms } from '../api'
import { explain } from '../shared/errors'
import { listOnDevice, removeFromDevice, writeToDevice } from './device'

/** A submission that could not be sent, as it is on this device. */
export interface Kept {
  /** Where it is to be sent, with the public link's key or the draft's token. */
  address: string
  /** The web user whose session it was made in; undefined with a key or token. */
  user: number | undefined
  keptAt: string
  parts: [name: string, content: Blob][]
}

const seconds = 60

/** Whether the same can succeed later. */
export function isPassing(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status === 429 || error.status >= 500)
}

/** Submissions to an address that wait on this device. They are sent when the browser is online again, and once a minute. */
export function useKept(address: () => string | undefined, user: () => number | undefined) {
  const waiting = shallowRef<{ key: IDBValidKey; value: Kept }[]>([])
  const problem = ref('')
  const busy = ref(false)

  async function load() {
    const all = await listOnDevice<Kept>('kept').catch(() => [])
    waiting.value = all.filter(({ value }) => value.address === address() && value.user === user())
  }
  async function keep(data: FormData) {
    const parts = [...data.entries()].map(([name, value]): [string, Blob] => [name, value instanceof Blob ? value : new Blob([value])])
    const kept: Kept = { address: address()!, user: user(), keptAt: new Date().toISOString(), parts }
    await writeToDevice('kept', kept)
    await load()
  }
  async function remove(key: IDBValidKey) {
    await removeFromDevice('kept', key)
    await load()
  }
  /** In their order. What the server refuses stays, with the reason. The same twice is received once. */
  async function send() {
    if (busy.value) return
    busy.value = true
    problem.value = ''
    try {
      for (const { key, value } of waiting.value) {
        try {
          await webForms.submit(value.address, formOf(value))
          await removeFromDevice('kept', key)
        } catch (e) {
          const { title, advice } = explain(e)
          problem.value = `${title} ${advice}`
          if (isPassing(e)) break
        }
      }
      await load()
    } finally {
      busy.value = false
    }
  }
  const start = async () => {
    await load()
    if (waiting.value.length > 0) await send()
  }
  const timer = setInterval(() => waiting.value.length > 0 && navigator.onLine && void send(), seconds * 1000)
  window.addEventListener('online', send)
  onUnmounted(() => {
    clearInterval(timer)
    window.removeEventListener('online', send)
  })
  return { waiting, problem, busy, start, keep, remove, send }
}

function formOf({ parts }: Kept): FormData {
  const data = new FormData()
  for (const [name, content] of parts) data.append(name, content, name)
  return data
}
