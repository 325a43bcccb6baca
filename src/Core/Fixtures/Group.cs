using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Fixtures;

/// <summary>Workers who belong together. With <see cref="CaseSharing"/> the group owns cases, which all of its members have on their
/// phones.</summary>
public sealed record Group(string Id, string Name)
{
    public bool CaseSharing { get; init; }

    public bool Reporting { get; init; }

    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>The user ids of its members.</summary>
    public IReadOnlyList<string> Users { get; init; } = [];

    internal Group With(OwnerId user) => Users.Contains(user.Value) ? this : this with { Users = [.. Users, user.Value] };

    internal Group Without(OwnerId user) => this with { Users = [.. Users.Where(member => member != user.Value)] };
}
