import { ref, shallowRef } from 'vue'

/** What the form of a list is open for: one of the listed, or, when nothing is given, a new one. */
export function useEditing<T>() {
  const editing = ref(false)
  const edited = shallowRef<T>()
  function edit(one?: T) {
    edited.value = one
    editing.value = true
  }
  return { editing, edited, edit }
}
