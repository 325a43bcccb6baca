// Tells one address what must not go unnoticed: failures, storage that throttles, and cost.
param suffix string
param location string
param tags object
param email string
param insightsId string
param storageAccountId string
param monthlyBudget int
param budgetStart string

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-rosa-${suffix}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'rosa'
    enabled: true
    emailReceivers: [{ name: 'operator', emailAddress: email, useCommonAlertSchema: true }]
  }
}

// Each answer with 500 is a bug or an outage: phones try again, but somebody has to look.
resource failures 'Microsoft.Insights/scheduledQueryRules@2023-03-15-preview' = {
  name: 'rosa-failures-${suffix}'
  location: location
  tags: tags
  properties: {
    displayName: 'ServerlessRosa answers with errors'
    description: 'More than five answers with 5xx within 15 minutes.'
    severity: 1
    enabled: true
    scopes: [insightsId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      allOf: [
        {
          query: 'requests | where toint(resultCode) >= 500'
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 5
          failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
        }
      ]
    }
    autoMitigate: true
    actions: { actionGroups: [people.id] }
  }
}

// The night's and the five-minute timers end what crashes left behind. One that fails again and again needs somebody.
resource timers 'Microsoft.Insights/scheduledQueryRules@2023-03-15-preview' = {
  name: 'rosa-timers-${suffix}'
  location: location
  tags: tags
  properties: {
    displayName: 'ServerlessRosa does not finish its repairs'
    description: 'A timer function failed at least three times within an hour.'
    severity: 2
    enabled: true
    scopes: [insightsId]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT1H'
    criteria: {
      allOf: [
        {
          query: 'requests | where name in ("Reconcile", "PurgeDeleted", "PurgeSessions", "PurgeSyncs", "Backup") and success == false'
          timeAggregation: 'Count'
          operator: 'GreaterThanOrEqual'
          threshold: 3
          failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
        }
      ]
    }
    autoMitigate: true
    actions: { actionGroups: [people.id] }
  }
}

// A busy partition or account (docs/scale.md).
resource throttled 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'rosa-storage-throttled-${suffix}'
  location: 'global'
  tags: tags
  properties: {
    description: 'Storage told the app to slow down more than a hundred times within 15 minutes.'
    severity: 2
    enabled: true
    scopes: [storageAccountId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'throttled'
          criterionType: 'StaticThresholdCriterion'
          metricNamespace: 'Microsoft.Storage/storageAccounts'
          metricName: 'Transactions'
          dimensions: [
            { name: 'ResponseType', operator: 'Include', values: ['ServerBusyError', 'ClientThrottlingError', 'ClientAccountRequestThrottlingError'] }
          ]
          operator: 'GreaterThan'
          threshold: 100
          timeAggregation: 'Total'
        }
      ]
    }
    actions: [{ actionGroupId: people.id }]
  }
}

resource budget 'Microsoft.Consumption/budgets@2023-11-01' = {
  name: 'rosa-${suffix}'
  properties: {
    category: 'Cost'
    amount: monthlyBudget
    timeGrain: 'Monthly'
    timePeriod: { startDate: budgetStart }
    notifications: {
      mostOfIt: { enabled: true, operator: 'GreaterThan', threshold: 80, thresholdType: 'Actual', contactEmails: [email] }
      forecast: { enabled: true, operator: 'GreaterThan', threshold: 100, thresholdType: 'Forecasted', contactEmails: [email] }
    }
  }
}
