using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Projects;

/// <summary>A project: forms, submissions and the people who work with them. <see cref="Domain"/> is its name on the CommCare side, if
/// it has one.</summary>
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

    /// <summary>Whether mobile workers may look for cases that are not theirs, and claim them.</summary>
    public bool CaseSearch { get; init; }
}
