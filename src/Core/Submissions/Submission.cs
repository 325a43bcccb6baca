using System.Text.Json.Serialization;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Submissions;

/// <summary>The spaces of a form.</summary>
public static class SubmissionSpaces
{
    extension(SubmissionSpace)
    {
        public static SubmissionSpace Published(Form form) => new(form.Project, form.Number, null) { Shards = form.Shards };

        public static SubmissionSpace OfDraft(Form form) => new(form.Project, form.Number, form.Draft!.Definition.Key);
    }
}

/// <summary>The submitter and the device.</summary>
public sealed record Sender(ActorId? Submitter, string? DeviceId, string? UserAgent)
{
    /// <summary>The id of the CommCare app, or of its build, in the address that the form was sent to.</summary>
    public string? AppId { get; init; }

    /// <summary>The address that CommCare's receiver had the form from.</summary>
    public string? Address { get; init; }

    /// <summary>The submitter as CommCare's forms name it: a mobile worker's or web user's `userID`; null for others.</summary>
    public string? UserId { get; init; }

    /// <summary>Whether a client of the OpenRosa protocol sent it.</summary>
    public bool IsPhone { get; init; }
}

/// <summary>One version of a submission: as first sent, or one of its edits. The XML is named by the SHA-256 of its bytes.</summary>
public sealed record SubmissionVersion(
    InstanceId Id,
    string XmlHash,
    string FormVersion,
    Sender Sender,
    string? InstanceName,
    DateTimeOffset CreatedAt
)
{
    /// <summary>In the order in which the form names them; the same on every read.</summary>
    public IReadOnlyList<SubmissionMedia> Media { get; init; } = [];

    /// <summary>Why its case blocks were not applied, as `InvalidCaseIndex: ...`; null if they are valid (CC-081).</summary>
    public string? Problem { get; init; }
}

/// <summary>
/// An attachment that the XML names, and its file once received (OR-218). <see cref="Blob"/> may be shared with an earlier version.
/// </summary>
public sealed record SubmissionMedia(string Name, bool IsAudit)
{
    public string? Blob { get; init; }

    public string? Md5 { get; init; }

    public long? Size { get; init; }

    public string? ContentType { get; init; }

    public bool Exists => Blob is not null;
}

/// <summary>
/// A submission as listed. Its root instance id is its permanent identity (OR-221); <see cref="Current"/> is its current version.
/// </summary>
public sealed record Submission(InstanceId RootId, Sender Sender, string FormVersion, DateTimeOffset CreatedAt, SubmissionVersion Current)
{
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>As on the wire: null, `hasIssues`, `edited`, `rejected` or `approved`.</summary>
    public string? ReviewState { get; init; }

    public int Edits { get; init; }

    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>When it was last deleted or restored.</summary>
    [JsonIgnore]
    public DateTimeOffset? MovedAt { get; init; }

    /// <summary>When it was deleted or restored the last times, oldest first.</summary>
    [JsonIgnore]
    public IReadOnlyList<DateTimeOffset> Moves { get; init; } = [];

    /// <summary>How many case blocks the current XML carries.</summary>
    public int CaseBlocks { get; init; }

    public int MediaExpected { get; init; }

    public int MediaPresent { get; init; }

    /// <summary>When storage last wrote the submission's row: after its receipt and every change.</summary>
    [JsonIgnore]
    public DateTimeOffset? IndexedOn { get; init; }
}

public sealed record SubmissionComment(string Body, ActorId Author, DateTimeOffset CreatedAt);
