// What somebody types in R, with the package ruODK. Strings of JSON are strings of R.
const account = 'un = "me@example.org", pw = rstudioapi::askForPassword()'

export function submissionsInR(service: string): string {
  return ['library(ruODK)', `ru_setup(svc = ${JSON.stringify(service)}, ${account})`, 'data <- odata_submission_get()'].join('\n')
}

export function entitiesInR(server: string, project: number, dataset: string): string {
  return [
    'library(ruODK)',
    `ru_setup(url = ${JSON.stringify(server)}, pid = ${project}, ${account})`,
    `data <- odata_entitylist_data_get(did = ${JSON.stringify(dataset)})$value`,
  ].join('\n')
}
