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

    public ReceivedFormAnswer Answer(DomainUser user)
    {
        var root = FormJson.Read(Xml);
        var isEdited = Version.Id == Submission.Current.Id && Submission.Edits > 0;
        return new()
        {
            Id = Id,
            Domain = user.Domain,
            Type = root.Name.LocalName,
            Xmlns = root.Name.NamespaceName,
            Version = root.Attribute("version")?.Value ?? Version.FormVersion,
            UiVersion = root.Attribute("uiVersion")?.Value,
            ReceivedOn = CaseShapes.Time(Submission.CreatedAt),
            ServerModifiedOn = CaseShapes.Time(Submission.IndexedOn),
            IndexedOn = CaseShapes.Time(Submission.IndexedOn),
            EditedOn = isEdited ? CaseShapes.Time(Submission.Current.CreatedAt) : null,
            AppId = Submission.Sender.AppId,
            BuildId = null, // There are no apps here, so no builds of them.
            SubmitIp = Version.Sender.Address,
            IsPhoneSubmission = Version.Sender.IsPhone,
            EditedByUserId = isEdited ? Version.Sender.UserId : null,
            Archived = Submission.DeletedAt is not null,
            InitialProcessingComplete = true,
            Problem = Version.Problem,
            Form = new FormContent(root),
            Metadata = FormJson.Metadata(root),
            Attachments = Attachments(user),
            ResourceUri = $"/a/{user.Domain}/api/form/v1/{Links.Encode(Id)}/",
        };
    }

    private OrderedDictionary<string, FormFileAnswer> Attachments(DomainUser user)
    {
        var folder = $"{Origin}/a/{user.Domain}/api/form/attachment/{Links.Encode(Version.Id.Value)}";
        var files = new OrderedDictionary<string, FormFileAnswer> { [XmlName] = new(XmlType, Xml.Length, $"{folder}/{XmlName}") };
        foreach (var file in Media.Where(file => file.Exists && file.Name != XmlName).DistinctBy(file => file.Name))
        {
            files.Add(file.Name, new(file.ContentType, file.Size!.Value, $"{folder}/{Links.Encode(file.Name)}"));
        }
        return files;
    }
}
