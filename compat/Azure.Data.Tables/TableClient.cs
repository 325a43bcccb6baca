using Azure.Core;
using Azure.Data.Tables.Models;
using Azure.Data.Tables.Wire;

namespace Azure.Data.Tables;

/// <summary>One table.</summary>
public class TableClient
{
    private static readonly StatusCodeClassifier s_written = new([201, 204]);
    private static readonly StatusCodeClassifier s_found = new([200]);
    private static readonly StatusCodeClassifier s_foundOrMissing = new([200, 404]);
    private static readonly StatusCodeClassifier s_deletedOrGone = new([204, 404]);
    private static readonly StatusCodeClassifier s_accepted = new([202]);

    private readonly TableAccount _account;

    /// <summary>For tests that replace the client.</summary>
    protected TableClient()
    {
    }

    internal TableClient(TableAccount account, string name)
    {
        _account = account;
        Name = name;
        Uri = new Uri($"{account.Endpoint.AbsoluteUri.TrimEnd('/')}/{name}");
    }

    /// <summary>The table's name.</summary>
    public virtual string Name { get; }

    /// <summary>The table's address.</summary>
    public virtual Uri Uri { get; }

    /// <summary>The account's name.</summary>
    public virtual string AccountName => _account.Name;

    /// <summary>Creates an OData filter, its values quoted and escaped.</summary>
    public static string CreateQueryFilter(FormattableString filter) => ODataFilter.Create(filter);

    /// <summary>Creates the table; status 409 of the raw response says that it existed.</summary>
    public virtual Task<Response<TableItem>> CreateIfNotExistsAsync(CancellationToken cancellationToken = default) =>
        TableServiceClient.CreateTableAsync(_account, Name, cancellationToken);

