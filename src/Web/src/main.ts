import { createApp } from 'vue'
import './shared/ui'
import './styles.css'
import { onSignedOut } from './api'
import App from './App.vue'
import { startLanguage } from './i18n'
import { router } from './router'
import { forget, resume } from './sessions/session'
import { followColorScheme } from './shared/colorScheme'

followColorScheme()
onSignedOut(() => {
  forget()
  const { name, fullPath } = router.currentRoute.value
  if (name !== 'signIn') void router.push({ name: 'signIn', query: { next: fullPath } })
})
await Promise.all([startLanguage(), resume()])
createApp(App).use(router).mount('#app')
