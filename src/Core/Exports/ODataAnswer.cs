using System.Text.Encodings.Web;
using System.Text.Json;

namespace ServerlessRosa.Core.Exports;

/// <summary>An OData answer while it is written: `{"value": [rows], "@odata.context", "@odata.nextLink", "@odata.count"}`. Rows are
/// sent on as they become many.</summary>
internal sealed class ODataAnswer : IAsyncDisposable
{
    private const int Enough = 64 * 1024;
    private readonly ODataRequest _request;
    private readonly ExportSource _source;
    private readonly Utf8JsonWriter _json;
    private readonly ODataRows _rows;

    public ODataAnswer(ODataRequest request, ExportSource source, Stream output)
    {
        _request = request;
        _source = source;
        _json = new Utf8JsonWriter(
            output,
            new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true }
        );
        _rows = new ODataRows(_json, request.Options, ODataSelection.Of(request.Address.Table, request.Options.Select));
        _json.WriteStartObject();
        _json.WriteStartArray("value");
    }

    public long Written { get; private set; }

    /// <summary>Whether the limit of `$top` is reached.</summary>
    public bool IsFull => Written == _request.Options.Top;

    public async Task WriteSubmissionAsync(ExportedSubmission exported, CancellationToken cancellationToken)
    {
        var xml = await exported.Stored.ReadXmlAsync(cancellationToken);
        if (_request.Options.Expand)
        {
            var all = SubmissionRows.Read(_request.Schema, xml).ToList();
            await WriteAsync(exported, all[^1], all.ToLookup(row => row.Parent), cancellationToken);
        }
        else
        {
            await WriteAsync(exported, SubmissionRows.ReadRoot(_request.Schema, xml), null, cancellationToken);
        }
    }

    /// <param name="rowsByParent">The rows of repeats by their parent, if they are to be included.</param>
    public async Task WriteAsync(
        ExportedSubmission exported,
        ExportRow row,
        ILookup<ExportRow?, ExportRow>? rowsByParent,
        CancellationToken cancellationToken
    )
    {
        EncryptionStatus? status = row.IsEncrypted
            ? await _source.StatusAsync(_request.Space, exported.Submission, cancellationToken)
            : null;
        _rows.Write(exported, row, status, rowsByParent);
        Written++;
        if (_json.BytesPending >= Enough)
        {
            await _json.FlushAsync(cancellationToken);
        }
    }

    public async Task EndAsync(SkipToken? next, long? count, CancellationToken cancellationToken)
    {
        _json.WriteEndArray();
        _json.WriteString("@odata.context", _request.Context);
        if (next is not null)
        {
            _json.WriteString("@odata.nextLink", _request.NextLink(next));
        }
        if (count is { } all)
        {
            _json.WriteNumber("@odata.count", all);
        }
        _json.WriteEndObject();
        await _json.FlushAsync(cancellationToken);
    }

    /// <summary>An unfinished document is not flushed: a well-formed part would look complete.</summary>
    public ValueTask DisposeAsync()
    {
        _json.Reset(Stream.Null);
        return _json.DisposeAsync();
    }
}