    /// <summary>Inserts an entity; fails with 409 when it exists.</summary>
    public virtual async Task<Response> AddEntityAsync<T>(T entity, CancellationToken cancellationToken = default) where T : ITableEntity
    {
        CheckKey(entity);
        using var message = _account.CreateMessage(RequestMethod.Post, "/" + Name, s_written);
        message.Request.Headers.SetValue("Prefer", "return-no-content");
        TableAccount.SetBody(message.Request, JsonScratch.Entity(entity));
        return await _account.SendAsync(message, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads an entity; fails with 404 when there is none.</summary>
    public virtual async Task<Response<T>> GetEntityAsync<T>(
        string partitionKey, string rowKey, IEnumerable<string> select = null, CancellationToken cancellationToken = default)
        where T : class, ITableEntity
    {
        using var message = CreateGet(partitionKey, rowKey, select, s_found);
        var response = await _account.SendAsync(message, cancellationToken).ConfigureAwait(false);
        return Response.FromValue(EntityJson.ReadEntity<T>(response.Content), response);
    }

    /// <summary>Reads an entity, if there is one.</summary>
    public virtual async Task<NullableResponse<T>> GetEntityIfExistsAsync<T>(
        string partitionKey, string rowKey, IEnumerable<string> select = null, CancellationToken cancellationToken = default)
        where T : class, ITableEntity
    {
        using var message = CreateGet(partitionKey, rowKey, select, s_foundOrMissing);
        var response = await _account.SendAsync(message, cancellationToken).ConfigureAwait(false);
        return response.Status == 404
            ? new NoEntityResponse<T>(response)
            : Response.FromValue(EntityJson.ReadEntity<T>(response.Content), response);
    }

    /// <summary>Writes an entity, whether it exists or not.</summary>
    public virtual Task<Response> UpsertEntityAsync<T>(
        T entity, TableUpdateMode mode = TableUpdateMode.Merge, CancellationToken cancellationToken = default) where T : ITableEntity =>
        WriteAsync(entity, default, mode, cancellationToken);

    /// <summary>Writes an entity that exists; fails with 412 when it is no longer the version <paramref name="ifMatch"/>.</summary>
    public virtual Task<Response> UpdateEntityAsync<T>(
        T entity, ETag ifMatch, TableUpdateMode mode = TableUpdateMode.Merge, CancellationToken cancellationToken = default) where T : ITableEntity =>
        ifMatch == default
            ? throw new ArgumentException("An update needs a version; ETag.All stands for any.", nameof(ifMatch))
            : WriteAsync(entity, ifMatch, mode, cancellationToken);

    /// <summary>Deletes an entity; status 404 of the response says that there was none.</summary>
    public virtual async Task<Response> DeleteEntityAsync(
        string partitionKey, string rowKey, ETag ifMatch = default, CancellationToken cancellationToken = default)
    {
        using var message = _account.CreateMessage(RequestMethod.Delete, PathOf(partitionKey, rowKey), s_deletedOrGone);
        message.Request.Headers.SetValue(HttpHeader.Names.IfMatch, (ifMatch == default ? ETag.All : ifMatch).ToString());
        return await _account.SendAsync(message, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes an entity; status 404 of the response says that there was none.</summary>
    public virtual Task<Response> DeleteEntityAsync(ITableEntity entity, ETag ifMatch = default, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entity);
        return DeleteEntityAsync(entity.PartitionKey, entity.RowKey, ifMatch, cancellationToken);
    }

    /// <summary>The entities that satisfy an OData filter, in the order of their keys.</summary>
    public virtual AsyncPageable<T> QueryAsync<T>(
        string filter = null, int? maxPerPage = null, IEnumerable<string> select = null, CancellationToken cancellationToken = default)
        where T : class, ITableEntity
    {
        var columns = Columns(select);
        return new TablePages<T>(CreateQuery, _account, EntityJson.Read<T>, maxPerPage, cancellationToken);

        HttpMessage CreateQuery(int? pageSize) => _account.CreateQuery($"/{Name}()", s_found, filter, pageSize, columns);
    }

    /// <summary>Applies all actions, or, when the service refuses one, none.</summary>
    public virtual async Task<Response<IReadOnlyList<Response>>> SubmitTransactionAsync(
        IEnumerable<TableTransactionAction> transactionActions, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transactionActions);
        var id = Guid.NewGuid().ToString();
        using var message = _account.CreateMessage(RequestMethod.Post, "/$batch", s_accepted);
        message.Request.Headers.SetValue(HttpHeader.Names.Accept, "application/json");
        message.Request.Headers.SetValue(HttpHeader.Names.ContentType, $"multipart/mixed; boundary=batch_{id}");
        message.Request.Content = RequestContent.Create(TransactionBody.Write(transactionActions, Uri.AbsoluteUri, id));
        var response = await _account.SendAsync(message, cancellationToken).ConfigureAwait(false);

        var answers = TransactionResponse.Read(response);
        if (answers.Find(answer => answer.Status >= 400) is { } refusal)
            throw new TableTransactionFailedException(new RequestFailedException(refusal, null, ODataErrorParser.Shared));
        return Response.FromValue<IReadOnlyList<Response>>(answers, response);
    }

    private async Task<Response> WriteAsync(ITableEntity entity, ETag ifMatch, TableUpdateMode mode, CancellationToken cancellationToken)
    {
        CheckKey(entity);
        var method = mode switch
        {
            TableUpdateMode.Merge => RequestMethod.Patch,
            TableUpdateMode.Replace => RequestMethod.Put,
            _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, null),
        };
        using var message = _account.CreateMessage(method, PathOf(entity.PartitionKey, entity.RowKey), s_written);
        if (ifMatch != default) message.Request.Headers.SetValue(HttpHeader.Names.IfMatch, ifMatch.ToString());
        TableAccount.SetBody(message.Request, JsonScratch.Entity(entity));
        return await _account.SendAsync(message, cancellationToken).ConfigureAwait(false);
    }

    private HttpMessage CreateGet(string partitionKey, string rowKey, IEnumerable<string> select, ResponseClassifier expected)
    {
        var message = _account.CreateMessage(RequestMethod.Get, PathOf(partitionKey, rowKey), expected);
        if (Columns(select) is { } columns) message.Request.Uri.AppendQuery("$select", columns, escapeValue: true);
        return message;
    }

    private string PathOf(string partitionKey, string rowKey)
    {
        ArgumentNullException.ThrowIfNull(partitionKey);
        ArgumentNullException.ThrowIfNull(rowKey);
        return $"/{Name}(PartitionKey='{TableAccount.Escape(partitionKey)}',RowKey='{TableAccount.Escape(rowKey)}')";
    }

    private static string Columns(IEnumerable<string> select) => select is null ? null : string.Join(',', select);

    private static void CheckKey(ITableEntity entity)
    {
        ArgumentNullException.ThrowIfNull(entity);
        ArgumentNullException.ThrowIfNull(entity.PartitionKey);
        ArgumentNullException.ThrowIfNull(entity.RowKey);
    }
}
