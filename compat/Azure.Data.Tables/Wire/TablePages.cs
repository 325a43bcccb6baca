using System.Runtime.CompilerServices;
using Azure.Core;

namespace Azure.Data.Tables.Wire;

/// <summary>A query, page by page. The continuation is in the headers: a page may be empty and yet not be the last.</summary>
internal sealed class TablePages<T>(
    Func<int?, HttpMessage> createQuery,
    TableAccount account,
    EntityJson.ReadItem<T> read,
    int? maxPerPage,
    CancellationToken cancellationToken) : AsyncPageable<T>(cancellationToken)
{
    private const string HeaderPrefix = "x-ms-continuation-";

    private static readonly string[] s_positions = ["NextTableName", "NextPartitionKey", "NextRowKey"];

    public override IAsyncEnumerable<Page<T>> AsPages(string continuationToken = null, int? pageSizeHint = null) =>
        PagesAsync(continuationToken, pageSizeHint ?? maxPerPage, CancellationToken);

    private async IAsyncEnumerable<Page<T>> PagesAsync(
        string continuation, int? pageSize, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        do
        {
            using var message = createQuery(pageSize);

            // The token is the query string's tail, written below: nobody else reads it.
            if (!string.IsNullOrEmpty(continuation))
                message.Request.Uri.Query += (message.Request.Uri.Query.Length == 0 ? "?" : "&") + continuation;
            var response = await account.SendAsync(message, cancellationToken).ConfigureAwait(false);
            continuation = ContinuationOf(response);
            yield return Page<T>.FromValues(EntityJson.ReadPage(response.Content, read), continuation, response);
        }
        while (continuation is not null);
    }

    private static string ContinuationOf(Response response)
    {
        string continuation = null;
        foreach (var position in s_positions)
        {
            if (!response.Headers.TryGetValue(HeaderPrefix + position, out var value) || string.IsNullOrEmpty(value)) continue;
            var parameter = $"{position}={Uri.EscapeDataString(value)}";
            continuation = continuation is null ? parameter : $"{continuation}&{parameter}";
        }

        return continuation;
    }
}
