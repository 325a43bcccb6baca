using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Xml;

namespace ServerlessRosa.Core.Submissions;

/// <summary>
/// Metadata on a submission's XML that its rows contain and its bytes do not, so that the rows can be rebuilt (docs/operations.md). <see
/// cref="StoredAt"/> is the time at which the whole body had been received; it orders submissions as they were committed.
/// </summary>
internal sealed record ReceiptMetadata(string Instance, DateTimeOffset At, DateTimeOffset StoredAt)
{
    /// <summary>Which draft it was sent to; null for the published form.</summary>
    public string? Draft { get; init; }

    public int? Submitter { get; init; }

    public string? Device { get; init; }

    public string? Agent { get; init; }

    public string? App { get; init; }

    public string? Address { get; init; }

    public string? User { get; init; }

    public bool IsPhone { get; init; }

    /// <summary>Whether its deprecatedID counts.</summary>
    public bool IsEdit { get; init; }

    public bool IsCommCare { get; init; }

    public string? SyncToken { get; init; }

    public int CaseBlocks { get; init; }

    internal Sender Sender =>
        new(Submitter is { } id ? new ActorId(id) : null, Device, Agent)
        {
            AppId = App,
            Address = Address,
            UserId = User,
            IsPhone = IsPhone,
        };

    internal static ReceiptMetadata Of(
        SubmissionSpace space,
        SubmissionVersion version,
        SubmissionHead head,
        bool isCommCare,
        string? syncToken,
        DateTimeOffset storedAt
    ) =>
        new(version.Id.Value, version.CreatedAt, storedAt)
        {
            Draft = space.Draft,
            Submitter = version.Sender.Submitter?.Value,
            Device = version.Sender.DeviceId,
            Agent = version.Sender.UserAgent,
            App = version.Sender.AppId,
            Address = version.Sender.Address,
            User = version.Sender.UserId,
            IsPhone = version.Sender.IsPhone,
            IsEdit = !isCommCare && head.DeprecatedId is not null,
            IsCommCare = isCommCare,
            SyncToken = Syncs.SyncToken.TryParse(syncToken, out var token) ? token.Value : null,
            CaseBlocks = head.CaseBlocks,
        };

    internal string Write() =>
        BlobNote.Write(this, this with { Device = Short(Device), Agent = Short(Agent) }, this with { Device = null, Agent = null });

    private static string? Short(string? text) => text is null ? null : ShortText.Cut(text, 100);
}

/// <summary>The slot for which a file was received. A name that metadata cannot hold is recorded by its hash.</summary>
internal sealed record FileNote(string? Name, string Md5, DateTimeOffset At)
{
    public string? NameHash { get; init; }

    public string? Draft { get; init; }

    internal bool IsFor(string name) => Name is null ? NameHash == TableKey.Hash(name) : Name == name;

    internal string Write() => BlobNote.Write(this, this with { Name = null, NameHash = TableKey.Hash(Name!) });
}
