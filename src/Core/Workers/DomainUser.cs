using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Projects;

namespace ServerlessRosa.Core.Workers;

/// <summary>
/// A user of a domain: a mobile worker, or a web user (<see cref="Worker"/> is null). In its domain, a mobile worker has the rights of a
/// data collector, without a role.
/// </summary>
public sealed record DomainUser(Project Project, Actor Actor, MobileWorker? Worker)
{
    public static DomainUser Of(Project project, MobileWorker worker) =>
        new(
            project,
            new Actor(
                worker.Actor,
                ActorKind.MobileWorker,
                worker.DisplayName,
                Grants.None.With(new Grant(Role.DataCollector.Id, Scope.Of(project.Id))),
                new DateTimeOffset(worker.JoinedOn, TimeOnly.MinValue, TimeSpan.Zero)
            )
            {
                Project = project.Id,
            },
            worker
        );

    public string Domain => Project.Domain!;

    /// <summary>The owner id of the user's cases, and `userID` in forms.</summary>
    public OwnerId UserId => Worker?.UserId ?? OfWebUser(Actor.Id);

    /// <summary>The username, without a domain, as entered at sign-in.</summary>
    public string Username => Worker?.Username ?? Actor.Email!;

    /// <summary>Phones of people who have no business here are asked for other credentials.</summary>
    public bool IsMember => Worker is not null || Actor.May(Verb.ProjectRead, Scope.Of(Project.Id));

    /// <summary>Web users own cases too, by an id that stays the same.</summary>
    public static OwnerId OfWebUser(ActorId user) => new(WebUserPrefix + user);

    /// <summary>A prefix that no mobile worker's id may have.</summary>
    internal const string WebUserPrefix = "web-user-";
}
