import { createApp } from 'vue'
import '../shared/ui'
import '../styles.css'
import { startLanguage } from '../i18n'
import { startMaps } from './mapSettings'
import WebFormPage from './WebFormPage.vue'

await startLanguage()
const query = new URLSearchParams(location.search)
const app = createApp(WebFormPage, {
  linkId: decodeURIComponent(location.pathname.split('/').at(-1)!),
  accessKey: query.get('st') ?? undefined,
  editedId: query.get('edit') ?? undefined,
})
// Most of the page's script: its progress shows while it loads.
const [{ webFormsPlugin }] = await Promise.all([import('@getodk/web-forms'), startMaps()])
app.use(webFormsPlugin).mount('#app')
