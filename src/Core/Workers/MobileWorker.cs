using System.Text.RegularExpressions;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Workers;

/// <summary>
/// A person who collects data with a phone in one project's domain. Signs in with <see cref="Username"/>, and owns cases by <see
/// cref="UserId"/>.
/// <see cref="Actor"/> is the number by which submissions name them.
/// </summary>
public sealed partial record MobileWorker(ProjectId Project, string Username, OwnerId UserId, ActorId Actor, DateOnly JoinedOn)
{
    public string FirstName { get; init; } = "";

    public string LastName { get; init; } = "";

    public string Email { get; init; } = "";

    public string Language { get; init; } = "";

    public IReadOnlyList<string> PhoneNumbers { get; init; } = [];

    /// <summary>User data that the project defines, sent to phones with every sync.</summary>
    public IReadOnlyDictionary<string, string> UserData { get; init; } = new Dictionary<string, string>();

    /// <summary>The ids of all locations that the worker is assigned to, <see cref="PrimaryLocation"/> among them.</summary>
    public IReadOnlyList<string> Locations { get; init; } = [];

    public string? PrimaryLocation { get; init; }

    /// <summary>When the worker was last assigned to other locations: phones need other fixtures then.</summary>
    public DateTimeOffset LocationsChangedAt { get; init; }

    public bool IsActive { get; init; } = true;

    /// <summary>The account stays, so that its phone gets an explanation, until the username is used again.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    internal string? PasswordHash { get; init; }

    /// <summary>1 to 80 of the characters that a username may have, in lower case.</summary>
    public static bool IsUsername(string text) => Allowed().IsMatch(text);

    public string FullName => $"{FirstName} {LastName}".Trim();

    /// <summary>As submissions and the audit show them.</summary>
    public string DisplayName => FullName.Length == 0 ? Username : FullName;

    [GeneratedRegex(@"\A[a-z0-9._'-]{1,80}\z")]
    private static partial Regex Allowed();
}
