// Everything that ServerlessRosa needs: one Functions app on Flex Consumption, one storage account, and what tells how they are.
// No key and no connection string exists anywhere: the app reaches storage and Application Insights with an identity of its own.
targetScope = 'subscription'

@description('Names this deployment: `azd` asks for it. Two of them in one subscription share nothing.')
@minLength(1)
@maxLength(32)
param environmentName string

@description('An Azure region that has Flex Consumption: `az functionapp list-flexconsumption-locations`.')
param location string

@description('Where phones reach the app, without a slash at the end, such as `https://forms.example.org`. Empty: the address that Azure gives it.')
param publicUrl string = ''

@description('A host name to bind to the app, whose DNS records exist already. Empty: none.')
param customDomain string = ''

@description('Thumbprint of a certificate for the custom domain that has been uploaded to the resource group. Empty: TLS ends in front of the app, or comes later.')
param certificateThumbprint string = ''

@description('Who may become the first administrator, and the password for it, which may be a Key Vault reference. Empty: nobody.')
param firstAdminEmail string = ''

@secure()
param firstAdminPassword string = ''

@description('The size in bytes that phones are told to stay under in one request (Rosa:MaxSubmissionBytes).')
@minValue(1000000)
@maxValue(190000000)
param maxSubmissionBytes int = 100000000

@description('The largest form definition or submission XML in bytes (Rosa:MaxXmlBytes). Together with maxSubmissionBytes it stays under the 210 MB that the host can be set to.')
@minValue(10000)
@maxValue(20000000)
param maxXmlBytes int = 10485760

@description('How long in seconds an instance may act on an account or form that it has read (Rosa:CacheSeconds).')
@minValue(0)
@maxValue(300)
param cacheSeconds int = 15

@description('How many partitions take the submissions of a form that is created from now on (Rosa:SubmissionShards): about 1,000 submissions a second each.')
@allowed([1, 2, 4, 8, 16, 32, 64])
param submissionShards int = 1

@description('The address of an Azure Communication Services resource that sends mail (Mail:Endpoint), and the sender (Mail:From). Empty: no mail.')
param mailEndpoint string = ''
param mailFrom string = ''

@description('What follows a domain in the full names of mobile workers (Rosa:DomainSuffix).')
param domainSuffix string = 'commcarehq.org'

@description('The base map of the console, such as https://tile.openstreetmap.org/{z}/{x}/{y}.png (Rosa:MapTiles), and whom it is by (Rosa:MapAttribution). Empty: none.')
param mapTiles string = ''
param mapAttribution string = ''

@description('Make an Event Grid topic and report the changes of all projects to it (Rosa:EventGridTopic).')
param useEventGrid bool = false

@description('Let webhooks go to private addresses and over HTTP (Rosa:WebhooksToPrivateAddresses).')
param webhooksToPrivateAddresses bool = false

