import { onUnmounted } from 'vue'

const seconds = 20

/** Asks again while the page is visible, and at once when it becomes visible. `ask` must cost the server little. */
export function useLive(ask: () => Promise<void>): void {
  let busy = false
  async function turn() {
    if (busy || document.visibilityState !== 'visible') return
    busy = true
    try {
      await ask()
    } catch {
      // What could not be had now is asked for next time; the page stays as it is.
    } finally {
      busy = false
    }
  }
  const timer = setInterval(turn, seconds * 1000)
  document.addEventListener('visibilitychange', turn)
  onUnmounted(() => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', turn)
  })
}
