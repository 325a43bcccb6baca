using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Cases;

/// <summary>A case block of a form, as read (CC-056 to CC-084). Null stands for what the block does not contain.</summary>
public sealed record CaseBlock(CaseId Id)
{
    /// <summary>UTC; null when absent, which means the time of receipt (CC-070).</summary>
    public DateTimeOffset? ModifiedOn { get; init; }

    /// <summary>The block's own `user_id`; null when absent, which means the form's `userID`.</summary>
    public string? UserId { get; init; }

    /// <summary>
    /// Names and values of the `create` element's children; the last of duplicates wins. Null when the block creates nothing.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Create { get; init; }

    public IReadOnlyDictionary<string, string>? Update { get; init; }

    /// <summary>A null target removes the index.</summary>
    public IReadOnlyList<CaseIndex> Indices { get; init; } = [];

    public bool Closes { get; init; }

    /// <summary>Changes of the case's balances by a block of the form's ledger (CC-156), which has nothing else; null for a case
    /// block.</summary>
    public IReadOnlyList<LedgerChange>? Ledger { get; init; }
}

/// <summary>
/// The effect of one case block on the phone that submits it, in document order (CC-135 to CC-138). It is stored with the phone's sync
/// token, so that the server can compute which cases the phone has. <see cref="Version"/> is the case's version after the form, null when
/// the form did not change it.
/// </summary>
public sealed record CaseEffect(CaseId Case, bool Creates, OwnerId? Owner, bool Closes, IReadOnlyList<CaseIndex> Indices, int? Version);
