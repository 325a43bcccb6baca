using System.Text.Json;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Core.Workers;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>A received form as CommCare HQ's JSON (CC-144 to CC-146).</summary>
internal sealed record FormShape(Submission Submission, SubmissionVersion Version, ReadOnlyMemory<byte> Xml)
{
    public const string XmlName = "form.xml";
    public const string XmlType = "text/xml";

    /// <summary>What the API calls the form: its first id in lists, so that an edit is the same form.</summary>
    public required string Id { get; init; }

    /// <summary>The address of attachments is below it.</summary>
    public required string Origin { get; init; }

    /// <summary>The files of the version.</summary>
    public IReadOnlyList<SubmissionMedia> Media { get; init; } = [];

    public void Write(Utf8JsonWriter json, DomainUser user)
    {
        var root = FormJson.Read(Xml);
        var isEdited = Version.Id == Submission.Current.Id && Submission.Edits > 0;
        json.WriteStartObject();
        json.WriteString("id", Id);
        json.WriteString("domain", user.Domain);
        json.WriteString("type", root.Name.LocalName);
        json.WriteString("xmlns", root.Name.NamespaceName);
        json.WriteString("version", root.Attribute("version")?.Value ?? Version.FormVersion);
        json.WriteString("uiversion", root.Attribute("uiVersion")?.Value);
        json.WriteString("received_on", CaseShapes.Time(Submission.CreatedAt));
        json.WriteString("server_modified_on", CaseShapes.Time(Submission.IndexedOn));
        json.WriteString("indexed_on", CaseShapes.Time(Submission.IndexedOn));
        json.WriteString("edited_on", isEdited ? CaseShapes.Time(Submission.Current.CreatedAt) : null);
        json.WriteString("app_id", Submission.Sender.AppId);
        json.WriteString("build_id", (string?)null);
        json.WriteBoolean("archived", Submission.DeletedAt is not null);
        json.WriteBoolean("initial_processing_complete", true);
        json.WriteString("problem", Version.Problem);
        json.WritePropertyName("form");
        FormJson.WriteForm(json, root);
        json.WritePropertyName("metadata");
        FormJson.WriteMetadata(json, root);
        WriteAttachments(json, user);
        json.WriteString("resource_uri", $"/a/{user.Domain}/api/form/v1/{Links.Encode(Id)}/");
        json.WriteEndObject();
    }

    private void WriteAttachments(Utf8JsonWriter json, DomainUser user)
    {
        json.WriteStartObject("attachments");
        WriteAttachment(json, user, XmlName, XmlType, Xml.Length);
        foreach (var file in Media.Where(file => file.Exists && file.Name != XmlName).DistinctBy(file => file.Name))
        {
            WriteAttachment(json, user, file.Name, file.ContentType, file.Size!.Value);
        }
        json.WriteEndObject();
    }

    private void WriteAttachment(Utf8JsonWriter json, DomainUser user, string name, string? type, long length)
    {
        json.WriteStartObject(name);
        json.WriteString("content_type", type);
        json.WriteNumber("length", length);
        json.WriteString("url", $"{Origin}/a/{user.Domain}/api/form/attachment/{Links.Encode(Version.Id.Value)}/{Links.Encode(name)}");
        json.WriteEndObject();
    }
}
