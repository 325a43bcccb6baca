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
        var response = message.Response;
        switch (response.Status)
        {
            case Found:
                var etag = response.Headers.ETag ?? default;
                return known(etag) ?? read(RowJson.Read(response.Content.ToMemory(), etag));
            case Missing:
                return null;
            default:
                throw new RequestFailedException(response);
        }
    }
}
