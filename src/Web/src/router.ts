import { createRouter, createWebHashHistory } from 'vue-router'
import SignInPage from './sessions/SignInPage.vue'
import { signedIn } from './sessions/session'
import ProjectsPage from './projects/ProjectsPage.vue'

// Pages are behind `#`, so the server has one address for all of them (docs/adr/0029).
export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: '/sign-in', name: 'signIn', component: SignInPage, meta: { open: true } },
    { path: '/account/claim', name: 'claim', component: () => import('./users/ClaimPage.vue'), meta: { open: true } },
    { path: '/', name: 'projects', component: ProjectsPage },
    {
      path: '/projects/:projectId(\\d+)',
      component: () => import('./projects/ProjectPage.vue'),
      props: (route) => ({ projectId: Number(route.params.projectId) }),
      children: [
        { path: '', name: 'project', component: () => import('./forms/FormList.vue') },
        { path: 'app-users', name: 'appUsers', component: () => import('./appUsers/AppUsers.vue') },
        { path: 'access', name: 'formAccess', component: () => import('./appUsers/FormAccess.vue') },
        { path: 'datasets', name: 'datasets', component: () => import('./datasets/DatasetList.vue') },
        {
          path: 'datasets/:dataset',
          name: 'dataset',
          component: () => import('./datasets/DatasetPage.vue'),
          props: (route) => ({ dataset: String(route.params.dataset) }),
        },
        {
          path: 'datasets/:dataset/map',
          name: 'entityMap',
          component: () => import('./maps/EntityMap.vue'),
          props: (route) => ({ dataset: String(route.params.dataset) }),
        },
        {
          path: 'datasets/:dataset/downloads',
          name: 'datasetDownloads',
          component: () => import('./datasets/DatasetDownloads.vue'),
          props: (route) => ({ dataset: String(route.params.dataset) }),
        },
        {
          path: 'datasets/:dataset/entities/:entityId',
          name: 'entity',
          component: () => import('./datasets/EntityPage.vue'),
          props: (route) => ({ dataset: String(route.params.dataset), entityId: String(route.params.entityId) }),
        },
        { path: 'workers', name: 'workers', component: () => import('./workers/WorkersPage.vue') },
        { path: 'cases', name: 'cases', component: () => import('./cases/CaseList.vue') },
        {
          path: 'cases/:caseId',
          name: 'case',
          component: () => import('./cases/CasePage.vue'),
          props: (route) => ({ caseId: String(route.params.caseId) }),
        },
        { path: 'phone-view', name: 'phoneView', component: () => import('./phoneView/PhoneView.vue') },
        { path: 'lookup-tables', name: 'lookupTables', component: () => import('./lookupTables/LookupTableList.vue') },
        {
          path: 'lookup-tables/:tableId',
          name: 'lookupTable',
          component: () => import('./lookupTables/LookupTablePage.vue'),
          props: (route) => ({ tableId: String(route.params.tableId) }),
        },
        { path: 'products', name: 'products', component: () => import('./products/ProductsPage.vue') },
        { path: 'locations', name: 'locations', component: () => import('./locations/LocationsPage.vue') },
        { path: 'roles', name: 'projectRoles', component: () => import('./users/ProjectRoles.vue') },
        { path: 'webhooks', name: 'webhooks', component: () => import('./webhooks/WebhooksPage.vue') },
        { path: 'settings', name: 'projectSettings', component: () => import('./projects/ProjectSettings.vue') },
      ],
    },
    {
      path: '/projects/:projectId(\\d+)/forms/:formId',
      component: () => import('./forms/FormPage.vue'),
      props: (route) => ({ projectId: Number(route.params.projectId), formId: String(route.params.formId) }),
      children: [
        { path: '', name: 'form', component: () => import('./forms/FormOverview.vue') },
        { path: 'draft', name: 'draft', component: () => import('./forms/FormDraft.vue') },
        { path: 'submissions', name: 'submissions', component: () => import('./submissions/SubmissionTable.vue') },
        {
          path: 'submissions/:instanceId',
          name: 'submission',
          component: () => import('./submissions/SubmissionPage.vue'),
          props: (route) => ({ instanceId: String(route.params.instanceId) }),
        },
        { path: 'map', name: 'submissionMap', component: () => import('./maps/SubmissionMap.vue') },
        { path: 'downloads', name: 'downloads', component: () => import('./submissions/Downloads.vue') },
        { path: 'public-links', name: 'publicLinks', component: () => import('./publicLinks/PublicLinks.vue') },
        { path: 'versions', name: 'versions', component: () => import('./forms/FormVersions.vue') },
        { path: 'settings', name: 'formSettings', component: () => import('./forms/FormSettings.vue') },
      ],
    },
    { path: '/users', name: 'users', component: () => import('./users/UsersPage.vue') },
    { path: '/account', name: 'account', component: () => import('./users/AccountPage.vue') },
    { path: '/audits', name: 'audits', component: () => import('./audits/AuditsPage.vue') },
    { path: '/server', name: 'server', component: () => import('./server/ServerPage.vue') },
    { path: '/:rest(.*)*', name: 'unknown', component: () => import('./shared/UnknownPage.vue'), meta: { open: true } },
  ],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

router.beforeEach((to) => {
  if (!to.meta.open && !signedIn.value) return { name: 'signIn', query: to.fullPath === '/' ? {} : { next: to.fullPath } }
  if (to.name === 'signIn' && signedIn.value) return { name: 'projects' }
})
