import { inject, provide } from 'vue'

const key = Symbol('reload')

/** For a page with tabs: how a tab has the page read again what it changed. */
export function provideReload(load: () => Promise<void>): void {
  provide(key, load)
}

export function useReload(): () => Promise<void> {
  return inject<() => Promise<void>>(key)!
}
