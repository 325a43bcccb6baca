using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Cases;

/// <summary>
/// A case as stored in its owner's rows: what the index graph needs (CC-108 to CC-115) directly, the rest on request. When
/// <see cref="MovedTo"/> is not null the row is a tombstone: the case now belongs to that owner, and only its version is known.
/// </summary>
public sealed record OwnedCase(CaseId Id, int Version, int Revision, DateTimeOffset ServerModifiedOn)
{
    public OwnerId? MovedTo { get; init; }

    public string Type { get; init; } = "";

    public bool Closed { get; init; }

    public bool Deleted { get; init; }

    public int Extensions { get; init; }

    public IReadOnlyList<CaseIndex> Indices { get; init; } = [];

    internal Func<CancellationToken, ValueTask<Case>>? Body { get; init; }

    /// <summary>
    /// The whole case without transactions. Must not be called for a tombstone. No operation, or one for a case too large for a row.
    /// </summary>
    public ValueTask<Case> UnpackAsync(CancellationToken cancellationToken) =>
        Body is null ? throw new InvalidOperationException($"The tombstone of {Id} holds no case.") : Body(cancellationToken);
}

/// <summary>The position at which a page of cases ends.</summary>
public readonly record struct CasePlace(string Partition, string Row);
