using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Cases;

/// <summary>The context of a change: the form, when the server received it, and the sync token it was sent with.</summary>
public sealed record CaseChangeContext(CaseForm Form, DateTimeOffset At, string? SyncToken);

/// <summary>
/// Applies case blocks to a case (CC-058 to CC-069, CC-072 to CC-079). Pure functions: they may run again on a newer version of the case.
/// </summary>
public static class CaseChanges
{
    private const string ExternalId = "external_id";
    private static readonly Dictionary<string, string> Nothing = [];

    /// <summary>
    /// The case after those of the form's blocks that name it. Blocks apply in the order of their earliest action, not of the document
    /// (CC-061); an unknown case starts without type and name (CC-062). Increments the version and appends the form.
    /// </summary>
    public static Case Apply(Case? before, ProjectId project, CaseId id, CaseBlocks blocks, CaseChangeContext context)
    {
        var value = before ?? new Case(id, project);
        var version = value.Version + 1;
        return Apply(value, blocks, context.At) with
        {
            Version = version,
            Transactions = [.. value.Transactions, TransactionOf(id, version, blocks, context)],
        };
    }

    /// <summary>The change that a form makes as the newest of the case.</summary>
    internal static CaseTransaction TransactionOf(CaseId id, int version, CaseBlocks blocks, CaseChangeContext context) =>
        new(context.Form, version, context.At, context.SyncToken)
        {
            User = blocks.UserId.Length > 0 ? blocks.UserId : null,
            Date = blocks.DateOf(id),
        };

    /// <summary>Whether the form belongs before others of the case, although it is received after them. A deleted case stays deleted, so
    /// that a replay would say too much.</summary>
    internal static bool IsLate(Case? before, CaseId id, CaseBlocks blocks, CaseChangeContext context) =>
        before is { Deleted: false }
        && FormOrder.PlaceOf(TransactionOf(id, before.Version + 1, blocks, context), before.Transactions) < before.Transactions.Count;

    /// <summary>
    /// The case replayed from this list of forms instead of its own. Without any case block it is deleted, and keeps its values for the
    /// phones that have it (CC-124). Increments the version.
    /// </summary>
    internal static Case Replay(Case value, IReadOnlyList<(CaseTransaction Transaction, CaseBlocks Blocks)> forms)
    {
        var version = value.Version + 1;
        var replayed = forms.All(form => form.Blocks.Blocks.All(block => block.Id != value.Id || block.Ledger is not null))
            ? value with
            {
                Deleted = true,
            }
            : forms.Aggregate(Reset(value), (current, form) => Apply(current, form.Blocks, form.Transaction.At));
        return replayed with { Version = version, Transactions = [.. forms.Select(form => form.Transaction)] };
    }

    private static Case Apply(Case value, CaseBlocks blocks, DateTimeOffset at)
    {
        var mine = blocks.Blocks.Where(block => block.Id == value.Id).OrderBy(EarliestAction).ToList();
        if (value.Deleted && mine.Any(block => block.Create is not null))
        {
            value = Reset(value);
        }
        return mine.Aggregate(value, (current, block) => Apply(current, block, blocks.UserOf(block), at));
    }

    /// <summary>The case without any values from forms; only its counters remain.</summary>
    private static Case Reset(Case value) =>
        new(value.Id, value.Project)
        {
            Version = value.Version,
            Revision = value.Revision,
            ServerModifiedOn = value.ServerModifiedOn,
            Extensions = value.Extensions,
            FormerOwners = value.FormerOwners,
            Transactions = value.Transactions,
            Ledger = Ledgers.Empty(value.Ledger),
            Forgotten = [.. value.Forgotten.Union(value.Properties.Keys).Union(value.ExternalId.Length > 0 ? [ExternalId] : [])],
        };

