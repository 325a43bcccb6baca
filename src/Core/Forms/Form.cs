using System.Text.Json.Serialization;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Forms;

/// <summary>
/// `open` accepts submissions and is listed; `closing` accepts submissions but is not listed; `closed` does neither (OR-203, OR-204).
/// </summary>
public enum FormState
{
    Open,
    Closing,
    Closed,
}

public static class FormStates
{
    /// <summary>Refuses an unknown name with 400.8 (OR-262).</summary>
    public static FormState Parse(string name) =>
        name switch
        {
            "open" => FormState.Open,
            "closing" => FormState.Closing,
            "closed" => FormState.Closed,
            _ => throw Problem.UnexpectedValue("state", name, "it is not a recognized state name.").AsException(),
        };
}

/// <summary>
/// A form of a project, with everything that formList, submission and rights need, in one row. <see cref="Number"/> identifies it in
/// storage and in rights; its <see cref="Id"/> may be reused by another form after this one is deleted.
/// </summary>
public sealed record Form(ProjectId Project, int Number, FormId Id, FormState State, DateTimeOffset CreatedAt)
{
    public DateTimeOffset? UpdatedAt { get; init; }

    public ActorId? CreatedBy { get; init; }

    /// <summary>When it was moved to the trash; null when it is not in the trash.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>An extension of this server, shown by formList with `verbose=true` (OR-101).</summary>
    public string? Description { get; init; }

    public bool WebFormsEnabled { get; init; }

    /// <summary>The current published version; null before the first publication.</summary>
    public FormDefinition? Published { get; init; }

    public FormDraft? Draft { get; init; }

    /// <summary>The counts of partitions of its published submissions; null for one partition.</summary>
    public IReadOnlyList<ShardCount>? ShardCounts { get; init; }

    [JsonIgnore]
    public SubmissionShards Shards => ShardCounts is null ? SubmissionShards.One : SubmissionShards.Of(ShardCounts);

    public Scope Scope => Scope.Of(Project, Number);

    /// <summary>
    /// The definition that the management API shows: the published version, or the draft of a form that was never published.
    /// </summary>
    public FormDefinition Shown => Published ?? Draft!.Definition;
}

/// <summary>
/// An uploaded definition: a draft or a published version. <see cref="Key"/> identifies its XML and media in storage, which are immutable
/// once published. The hashes are of the exact bytes served (OR-091), in lower-case hexadecimal.
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

    /// <summary>The number of the actor who published it; null for drafts, and where that was not recorded.</summary>
    public int? PublishedBy { get; init; }

    /// <summary>Whether the form expects media, so that formList includes a manifestUrl (OR-094).</summary>
    public bool ExpectsMedia { get; init; }

    /// <summary>`base64RsaPublicKey`: when present, phones encrypt their submissions.</summary>
    public string? PublicKey { get; init; }

    /// <summary>The number of that key in the project.</summary>
    public int? KeyId { get; init; }

    /// <summary>The paths of the fields that name attachments (OR-214).</summary>
    public IReadOnlyList<string> BinaryPaths { get; init; } = [];

    /// <summary>The entity declarations; empty for most forms.</summary>
    public IReadOnlyList<FormEntity> Entities { get; init; } = [];

    /// <summary>The workbook that it was made from; null when it was uploaded as XML (XF-010).</summary>
    public FormWorkbook? Workbook { get; init; }

    /// <summary>Published definitions only: the datasets that phones download with the form.</summary>
    public IReadOnlyList<string> LinkedDatasets { get; init; } = [];

    [JsonIgnore]
    public string ETag => $"\"{Md5}\"";
}

/// <summary>
/// A draft under test. Its submissions belong to this upload of it and are deleted with it (OR-252); the token stays the same when the
/// draft is replaced (OR-253).
/// </summary>
public sealed record FormDraft(FormDefinition Definition, string TokenHash, string ProtectedToken);

/// <summary>
/// A media slot of a definition, with its file or dataset, if any. <see cref="Blob"/> may be shared by several definitions, since blobs are
/// immutable.
/// </summary>
public sealed record FormMedia(string Name, string Type)
{
    public string? Blob { get; init; }

    public string? Md5 { get; init; }

    public long? Size { get; init; }

    public string? ContentType { get; init; }

    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>The dataset that is served instead of a file; null when there is none.</summary>
    public string? Dataset { get; init; }

    public bool Exists => Blob is not null || Dataset is not null;
}