@description('Memory of one instance in MB.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('Requests that one instance answers at a time. The host holds a body that has a length in memory, about four times over: keep 4 x (maxSubmissionBytes + maxXmlBytes) x this below the memory.')
@minValue(1)
@maxValue(1000)
param concurrencyPerInstance int = 4

@description('The most instances there may be at a time, and so the highest bill.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 100

@description('Instances that always run, so that nobody waits for a start. They cost while nobody uses them; 0: none.')
@minValue(0)
@maxValue(20)
param alwaysReadyInstances int = 0

@description('Copies of the data: in one data centre, in several of the region, or in a second region too.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param storageRedundancy string = 'Standard_ZRS'

@description('For how many days a deleted or overwritten blob can still be brought back.')
@minValue(1)
@maxValue(365)
param blobRecoveryDays int = 30

@description('After how many days submissions and their files move to the cool tier, which pays for photos that are kept for a year or more. 0: never.')
@minValue(0)
param coolAfterDays int = 0

@description('Keeps the storage account from being deleted, by `azd down` too.')
param protectData bool = true

@description('For how many days telemetry is kept.')
@minValue(30)
@maxValue(730)
param telemetryDays int = 90

@description('Gigabytes of telemetry a day after which no more is taken, so that an incident does not become a bill.')
@minValue(1)
param telemetryDailyGb int = 1

@description('Who is told of failures and of cost. Empty: nobody, and there are no alerts and no budget.')
param alertEmail string = ''

@description('What a month may cost, in the currency of the subscription, before alertEmail is told.')
@minValue(1)
param monthlyBudget int = 50

@description('First day of the month from which the budget counts; set once, since Azure does not let it be changed.')
param budgetStart string = utcNow('yyyy-MM-01')

@description('Reach storage over a virtual network only. It costs an hourly price for two private endpoints.')
param useVirtualNetwork bool = false

var tags = { 'azd-env-name': environmentName }
var suffix = uniqueString(subscription().id, environmentName, location)
var appName = 'func-rosa-${suffix}'

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: {
    name: 'id-rosa-${suffix}'
    location: location
    tags: tags
  }
}

module network 'modules/network.bicep' = if (useVirtualNetwork) {
  scope: group
  params: {
    name: 'vnet-rosa-${suffix}'
    location: location
    tags: tags
  }
}

module storage 'modules/storage.bicep' = {
  scope: group
  params: {
    name: 'strosa${suffix}'
    location: location
    tags: tags
    redundancy: storageRedundancy
    blobRecoveryDays: blobRecoveryDays
    coolAfterDays: coolAfterDays
    protectData: protectData
    publicAccess: !useVirtualNetwork
  }
}

module endpoints 'modules/endpoints.bicep' = if (useVirtualNetwork) {
  scope: group
  params: {
    storageAccountName: storage.outputs.name
    virtualNetworkId: network.?outputs.virtualNetworkId ?? ''
    subnetId: network.?outputs.endpointSubnetId ?? ''
    location: location
    tags: tags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    suffix: suffix
    location: location
    tags: tags
    retentionDays: telemetryDays
    dailyGb: telemetryDailyGb
  }
}

module access 'modules/access.bicep' = {
  scope: group
  params: {
    principalId: identity.outputs.principalId
    storageAccountName: storage.outputs.name
    insightsName: monitoring.outputs.insightsName
  }
}

module topic 'modules/topic.bicep' = if (useEventGrid) {
  scope: group
  params: {
    name: 'evgt-rosa-${suffix}'
    location: location
    tags: tags
    principalId: identity.outputs.principalId
  }
}

module app 'modules/app.bicep' = {
  scope: group
  params: {
    name: appName
    planName: 'plan-rosa-${suffix}'
    location: location
    tags: tags
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    storageAccountName: storage.outputs.name
    packageContainerName: storage.outputs.packageContainerName
    insightsConnectionString: monitoring.outputs.insightsConnectionString
    subnetId: network.?outputs.appSubnetId ?? ''
    publicUrl: publicUrl
    customDomain: customDomain
    firstAdminEmail: firstAdminEmail
    firstAdminPassword: firstAdminPassword
    maxSubmissionBytes: maxSubmissionBytes
    maxXmlBytes: maxXmlBytes
    cacheSeconds: cacheSeconds
    submissionShards: submissionShards
    domainSuffix: domainSuffix
    mapTiles: mapTiles
    mapAttribution: mapAttribution
    eventGridTopic: topic.?outputs.endpoint ?? ''
    webhooksToPrivateAddresses: webhooksToPrivateAddresses
    mailEndpoint: mailEndpoint
    mailFrom: mailFrom
    instanceMemoryMB: instanceMemoryMB
    concurrencyPerInstance: concurrencyPerInstance
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyInstances: alwaysReadyInstances
  }
  // The host reads storage when it starts.
  dependsOn: [access, endpoints]
}

module domain 'modules/domain.bicep' = if (!empty(customDomain)) {
  scope: group
  params: {
    appName: app.outputs.name
    hostName: customDomain
    certificateThumbprint: certificateThumbprint
  }
}

module alerts 'modules/alerts.bicep' = if (!empty(alertEmail)) {
  scope: group
  params: {
    suffix: suffix
    location: location
    tags: tags
    email: alertEmail
    insightsId: monitoring.outputs.insightsId
    storageAccountId: storage.outputs.id
    monthlyBudget: monthlyBudget
    budgetStart: budgetStart
  }
}

// `azd` keeps these in its environment, and uses the first one to find the app.
output SERVICE_APP_NAME string = app.outputs.name
output AZURE_LOCATION string = location
output AZURE_RESOURCE_GROUP string = group.name
output ROSA_URL string = app.outputs.publicUrl
output ROSA_STORAGE_ACCOUNT string = storage.outputs.name
output ROSA_INSIGHTS string = monitoring.outputs.insightsName
