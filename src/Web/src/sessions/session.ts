import { computed, shallowRef } from 'vue'
import { csrfToken, sessions, users, type User } from '../api'

const user = shallowRef<User>()

export const signedIn = computed(() => user.value)

/** Whether the signed-in user has a right on the server. What it allows is decided by the server; this only hides what would be refused. */
export function may(verb: string): boolean {
  return user.value?.verbs?.includes(verb) ?? false
}

/** Continues the session of this browser, if there is one. */
export async function resume(): Promise<void> {
  if (csrfToken() === undefined) return
  try {
    user.value = await users.current()
  } catch {
    user.value = undefined
  }
}

export async function signIn(email: string, password: string): Promise<void> {
  await sessions.create(email, password)
  user.value = await users.current()
}

export async function signOut(): Promise<void> {
  await sessions.end()
  user.value = undefined
}

export function forget(): void {
  user.value = undefined
}
