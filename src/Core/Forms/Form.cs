using System.Text.Json.Serialization;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Forms;

/// <summary>`open` takes submissions and is listed; `closing` takes them but is listed no more; `closed` takes none (OR-203,
/// OR-204).</summary>
public enum FormState
{
    Open,
    Closing,
    Closed,
}

/// <summary>
/// A form of a project: what formList, submission and rights need of it, in one row. <see cref="Number"/> is its identity in storage and in
/// rights; its <see cref="Id"/> may be used again by another form once this one is deleted.
/// </summary>
public sealed record Form(ProjectId Project, int Number, FormId Id, FormState State, DateTimeOffset CreatedAt)
{
    public DateTimeOffset? UpdatedAt { get; init; }

    public ActorId? CreatedBy { get; init; }

    /// <summary>When it went to the trash.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>An addition of ours, shown by formList with `verbose=true` (OR-101).</summary>
    public string? Description { get; init; }

    public bool WebFormsEnabled { get; init; }

    /// <summary>The version that phones get now.</summary>
    public FormDefinition? Published { get; init; }

    public FormDraft? Draft { get; init; }

    public Scope Scope => Scope.Of(Project, Number);

    /// <summary>What the management API shows of the form: the published version, or the draft of one never published.</summary>
    public FormDefinition Shown => Published ?? Draft!.Definition;
}

/// <summary>
/// One uploaded definition: a draft, or a published version. <see cref="Key"/> names its XML and its media in storage; neither changes
/// any more once it is published. The hashes are of the exact bytes served (OR-091), in lower-case hex.
/// </summary>
public sealed record FormDefinition(
    string Key,
    string Version,
    string? Title,
    string Md5,
    string Sha1,
    string Sha256,
    DateTimeOffset CreatedAt
)
{
    public DateTimeOffset? PublishedAt { get; init; }

    /// <summary>Whether the XML expects any media, so that formList shows a manifestUrl (OR-094).</summary>
    public bool ExpectsMedia { get; init; }

    public string? PublicKey { get; init; }

    /// <summary>Where submissions name their attachments (OR-214).</summary>
    public IReadOnlyList<string> BinaryPaths { get; init; } = [];

    /// <summary>What its submissions do to datasets; empty for most forms.</summary>
    public IReadOnlyList<FormEntity> Entities { get; init; } = [];

    /// <summary>Published definitions only: the datasets that phones get with the form.</summary>
    public IReadOnlyList<string> LinkedDatasets { get; init; } = [];

    [JsonIgnore]
    public string ETag => $"\"{Md5}\"";
}

/// <summary>A draft under test. Its submissions belong to this upload of it and vanish with it (OR-252); the token outlives a
/// replacement (OR-253).</summary>
public sealed record FormDraft(FormDefinition Definition, string TokenHash, string ProtectedToken);

/// <summary>A media slot of a definition, and the file or the dataset in it, if any. <see cref="Blob"/> may be shared by several
/// definitions: a blob never changes.</summary>
public sealed record FormMedia(string Name, string Type)
{
    public string? Blob { get; init; }

    public string? Md5 { get; init; }

    public long? Size { get; init; }

    public string? ContentType { get; init; }

    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>The dataset whose entities stand here instead of a file.</summary>
    public string? Dataset { get; init; }

    public bool Exists => Blob is not null || Dataset is not null;
}
