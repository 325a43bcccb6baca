// A host name of one's own. Before: a CNAME to the app's address, and a TXT record `asuid.{host}` with its verification id (docs/deploy.md).
param appName string
param hostName string
param certificateThumbprint string

resource app 'Microsoft.Web/sites@2024-04-01' existing = {
  name: appName
}

resource binding 'Microsoft.Web/sites/hostNameBindings@2024-04-01' = {
  parent: app
  name: hostName
  properties: {
    siteName: appName
    hostNameType: 'Verified'
    customHostNameDnsRecordType: 'CName'
    sslState: empty(certificateThumbprint) ? 'Disabled' : 'SniEnabled'
    thumbprint: empty(certificateThumbprint) ? null : certificateThumbprint
  }
}
