using System.Buffers;
using System.Text;

namespace Azure.Data.Tables.Wire;

/// <summary>The body of a transaction: a batch that holds one change set, which holds one HTTP request per action.</summary>
internal static class TransactionBody
{
    public static byte[] Write(IEnumerable<TableTransactionAction> actions, string tableUri, string id)
    {
        var scratch = JsonScratch.Take();
        var body = scratch.Buffer;
        Write(body, $"--batch_{id}\r\nContent-Type: multipart/mixed; boundary=changeset_{id}\r\n\r\n");
        var partHead = $"--changeset_{id}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n";
        var isEmpty = true;
        foreach (var action in actions)
        {
            isEmpty = false;
            Write(body, partHead);
            Write(body, MethodOf(action.ActionType));
            Write(body, tableUri);
            if (action.ActionType != TableTransactionActionType.Add) WriteKey(body, action.Entity);
            body.Write(" HTTP/1.1\r\nAccept: application/json;odata=minimalmetadata\r\nDataServiceVersion: 3.0\r\n"u8);
            WriteCondition(body, action);
            if (action.ActionType == TableTransactionActionType.Delete)
            {
                body.Write("\r\n"u8);
            }
            else
            {
                if (action.ActionType == TableTransactionActionType.Add) body.Write("Prefer: return-no-content\r\n"u8);
                body.Write("Content-Type: application/json\r\n\r\n"u8);
                scratch.Append(action.Entity);
            }

            body.Write("\r\n"u8);
        }

        if (isEmpty) throw new InvalidOperationException("The transaction holds no action.");
        Write(body, $"--changeset_{id}--\r\n--batch_{id}--\r\n");
        return scratch.Finish();
    }

    private static void WriteKey(ArrayBufferWriter<byte> body, ITableEntity entity)
    {
        body.Write("(PartitionKey='"u8);
        Write(body, TableAccount.Escape(entity.PartitionKey));
        body.Write("',RowKey='"u8);
        Write(body, TableAccount.Escape(entity.RowKey));
        body.Write("')"u8);
    }

    private static void WriteCondition(ArrayBufferWriter<byte> body, TableTransactionAction action)
    {
        // An update without a version is an upsert on the wire; a delete must carry a version, or "any".
        var etag = action.ActionType switch
        {
            TableTransactionActionType.Delete => action.ETag == default ? ETag.All : action.ETag,
            TableTransactionActionType.UpdateMerge or TableTransactionActionType.UpdateReplace => action.ETag,
            _ => default,
        };
        if (etag == default) return;
        body.Write("If-Match: "u8);
        Write(body, etag.ToString());
        body.Write("\r\n"u8);
    }

    private static string MethodOf(TableTransactionActionType type) => type switch
    {
        TableTransactionActionType.Add => "POST ",
        TableTransactionActionType.UpdateMerge or TableTransactionActionType.UpsertMerge => "PATCH ",
        TableTransactionActionType.UpdateReplace or TableTransactionActionType.UpsertReplace => "PUT ",
        TableTransactionActionType.Delete => "DELETE ",
        _ => throw new InvalidOperationException($"There is no transaction action {type}."),
    };

    private static void Write(ArrayBufferWriter<byte> body, string text) => Encoding.UTF8.GetBytes(text, body);
}
