using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Configs;

/// <summary>Table `settings`: the server's configuration, and one row of preferences per web user.</summary>
public sealed class SettingsTable(StorageAccount storage)
{
    private readonly TableClient _table = storage.Table(StorageNames.SettingsTable);

    /// <summary>One operation.</summary>
    internal async Task<IReadOnlyList<ServerConfig>> ListConfigsAsync(CancellationToken cancellationToken)
    {
        var configs = new List<ServerConfig>();
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {SettingKeys.Configs}");
        await foreach (var row in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            configs.Add(ToConfig(row));
        }
        return configs;
    }

    /// <summary>One operation.</summary>
    internal async Task<ServerConfig?> FindConfigAsync(string key, CancellationToken cancellationToken)
    {
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(SettingKeys.Configs, key, cancellationToken: cancellationToken);
        return found.HasValue ? ToConfig(found.Value!) : null;
    }

    /// <summary>Sets a configuration, or removes it when <paramref name="config"/> is null. Returns the previous one.</summary>
    internal Task<ServerConfig?> ReplaceConfigAsync(string key, ServerConfig? config, CancellationToken cancellationToken) =>
        ConditionalWrite.RunAsync(
            async () =>
            {
                var found = await _table.GetEntityIfExistsAsync<TableEntity>(
                    SettingKeys.Configs,
                    key,
                    cancellationToken: cancellationToken
                );
                var next = config is null ? null : ToEntity(config);
                await ReplaceAsync(found, next, SettingKeys.Configs, key, cancellationToken);
                return found.HasValue ? ToConfig(found.Value!) : null;
            },
            cancellationToken
        );

    /// <summary>A web user's preferences as JSON; null when there are none. One operation.</summary>
    internal async Task<string?> FindPreferencesAsync(ActorId user, CancellationToken cancellationToken)
    {
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(
            SettingKeys.User(user),
            SettingKeys.Preferences,
            cancellationToken: cancellationToken
        );
        return found.HasValue ? SpilledText.Get(found.Value!, Column.Value) : null;
    }

    /// <summary>Replaces the preferences by the result of <paramref name="change"/>, which must be pure.</summary>
    internal Task<bool> ChangePreferencesAsync(ActorId user, Func<string?, string> change, CancellationToken cancellationToken) =>
        ConditionalWrite.RunAsync(
            async () =>
            {
                var partition = SettingKeys.User(user);
                var found = await _table.GetEntityIfExistsAsync<TableEntity>(
                    partition,
                    SettingKeys.Preferences,
                    cancellationToken: cancellationToken
                );
                var next = new TableEntity(partition, SettingKeys.Preferences);
                SpilledText.Set(next, Column.Value, change(found.HasValue ? SpilledText.Get(found.Value!, Column.Value) : null));
                await ReplaceAsync(found, next, partition, SettingKeys.Preferences, cancellationToken);
                return true;
            },
            cancellationToken
        );

    internal Task RemovePreferencesAsync(ActorId user, CancellationToken cancellationToken) =>
        _table.DeleteEntityAsync(SettingKeys.User(user), SettingKeys.Preferences, ETag.All, cancellationToken);

    private async Task ReplaceAsync(
        NullableResponse<TableEntity> found,
        TableEntity? next,
        string partition,
        string row,
        CancellationToken cancellationToken
    )
    {
        if (next is null)
        {
            if (found.HasValue)
            {
                await _table.DeleteEntityAsync(partition, row, found.Value!.ETag, cancellationToken);
            }
        }
        else if (found.HasValue)
        {
            await _table.UpdateEntityAsync(next, found.Value!.ETag, TableUpdateMode.Replace, cancellationToken);
        }
        else
        {
            await _table.AddEntityAsync(next, cancellationToken);
        }
    }

    private static TableEntity ToEntity(ServerConfig config)
    {
        var row = new TableEntity(SettingKeys.Configs, config.Key)
        {
            [Column.SetAt] = config.SetAt,
            [Column.Blob] = config.Image?.Blob,
            [Column.ContentType] = config.Image?.ContentType,
            [Column.Md5] = config.Image?.Md5,
            [Column.Size] = config.Image?.Size,
        };
        if (config.Value is { } value)
        {
            SpilledText.Set(row, Column.Value, value.GetRawText());
        }
        return row;
    }

    private static ServerConfig ToConfig(TableEntity row) =>
        new(row.RowKey, row.GetDateTimeOffset(Column.SetAt)!.Value)
        {
            Value = SpilledText.Get(row, Column.Value) is { } value ? JsonSerializer.Deserialize<JsonElement>(value) : null,
            Image = row.GetString(Column.Blob) is { } blob
                ? new ConfigImage(blob, row.GetString(Column.ContentType)!, row.GetString(Column.Md5)!, row.GetInt64(Column.Size)!.Value)
                : null,
        };

    private static class Column
    {
        public const string Value = "Value";
        public const string SetAt = "SetAt";
        public const string Blob = "Blob";
        public const string ContentType = "ContentType";
        public const string Md5 = "Md5";
        public const string Size = "Size";
    }
}
