// The Flex Consumption plan, and the app on it with all of its settings.
param name string
param planName string
param location string
param tags object
param identityId string
param identityClientId string
param storageAccountName string
param packageContainerName string
param insightsConnectionString string

@description('The subnet that the app reaches storage from. Empty: none.')
param subnetId string
param publicUrl string
param customDomain string
param firstAdminEmail string

@secure()
param firstAdminPassword string
param maxSubmissionBytes int
param maxXmlBytes int
param cacheSeconds int
param submissionShards int
param domainSuffix string
param mapTiles string
param mapAttribution string
param eventGridTopic string
param webhooksToPrivateAddresses bool
param mailEndpoint string
param mailFrom string
param instanceMemoryMB int
param concurrencyPerInstance int
param maximumInstanceCount int
param alwaysReadyInstances int

resource account 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: storageAccountName
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

// The settings of the host, of the Azure SDK, and of the app: nothing that the code does not read.
var origin = !empty(publicUrl) ? publicUrl : 'https://${!empty(customDomain) ? customDomain : '${name}.azurewebsites.net'}'
var settings = {
  AzureWebJobsStorage__blobServiceUri: account.properties.primaryEndpoints.blob
  AzureWebJobsStorage__queueServiceUri: account.properties.primaryEndpoints.queue
  AzureWebJobsStorage__tableServiceUri: account.properties.primaryEndpoints.table
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
  AzureWebJobsDisableHomepage: 'true'
  // Threads that spin while they wait take processor time from the host, which shares the instance.
  DOTNET_ThreadPool_UnfairSemaphoreSpinLimit: '0'
  // Above it the host answers 500 before the app sees anything; below it the app says 413.
  FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: string(maxSubmissionBytes + maxXmlBytes + 1048576)
  APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
  AZURE_CLIENT_ID: identityClientId
  AZURE_TOKEN_CREDENTIALS: 'ManagedIdentityCredential'
  Storage__AccountName: storageAccountName
  Rosa__PublicUrl: origin
  Rosa__MaxSubmissionBytes: string(maxSubmissionBytes)
  Rosa__MaxXmlBytes: string(maxXmlBytes)
  Rosa__CacheSeconds: string(cacheSeconds)
  Rosa__SubmissionShards: string(submissionShards)
  Rosa__DomainSuffix: domainSuffix
  Rosa__MapTiles: mapTiles
  Rosa__MapAttribution: mapAttribution
  Rosa__EventGridTopic: eventGridTopic
  Rosa__WebhooksToPrivateAddresses: string(webhooksToPrivateAddresses)
  Mail__Endpoint: mailEndpoint
  Mail__From: mailFrom
  Rosa__FirstAdminEmail: firstAdminEmail
  Rosa__FirstAdminPassword: firstAdminPassword
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: name
  location: location
  // How `azd deploy` finds it.
  tags: union(tags, { 'azd-service-name': 'app' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: {
      minTlsVersion: '1.2'
      ftpsState: 'Disabled'
      // The platform answers preflights of browsers itself. The API takes tokens from pages of anybody, and cookies from none.
      cors: { allowedOrigins: ['*'], supportCredentials: false }
    }
    functionAppConfig: {
      runtime: { name: 'dotnet-isolated', version: '10.0' }
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${account.properties.primaryEndpoints.blob}${packageContainerName}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        triggers: { http: { perInstanceConcurrency: concurrencyPerInstance } }
        alwaysReady: alwaysReadyInstances == 0 ? [] : [{ name: 'http', instanceCount: alwaysReadyInstances }]
      }
    }
  }

  resource appSettings 'config' = {
    name: 'appsettings'
    properties: settings
  }

  // Packages are published with Entra tokens only.
  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }
}

output name string = app.name
output publicUrl string = origin
