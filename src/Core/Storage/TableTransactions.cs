using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Azure;
using Azure.Core;
using Azure.Data.Tables;

namespace ServerlessRosa.Core.Storage;

/// <summary>
/// Transactions of a table's rows, written straight into the bytes of their request. For what is written with every submission; all else
/// uses the SDK.
/// </summary>
internal sealed class TableTransactions(ClientPipeline pipeline, Uri service)
{
    private const int FirstCapacity = 8 * 1024;
    private const int Accepted = 202;
    private const int FirstRefusal = 300;
    private const int MaxReason = 1000;
    private static readonly ReadOnlyMemory<byte> StatusLine = "\nHTTP/1.1 "u8.ToArray();
    private readonly string _address = service.AbsoluteUri.Split('?')[0].TrimEnd('/');

    /// <summary>
    /// Submits all changes or none, as <see cref="TableClient.SubmitTransactionAsync"/>. Columns that are null are not written. One
    /// operation.
    /// </summary>
    /// <exception cref="RequestFailedException">With the status of the change that failed.</exception>
    public async Task SubmitAsync(string table, IReadOnlyList<TableTransactionAction> actions, CancellationToken cancellationToken)
    {
        using var message = pipeline.CreateMessage(RequestMethod.Post, service, "/$batch");
        var boundary = Guid.NewGuid().ToString();
        message.Request.Headers.Add("Content-Type", $"multipart/mixed; boundary=batch_{boundary}");
        message.Request.Headers.Add("DataServiceVersion", "3.0");
        message.Request.Headers.Add("Accept", "application/json");
        var body = new PooledBytes(FirstCapacity);
        Write(body, $"{_address}/{table}", boundary, actions);
        message.Request.Content = RequestContent.Create(body.Written);
        await pipeline.SendAsync(message, cancellationToken);
        body.Return(); // not after a failure: it may still be being sent
        Check(message.Response, actions.Count);
    }

    private static void Write(PooledBytes bytes, string table, string boundary, IReadOnlyList<TableTransactionAction> actions)
    {
        using var json = new Utf8JsonWriter(bytes);
        Write(bytes, $"--batch_{boundary}\r\nContent-Type: multipart/mixed; boundary=changeset_{boundary}\r\n\r\n");
        foreach (var action in actions)
        {
            Write(bytes, $"--changeset_{boundary}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n");
            WriteAction(bytes, json, table, action);
            bytes.Write("\r\n"u8);
        }
        Write(bytes, $"--changeset_{boundary}--\r\n\r\n--batch_{boundary}--\r\n");
    }

    private static void WriteAction(PooledBytes bytes, Utf8JsonWriter json, string table, TableTransactionAction action)
    {
        var (method, isConditional) = action.ActionType switch
        {
            TableTransactionActionType.Add => ("POST", false),
            TableTransactionActionType.UpdateReplace => ("PUT", true),
            TableTransactionActionType.UpdateMerge => ("PATCH", true),
            TableTransactionActionType.UpsertReplace => ("PUT", false),
            TableTransactionActionType.UpsertMerge => ("PATCH", false),
            TableTransactionActionType.Delete => ("DELETE", true),
            _ => throw new ArgumentOutOfRangeException(nameof(action)),
        };
        var isAdd = action.ActionType == TableTransactionActionType.Add;
        var key = isAdd ? "" : $"(PartitionKey='{Quoted(action.Entity.PartitionKey)}',RowKey='{Quoted(action.Entity.RowKey)}')";
        Write(bytes, $"{method} {table}{key} HTTP/1.1\r\nAccept: application/json\r\nDataServiceVersion: 3.0\r\n");
        if (isConditional)
        {
            Write(bytes, $"If-Match: {action.ETag.ToString("H")}\r\n");
        }
        if (isAdd)
        {
            bytes.Write("Prefer: return-no-content\r\n"u8);
        }
        if (action.ActionType == TableTransactionActionType.Delete)
        {
            bytes.Write("\r\n"u8);
            return;
        }
        bytes.Write("Content-Type: application/json;odata=nometadata\r\n\r\n"u8);
        RowJson.Write(json, (TableEntity)action.Entity);
        json.Flush();
        json.Reset();
    }

    /// <summary>A key in an address.</summary>
    internal static string Quoted(string key) => Uri.EscapeDataString(key.Replace("'", "''", StringComparison.Ordinal));

    // One answer for each change, or the only one of the change that failed.
    private static void Check(Response response, int expected)
    {
        if (response.Status != Accepted)
        {
            throw new RequestFailedException(response);
        }
        var rest = response.Content.ToMemory().Span;
        for (var done = 0; done < expected; done++)
        {
            var line = rest.IndexOf(StatusLine.Span);
            rest = rest[(line < 0 ? rest.Length : line + StatusLine.Length)..];
            if (!Utf8Parser.TryParse(rest, out int status, out _))
            {
                throw new InvalidOperationException($"Storage answered {done} of {expected} changes.");
            }
            if (status >= FirstRefusal)
            {
                throw new RequestFailedException(status, Encoding.UTF8.GetString(rest[..Math.Min(rest.Length, MaxReason)]));
            }
        }
    }

    private static void Write(PooledBytes bytes, string text) => Encoding.UTF8.GetBytes(text, bytes);
}
