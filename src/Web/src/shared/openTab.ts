import { useTemplateRef, watch } from 'vue'
import { useRoute } from 'vue-router'

/** For a row of tabs, `ref="row"`, that is longer than the screen: the one that is open is in view. */
export function useOpenTab(): void {
  const row = useTemplateRef<HTMLElement>('row')
  const route = useRoute()
  const show = () => {
    const open = row.value?.querySelector<HTMLElement>('.router-link-exact-active')
    if (row.value && open) row.value.scrollLeft = open.offsetLeft - (row.value.clientWidth - open.offsetWidth) / 2
  }
  watch([row, () => route.name], show, { flush: 'post' })
}
