using System.Globalization;
using System.Text.Json;
using Azure;
using Azure.Core;
using Azure.Data.Tables;

namespace ServerlessRosa.Core.Storage;

/// <summary>Point reads, whose response is parsed only if the row has changed since it was read before. For what phones poll; all else
/// uses the SDK.</summary>
internal sealed class TablePoints(ClientPipeline pipeline, Uri service)
{
    private const int Found = 200;
    private const int Missing = 404;
    private const string TypeSuffix = "@odata.type";

    /// <summary>
    /// Null when there is no such row. <paramref name="known"/> returns what was read from the row when it had this ETag, or null. One
    /// operation.
    /// </summary>
    public async Task<T?> FindAsync<T>(
        string table,
        string partition,
        string row,
        Func<ETag, T?> known,
        Func<TableEntity, T?> read,
        CancellationToken cancellationToken
    )
        where T : class
    {
        var path = $"/{table}(PartitionKey='{TableTransactions.Quoted(partition)}',RowKey='{TableTransactions.Quoted(row)}')";
        using var message = pipeline.CreateMessage(RequestMethod.Get, service, path);
        message.Request.Headers.Add("DataServiceVersion", "3.0");
        message.Request.Headers.Add("Accept", "application/json;odata=minimalmetadata");
        await pipeline.SendAsync(message, cancellationToken);
        return message.Response switch
        {
            { Status: Found } found => known(found.Headers.ETag ?? default) ?? read(Parse(found)),
            { Status: Missing } => null,
            var failed => throw new RequestFailedException(failed),
        };
    }

    private static TableEntity Parse(Response response)
    {
        var entity = new TableEntity();
        using var json = JsonDocument.Parse(response.Content.ToMemory());
        string? type = null;
        foreach (var column in json.RootElement.EnumerateObject())
        {
            if (column.Name.EndsWith(TypeSuffix, StringComparison.Ordinal))
            {
                type = column.Value.GetString();
            }
            else
            {
                if (!column.Name.StartsWith("odata.", StringComparison.Ordinal))
                {
                    entity[column.Name] = ValueOf(column.Value, column.Name == "Timestamp" ? "Edm.DateTime" : type);
                }
                type = null;
            }
        }
        entity.ETag = response.Headers.ETag ?? default;
        return entity;
    }

    private static object? ValueOf(JsonElement value, string? type) =>
        (value.ValueKind, type) switch
        {
            (JsonValueKind.Null, _) => null,
            (JsonValueKind.True or JsonValueKind.False, _) => value.GetBoolean(),
            (JsonValueKind.Number, "Edm.Double") => value.GetDouble(),
            (JsonValueKind.Number, _) => value.TryGetInt32(out var number) ? (object)number : value.GetDouble(),
            (_, "Edm.DateTime") => value.GetDateTimeOffset(),
            (_, "Edm.Binary") => value.GetBytesFromBase64(),
            (_, "Edm.Guid") => value.GetGuid(),
            (_, "Edm.Int64") => long.Parse(value.GetString()!, CultureInfo.InvariantCulture),
            _ => value.GetString(),
        };
}
