using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Entities;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Recovery;

namespace ServerlessRosa.Core.Submissions;

/// <summary>A submission whose XML and files are stored, and whose rows are not yet written.</summary>
internal sealed record StagedSubmission(
    SubmissionSpace Space,
    SubmissionHead Head,
    DuplicatePolicy DuplicatePolicy,
    SubmissionVersion Version,
    ReadOnlyMemory<byte> Xml,
    IReadOnlyDictionary<string, SubmissionMedia> Received
)
{
    /// <summary>The submission that the address names, for an edit by Central's REST API; otherwise null.</summary>
    public InstanceId? Addressed { get; init; }

    public CaseBlocks Blocks { get; init; } = CaseBlocks.None;

    public IReadOnlyList<EntityBlock> Entities { get; init; } = [];

    public string? SyncToken { get; init; }

    public bool IsCommCare => DuplicatePolicy == DuplicatePolicy.CommCare;

    /// <summary>Whether there may be work after the commit.</summary>
    internal bool HasSideEffects => Blocks.Blocks.Count > 0 || Entities.Count > 0;

    internal Intent Intent => new(Space, Version.Id, Version.XmlHash, Version.CreatedAt, SyncToken);

    internal IEnumerable<string> ReceivedBlobs => Received.Values.Select(file => file.Blob!);

    /// <summary>Rows 5 to 9.</summary>
    internal SubmissionDecision DecideNew(Instance? found) => DecideSubmission.New(DuplicatePolicy, Version.Id, Version.XmlHash, found);

    /// <summary>Rows 10 to 15.</summary>
    internal SubmissionDecision DecideEdit(InstanceId deprecatedId, Instance? found, Instance? deprecated) =>
        DecideSubmission.Edit(DuplicatePolicy, Version.Id, Version.XmlHash, deprecatedId, found, deprecated);

    /// <summary>Rows 6, 7, 13 and 14.</summary>
    internal SubmissionDecision DecideRefill(Instance? found) =>
        DecideSubmission.Refill(DuplicatePolicy, Version.Id, Version.XmlHash, found);

    internal void Count(string outcome) => Telemetry.Submitted(Space.Draft is null ? outcome : Telemetry.Draft);

    /// <summary>Throws the refusal of an edit whose `deprecatedID` belongs to another submission than the address names.</summary>
    internal void RequireAddressed(InstanceId deprecatedId, InstanceId root)
    {
        if (DecideSubmission.RefuseOtherSubmission(Version.Id, deprecatedId, root, Addressed) is { } refusal)
        {
            throw refusal.AsException();
        }
    }

    /// <summary>Whether cases depend on this version or on one before it.</summary>
    internal bool ConcernsCases(Submission before) => Space.Draft is null && (Blocks.Blocks.Count > 0 || before.CaseBlocks > 0);

    internal Submission NewSubmission() =>
        new(Version.Id, Version.Sender, Version.FormVersion, Version.CreatedAt, Version)
        {
            CaseBlocks = Head.CaseBlocks,
            MediaExpected = Version.Media.Count,
            MediaPresent = Version.Media.Count(file => file.Exists),
        };

    internal Submission EditOf(Submission submission, Instance before) =>
        EditedSubmission.Of(Version, Head.CaseBlocks, IsCommCare, submission, before);
}