    /// <summary>
    /// The effects of the blocks on the phone that submits them, in document order (CC-135 to CC-138). <paramref name="after"/> finds a
    /// case as it is after the form. When the form changed a case differently than on the phone, as an edit does, the effect has no
    /// version.
    /// </summary>
    public static IReadOnlyList<CaseEffect> Effects(CaseBlocks blocks, CaseChangeContext context, Func<CaseId, Case?> after) =>
        [
            .. blocks.Blocks.Select(block => new CaseEffect(
                block.Id,
                block.Create is not null,
                NewOwner(block, blocks.UserOf(block)),
                block.Closes,
                block.Indices,
                after(block.Id)
                    ?.Transactions.LastOrDefault(transaction =>
                        transaction.Form == context.Form && transaction.SyncToken == context.SyncToken
                    )
                    ?.Version
            )),
        ];

    // A phone takes an empty owner_id literally.
    private static OwnerId? NewOwner(CaseBlock block, string user)
    {
        if (block.Update?.GetValueOrDefault("owner_id") is { } updated)
        {
            return new OwnerId(updated);
        }
        return block.Create is null
            ? null
            : new OwnerId(block.Create.GetValueOrDefault("owner_id") is { Length: > 0 } owner ? owner : user);
    }

    private static int EarliestAction(CaseBlock block) =>
        block switch
        {
            { Create.Count: > 0 } => 0,
            { Update.Count: > 0 } => 1,
            { Indices.Count: > 0 } => 2,
            { Closes: true } => 3,
            { Ledger: null } => 4,

            // As in CommCare HQ, after all case blocks of the form.
            _ => 5,
        };

    private static Case Apply(Case value, CaseBlock block, string user, DateTimeOffset receivedAt)
    {
        if (block.Ledger is { } changes)
        {
            return value with { Ledger = Ledgers.Apply(value.Ledger, changes) };
        }
        var modifiedOn = block.ModifiedOn ?? receivedAt;
        value = Known(value, block.Create ?? Nothing);
        value = Custom(Known(value, block.Update ?? Nothing), block.Update ?? Nothing);
        if (block.Closes)
        {
            value = value with { Closed = true, ClosedOn = modifiedOn, ClosedBy = user };
        }
        return value with
        {
            Indices = block.Indices.Aggregate(value.Indices, WithIndex),
            ModifiedBy = user,
            ModifiedOn = value.ModifiedOn > modifiedOn ? value.ModifiedOn : modifiedOn,
            OpenedOn = value.OpenedOn ?? modifiedOn,
            OpenedBy = value.OpenedBy.Length > 0 ? value.OpenedBy : user,
            Owner = value.Owner.Value.Length > 0 ? value.Owner : new OwnerId(user),
        };
    }

    // An empty value does not change a fixed field (CC-064).
    private static Case Known(Case value, IReadOnlyDictionary<string, string> values)
    {
        foreach (var (name, text) in values.Where(one => one.Value.Length > 0))
        {
            value = name switch
            {
                "case_type" => value with { Type = text },
                "case_name" or "name" => value with { Name = text },
                "owner_id" => value with { Owner = new OwnerId(text) },
                ExternalId or "hq_user_id" => value with { ExternalId = text },
                "date_opened" => value with { OpenedOn = CaseDates.Parse(text) },
                _ => value,
            };
        }
        return value;
    }

    private static Case Custom(Case value, IReadOnlyDictionary<string, string> values)
    {
        var custom = values.Where(one => !IsNeverCustom(one.Key)).ToList();
        if (custom.Count == 0)
        {
            return value;
        }
        var properties = new Dictionary<string, string>(value.Properties);
        foreach (var (name, text) in custom)
        {
            properties[name] = text;
        }
        return value with { Properties = properties };
    }

    private static bool IsNeverCustom(string name) =>
        name
            is "case_id"
                or "case_type"
                or "case_name"
                or "name"
                or "owner_id"
                or ExternalId
                or "user_id"
                or "date_opened"
                or "date_modified"
                or "supply_point_location_id";

    private static IReadOnlyList<CaseIndex> WithIndex(IReadOnlyList<CaseIndex> indices, CaseIndex index)
    {
        var before = indices.FirstOrDefault(one => one.Identifier == index.Identifier);
        if (index.Target is null)
        {
            return before is null ? indices : [.. indices.Select(one => one == before ? one with { Target = null } : one)];
        }
        return before is null ? [.. indices, index] : [.. indices.Select(one => one == before ? index : one)];
    }
}
