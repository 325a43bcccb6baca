using System.Text.Json;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables.Models;
using Azure.Data.Tables.Wire;

namespace Azure.Data.Tables;

/// <summary>A table account.</summary>
public class TableServiceClient
{
    private const string StorageScope = "https://storage.azure.com/.default";

    private static readonly StatusCodeClassifier s_createdOrThere = new([201, 204, 409]);
    private static readonly StatusCodeClassifier s_deletedOrGone = new([204, 404]);
    private static readonly StatusCodeClassifier s_found = new([200]);

    private readonly TableAccount _account;

    /// <summary>For tests that replace the client.</summary>
    protected TableServiceClient()
    {
    }

    /// <summary>The account that a connection string names.</summary>
    public TableServiceClient(string connectionString) : this(connectionString, null)
    {
    }

    /// <summary>The account that a connection string names.</summary>
    public TableServiceClient(string connectionString, TableClientOptions options = null)
        : this(TableConnectionString.Parse(connectionString), options)
    {
    }

    /// <summary>An account, by its key.</summary>
    public TableServiceClient(Uri endpoint, TableSharedKeyCredential credential) : this(endpoint, credential, null)
    {
    }

    /// <summary>An account, by its key.</summary>
    public TableServiceClient(Uri endpoint, TableSharedKeyCredential credential, TableClientOptions options)
        : this(new TableConnectionString(endpoint, credential), options)
    {
        ArgumentNullException.ThrowIfNull(credential);
    }

    /// <summary>An account, by an identity that has a role on it.</summary>
    public TableServiceClient(Uri endpoint, TokenCredential tokenCredential, TableClientOptions options = null) =>
        _account = new TableAccount(endpoint, new BearerTokenAuthenticationPolicy(tokenCredential, StorageScope), options);

    private TableServiceClient(TableConnectionString connection, TableClientOptions options) =>
        _account = new TableAccount(connection.Endpoint, new SharedKeyLitePolicy(connection.Credential), options);

    /// <summary>The account's name.</summary>
    public virtual string AccountName => _account.Name;

    /// <summary>The account's table endpoint.</summary>
    public virtual Uri Uri => _account.Endpoint;

    /// <summary>Creates an OData filter, its values quoted and escaped.</summary>
    public static string CreateQueryFilter(FormattableString filter) => ODataFilter.Create(filter);

    /// <summary>A table's client, which shares this one's pipeline. Asks nothing of the service.</summary>
    public virtual TableClient GetTableClient(string tableName)
    {
        ArgumentException.ThrowIfNullOrEmpty(tableName);
        return new TableClient(_account, tableName);
    }

    /// <summary>Creates a table; status 409 of the raw response says that it existed.</summary>
    public virtual Task<Response<TableItem>> CreateTableIfNotExistsAsync(string tableName, CancellationToken cancellationToken = default) =>
        CreateTableAsync(_account, tableName, cancellationToken);

    /// <summary>Deletes a table; status 404 of the response says that there was none.</summary>
    public virtual async Task<Response> DeleteTableAsync(string tableName, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(tableName);
        using var message = _account.CreateMessage(RequestMethod.Delete, $"/Tables('{tableName}')", s_deletedOrGone);
        return await _account.SendAsync(message, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The account's tables.</summary>
    public virtual AsyncPageable<TableItem> QueryAsync(string filter = null, int? maxPerPage = null, CancellationToken cancellationToken = default)
    {
        return new TablePages<TableItem>(CreateQuery, _account, ReadTable, maxPerPage, cancellationToken);

        HttpMessage CreateQuery(int? pageSize) => _account.CreateQuery("/Tables", s_found, filter, pageSize, null);
    }

    internal static async Task<Response<TableItem>> CreateTableAsync(TableAccount account, string tableName, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(tableName);
        using var message = account.CreateMessage(RequestMethod.Post, "/Tables", s_createdOrThere);
        message.Request.Headers.SetValue("Prefer", "return-no-content");
        TableAccount.SetBody(message.Request, JsonSerializer.SerializeToUtf8Bytes(new { TableName = tableName }));
        var response = await account.SendAsync(message, cancellationToken).ConfigureAwait(false);
        if (response.Status == 409 && new RequestFailedException(response) is { ErrorCode: "TableBeingDeleted" } beingDeleted) throw beingDeleted;
        return Response.FromValue(new TableItem(tableName), response);
    }

    private static TableItem ReadTable(ref Utf8JsonReader json)
    {
        string name = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var isName = json.ValueTextEquals("TableName"u8);
            json.Read();
            if (isName) name = json.GetString();
        }

        return new TableItem(name);
    }
}
