using System.Globalization;
using System.Xml;
using ServerlessRosa.Core.Restore;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Workers;
using ServerlessRosa.Functions.CommCare;
using ServerlessRosa.Functions.Http;

namespace ServerlessRosa.Functions.Restore;

/// <summary>
/// A restore on its way to the phone (spec 2 of CommCare). What doesn't depend on cases leaves first, so that no phone waits in vain for its first byte;
/// the root's last tag leaves only when the sync log is written. Where the root has to say how many children it has, all cases are read first.
/// </summary>
public sealed record RestoreResult(CaseRestore Restore, DomainUser User, bool CountsItems) : IResult
{
    private const string SyncNamespace = "http://commcarehq.org/sync";
    private const string RegistrationNamespace = "http://openrosa.org/user/registration";
    private const int ItemsBeforeCases = 4;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        await using var restore = Restore;
        var hangUp = httpContext.RequestAborted;
        httpContext.Response.ContentType = OpenRosa.ContentType;
        httpContext.Response.Headers.CacheControl = "no-store";
        if (HttpMethods.IsHead(httpContext.Request.Method))
        {
            return;
        }
        int? cases = CountsItems ? await restore.CountAsync(hangUp) : null;
        using var body = new StreamedXml(httpContext.Response.Body);
        var xml = body.Writer;
        xml.WriteStartElement("OpenRosaResponse", CommCareAnswers.ResponseNamespace);
        if (cases is { } count)
        {
            xml.WriteAttributeString("items", (ItemsBeforeCases + count).ToString(CultureInfo.InvariantCulture));
        }
        WriteHead(xml, restore.Token);
        WriteFixtures(xml);
        await body.SendAsync(hangUp);
        await foreach (var sent in restore.SendAsync(hangUp))
        {
            CaseBlockWriter.Write(xml, sent);
            await body.SendIfFullAsync(hangUp);
        }
        await restore.CommitAsync(hangUp);
        xml.WriteEndElement();
        if (StorageOperations.Current is { } operations)
        {
            // The headers have left long ago, so what `Server-Timing` says elsewhere stands here.
            xml.WriteComment(string.Create(CultureInfo.InvariantCulture, $" storage operations: {operations.Count} "));
        }
        await body.SendAsync(hangUp);
    }

    private DateOnly Joined => User.Worker?.JoinedOn ?? DateOnly.FromDateTime(User.Actor.CreatedAt.UtcDateTime);

    private void WriteHead(XmlWriter xml, SyncToken token)
    {
        xml.WriteStartElement("message", CommCareAnswers.ResponseNamespace);
        xml.WriteAttributeString("nature", "ota_restore_success");
        xml.WriteString(XmlOut.Text($"Successfully restored account {User.Username}!"));
        xml.WriteEndElement();

        xml.WriteStartElement("Sync", SyncNamespace);
        xml.WriteElementString("restore_id", SyncNamespace, token.Value);
        xml.WriteEndElement();

        xml.WriteStartElement("Registration", RegistrationNamespace);
        xml.WriteElementString("username", RegistrationNamespace, XmlOut.Text(User.Username));
        xml.WriteElementString("password", RegistrationNamespace, "");
        xml.WriteElementString("uuid", RegistrationNamespace, XmlOut.Text(User.UserId.Value));
        xml.WriteElementString("date", RegistrationNamespace, Joined.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        xml.WriteEndElement();
    }

    private void WriteFixtures(XmlWriter xml)
    {
        xml.WriteStartElement("fixture", CommCareAnswers.ResponseNamespace);
        xml.WriteAttributeString("id", "user-groups");
        xml.WriteAttributeString("user_id", XmlOut.Text(User.UserId.Value));
        xml.WriteElementString("groups", CommCareAnswers.ResponseNamespace, "");
        xml.WriteEndElement();
    }
}
