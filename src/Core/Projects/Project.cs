using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Projects;

/// <summary>A project: forms, submissions and users. <see cref="Domain"/> is its name in CommCare URLs, null when it has none.</summary>
public sealed record Project(
    ProjectId Id,
    string Name,
    string? Description,
    string? Domain,
    bool? Archived,
    DateTimeOffset CreatedAt,
    DateTimeOffset? UpdatedAt
)
{
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>The number of the key with which its forms are encrypted; null without managed encryption.</summary>
    public int? KeyId { get; init; }

    /// <summary>Whether mobile workers may search for cases that are not on their phone, and claim them.</summary>
    public bool CaseSearch { get; init; }

    /// <summary>By case type the properties in which a case search also finds similar words.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> FuzzyProperties { get; init; } =
        new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Whether each mobile worker has a case of type `commcare-user` (CC-155).</summary>
    public bool UserCases { get; init; }

    /// <summary>The names of the properties that app users and public links may have, by name.</summary>
    public IReadOnlyList<string> ActorProperties { get; init; } = [];
}
