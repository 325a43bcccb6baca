using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Projects;

namespace ServerlessRosa.Core.Workers;

/// <summary>
/// Who is at work in a domain: a mobile worker, or a web user (<see cref="Worker"/> is null). A mobile worker may there what a data
/// collector may: the actor says so, although no role was given.
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

    /// <summary>What cases are owned by, and what `userID` says in forms.</summary>
    public OwnerId UserId => Worker?.UserId ?? OfWebUser(Actor.Id);

    /// <summary>What was typed at the sign-in, without a domain.</summary>
    public string Username => Worker?.Username ?? Actor.Email!;

    /// <summary>Phones of people who have no business here are asked for other credentials.</summary>
    public bool IsMember => Worker is not null || Actor.May(Verb.ProjectRead, Scope.Of(Project.Id));

    /// <summary>Web users own cases too, by an id that stays the same.</summary>
    public static OwnerId OfWebUser(ActorId user) => new(WebUserPrefix + user);

    /// <summary>What no mobile worker's id may start with.</summary>
    internal const string WebUserPrefix = "web-user-";
}
