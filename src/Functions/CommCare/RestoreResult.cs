using System.Globalization;
using System.Xml;
using ServerlessRosa.Core.Restore;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Syncs;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>
/// A restore on its way to the phone (CC-027 to CC-055). A short one leaves in one piece, with its length. When cases let wait for
/// them, what doesn't depend on them leaves first, so that no phone waits in vain for its first byte; the root's last tag leaves only
/// when the sync log is written. Where the root has to say how many children it has, all cases are read first.
/// </summary>
public sealed record RestoreResult(CaseRestore Restore, UserFixtures Fixtures, bool CountsItems) : IResult
{
    private const string SyncNamespace = "http://commcarehq.org/sync";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>A preview has the same content and leaves no sync log: no phone may use its token.</summary>
    public bool IsPreview { get; init; }

    // The message and the token.
    private const int ItemsInHead = 2;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        await using var restore = Restore;
        var cancellationToken = httpContext.RequestAborted;
        httpContext.Response.ContentType = OpenRosaResponse.ContentType;
        httpContext.Response.Headers.CacheControl = "no-store";
        if (HttpMethods.IsHead(httpContext.Request.Method))
        {
            return;
        }
        int? cases = CountsItems ? await restore.CountAsync(cancellationToken) : null;
        using var body = new StreamedXml(httpContext.Response);
        var xml = body.Writer;
        xml.WriteStartElement("OpenRosaResponse", OpenRosaResponse.ResponseNamespace);
        if (cases is { } count)
        {
            xml.WriteAttributeString("items", (ItemsInHead + Fixtures.Items + count).ToString(CultureInfo.InvariantCulture));
        }
        WriteHead(xml, restore.Token);
        // Cases are read while fixtures are written.
        await using var sent = restore.SendAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var first = new Begun(sent.MoveNextAsync().AsTask());
        await Fixtures.WriteAsync(xml, () => body.SendIfFullAsync(cancellationToken), cancellationToken);
        var late = Task.Delay(Patience, cancellationToken);
        for (var isThere = await InTimeAsync(first.Task); isThere; isThere = await NextAsync())
        {
            CaseBlockWriter.Write(body.Bytes, sent.Current);
            await body.SendIfFullAsync(cancellationToken);
        }
        xml = body.Writer;
        if (!IsPreview)
        {
            await restore.CommitAsync(cancellationToken);
        }
        xml.WriteEndElement();
        if (StorageOperations.Current is { } operations)
        {
            // The headers may have been sent already, so this comment replaces `Server-Timing`.
            xml.WriteComment(string.Create(CultureInfo.InvariantCulture, $" storage operations: {operations.Count} "));
        }
        await body.EndAsync(cancellationToken);

        ValueTask<bool> NextAsync()
        {
            var next = sent.MoveNextAsync();
            return next.IsCompleted || httpContext.Response.HasStarted ? next : new ValueTask<bool>(InTimeAsync(next.AsTask()));
        }

        async Task<bool> InTimeAsync(Task<bool> next)
        {
            if (!httpContext.Response.HasStarted && await Task.WhenAny(next, late) == late)
            {
                await body.SendAsync(cancellationToken);
            }
            return await next;
        }
    }

    private void WriteHead(XmlWriter xml, SyncToken token)
    {
        xml.WriteStartElement("message", OpenRosaResponse.ResponseNamespace);
        xml.WriteAttributeString("nature", "ota_restore_success");
        xml.WriteString(XmlOut.Text($"Successfully restored account {Fixtures.User.Username}!"));
        xml.WriteEndElement();

        xml.WriteStartElement("Sync", SyncNamespace);
        xml.WriteElementString("restore_id", SyncNamespace, token.Value);
        xml.WriteEndElement();
    }

    /// <summary>The first case, which is waited for before the sequence is disposed of: an enumerator must not be while it runs.</summary>
    private readonly record struct Begun(Task<bool> Task) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => new(System.Threading.Tasks.Task.WhenAny(Task));
    }
}
