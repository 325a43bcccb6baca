// `azd` fills these from its environment (`azd env set ROSA_ALERT_EMAIL ann@example.org`); everything else has its default in main.bicep.
using 'main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'rosa')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param publicUrl = readEnvironmentVariable('ROSA_PUBLIC_URL', '')
param customDomain = readEnvironmentVariable('ROSA_CUSTOM_DOMAIN', '')
param certificateThumbprint = readEnvironmentVariable('ROSA_CERTIFICATE_THUMBPRINT', '')
param firstAdminEmail = readEnvironmentVariable('ROSA_FIRST_ADMIN_EMAIL', '')
param firstAdminPassword = readEnvironmentVariable('ROSA_FIRST_ADMIN_PASSWORD', '')
param mailEndpoint = readEnvironmentVariable('ROSA_MAIL_ENDPOINT', '')
param mailFrom = readEnvironmentVariable('ROSA_MAIL_FROM', '')
param mapTiles = readEnvironmentVariable('ROSA_MAP_TILES', '')
param mapAttribution = readEnvironmentVariable('ROSA_MAP_ATTRIBUTION', '')
param alertEmail = readEnvironmentVariable('ROSA_ALERT_EMAIL', '')
param monthlyBudget = int(readEnvironmentVariable('ROSA_MONTHLY_BUDGET', '50'))
param alwaysReadyInstances = int(readEnvironmentVariable('ROSA_ALWAYS_READY', '0'))
param protectData = bool(readEnvironmentVariable('ROSA_PROTECT_DATA', 'true'))
param useVirtualNetwork = bool(readEnvironmentVariable('ROSA_VIRTUAL_NETWORK', 'false'))
