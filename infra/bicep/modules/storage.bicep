// The one storage account: tables, containers and queues of the app, the package that is deployed, and the host's own locks.
param name string
param location string
param tags object
param redundancy string
param blobRecoveryDays int
param coolAfterDays int
param protectData bool

@description('Whether storage answers from outside the virtual network.')
param publicAccess bool

// The same names as in src/Core/Storage/StorageNames.cs; a test compares them.
var tableNames = [
  'accounts'
  'projects'
  'forms'
  'formVersions'
  'formMedia'
  'submissions'
  'intents'
  'audits'
  'datasets'
  'entities'
  'heldEntities'
  'cases'
  'caseOwners'
  'caseIndices'
  'workers'
  'syncs'
  'fixtures'
  'settings'
  'encryptionKeys'
  'webhooks'
  'webhookDeliveries'
]
var containerNames = [
  'forms'
  'submissions'
  'cases'
  'syncs'
  'keys'
  'backups'
  'settings'
  'encryption'
]
var queueNames = ['webhooks']
var packageContainerName = 'app-package'

resource account 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: redundancy }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    publicNetworkAccess: publicAccess ? 'Enabled' : 'Disabled'
    supportsHttpsTrafficOnly: true
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: publicAccess ? 'Allow' : 'Deny'
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2023-05-01' = {
  parent: account
  name: 'default'
  properties: {
    // The app never changes a blob: versions and deleted blobs are only ever what a mistake or an intruder left.
    isVersioningEnabled: true
    deleteRetentionPolicy: { enabled: true, days: blobRecoveryDays }
    containerDeleteRetentionPolicy: { enabled: true, days: blobRecoveryDays }
  }
}

resource containers 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' = [
  for container in concat(containerNames, [packageContainerName]): {
    parent: blobs
    name: container
    properties: { publicAccess: 'None' }
  }
]

resource tableService 'Microsoft.Storage/storageAccounts/tableServices@2023-05-01' = {
  parent: account
  name: 'default'
}

resource tables 'Microsoft.Storage/storageAccounts/tableServices/tables@2023-05-01' = [
  for table in tableNames: {
    parent: tableService
    name: table
  }
]

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2023-05-01' = {
  parent: account
  name: 'default'
}

resource queues 'Microsoft.Storage/storageAccounts/queueServices/queues@2023-05-01' = [
  for queue in queueNames: {
    parent: queueService
    name: queue
  }
]

var forgetOldVersions = {
  name: 'forget-old-versions'
  enabled: true
  type: 'Lifecycle'
  definition: {
    filters: { blobTypes: ['blockBlob'] }
    actions: { version: { delete: { daysAfterCreationGreaterThan: blobRecoveryDays } } }
  }
}

// Nothing becomes unreachable: the cool tier answers at once. But each blob that moves costs as much as some months of a photo's storage.
var coolOldSubmissions = {
  name: 'cool-old-submissions'
  enabled: true
  type: 'Lifecycle'
  definition: {
    filters: { blobTypes: ['blockBlob'], prefixMatch: ['submissions/'] }
    actions: { baseBlob: { tierToCool: { daysAfterModificationGreaterThan: coolAfterDays } } }
  }
}

resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2023-05-01' = {
  parent: account
  name: 'default'
  dependsOn: [blobs]
  properties: {
    policy: { rules: coolAfterDays == 0 ? [forgetOldVersions] : [forgetOldVersions, coolOldSubmissions] }
  }
}

// Who deletes the account deletes the programme's data, so it takes a second thought.
resource lock 'Microsoft.Authorization/locks@2020-05-01' = if (protectData) {
  scope: account
  name: 'keep'
  properties: {
    level: 'CanNotDelete'
    notes: 'Holds all submissions. Remove this lock before you delete the account on purpose.'
  }
}

output id string = account.id
output name string = account.name
output packageContainerName string = packageContainerName
