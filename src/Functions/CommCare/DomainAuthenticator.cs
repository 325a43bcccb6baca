using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Core.Workers;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>
/// Identifies the user of a domain's address (CC-004 to CC-011): by a mobile worker's or web user's password, or by a web
/// user's API key or session token. A session's cookie counts in administration only, never at the addresses of phones.
/// </summary>
public sealed class DomainAuthenticator(
    RequestAuthenticator authenticator,
    AuthenticateWorker workers,
    AuthenticateActor users,
    ApiKeys keys,
    ProjectDirectory projects,
    MobileWorkers accounts
)
{
    /// <summary>
    /// A mobile worker of the domain, or a web user who may read its project. Refuses others with 401.2, passwords on a connection that
    /// isn't confidential with 401.3, workers whose account has ended with 406, and who is known in a domain that there isn't with
    /// 404.1. Cold: two operations for a worker.
    /// </summary>
    public async Task<DomainUser> MemberAsync(HttpRequest request, string domain, CancellationToken cancellationToken)
    {
        var user = await FindAsync(request, domain, cancellationToken);
        return user.IsMember ? user : throw Problem.NotAuthenticated().AsException();
    }

    /// <summary>The same for administration: a web user with the verb on the project, who may also come with a session's cookie.
    /// Everybody else who is known is refused with 403.1.</summary>
    public async Task<DomainUser> WebUserAsync(HttpRequest request, string domain, string verb, CancellationToken cancellationToken)
    {
        var user = await authenticator.ByOwnCookieAsync(request, cancellationToken) is { } caller
            ? WebUser(await projects.FindByDomainAsync(domain.ToLowerInvariant(), cancellationToken), caller.Actor)
            : await FindAsync(request, domain, cancellationToken);
        (user.Worker is null ? user.Actor : null).Require(verb, Scope.Of(user.Project.Id));
        return user;
    }

    /// <summary>
    /// Logs in as another worker (CC-017): for callers who may change the worker's account, and so could set its password. Refuses other
    /// callers, and an unknown worker, with 401.2. One operation.
    /// </summary>
    public async Task<DomainUser> LogInAsAsync(DomainUser caller, string name, CancellationToken cancellationToken) =>
        caller.Worker is null
        && caller.Actor.May(Verb.ProjectUpdate, Scope.Of(caller.Project.Id))
        && WorkerName(name.Trim().ToLowerInvariant(), caller.Domain) is { } username
        && await accounts.FindByNameAsync(caller.Project.Id, username, cancellationToken) is { IsActive: true } worker
            ? DomainUser.Of(caller.Project, worker)
            : throw Problem.NotAuthenticated().AsException();

    private async Task<DomainUser> FindAsync(HttpRequest request, string domain, CancellationToken cancellationToken)
    {
        // The answer does not reveal to anonymous callers which domains exist.
        var credentials = Credentials(request);
        var project = await projects.FindByDomainAsync(domain.ToLowerInvariant(), cancellationToken);
        if (credentials is var (name, password))
        {
            var from = RequestAuthenticator.AddressOf(request);
            if (
                project is not null
                && WorkerName(name, project.Domain!) is { } username
                && await workers.ByPasswordAsync(project.Id, username, password, from, cancellationToken) is { } worker
            )
            {
                return worker switch
                {
                    { DeletedAt: not null } => throw Problem.WorkerDeleted().AsException(),
                    { IsActive: false } => throw Problem.WorkerDeactivated().AsException(),
                    _ => DomainUser.Of(project, worker),
                };
            }
            return WebUser(project, name.Contains('@') ? await users.ByPasswordAsync(name, password, from, cancellationToken) : null);
        }
        if (AuthorizationHeader.Parameter(request, "ApiKey") is { } parameter)
        {
            return WebUser(project, await ByApiKeyAsync(request, parameter, cancellationToken));
        }
        return WebUser(
            project,
            (
                await authenticator.ByTokenAsync(
                    AuthorizationHeader.Parameter(request, "Bearer") ?? throw Problem.NotAuthenticated().AsException(),
                    cancellationToken
                )
            ).Actor
        );
    }

    // `ApiKey name@example.org:0123...`
    private async Task<Actor?> ByApiKeyAsync(HttpRequest request, string parameter, CancellationToken cancellationToken)
    {
        RequireConfidential(request);
        return parameter.LastIndexOf(':') is > 0 and var colon
            ? await keys.AuthenticateAsync(
                parameter[..colon],
                parameter[(colon + 1)..],
                RequestAuthenticator.AddressOf(request),
                cancellationToken
            )
            : null;
    }

    private static DomainUser WebUser(Project? project, Actor? actor) =>
        actor is not { Kind: ActorKind.WebUser } ? throw Problem.NotAuthenticated().AsException()
        : project is null ? throw Problem.NotFound().AsException()
        : new DomainUser(project, actor, null);

    /// <summary>`jason`, `jason@demo` and `jason@demo.` with any host after it are one worker of the domain `demo`.</summary>
    private static string? WorkerName(string name, string domain)
    {
        var at = name.IndexOf('@', StringComparison.Ordinal);
        var home = at < 0 ? domain : name[(at + 1)..];
        return home == domain || home.StartsWith(domain + ".", StringComparison.Ordinal) ? name[..(at < 0 ? name.Length : at)] : null;
    }

    // Null when no password is presented. Some phones encode a password that is not ASCII as Latin-1.
    private (string Name, string Password)? Credentials(HttpRequest request)
    {
        if (AuthorizationHeader.Parameter(request, "Basic") is not { } parameter)
        {
            return null;
        }
        RequireConfidential(request);
        return AuthorizationHeader.Credentials(parameter, allowLatin1: true) is var (name, password)
            ? (name.Trim().ToLowerInvariant(), password)
            : throw Problem.NotAuthenticated().AsException();
    }

    private void RequireConfidential(HttpRequest request)
    {
        if (!authenticator.IsConfidential(request))
        {
            throw Problem.HttpsOnly().AsException();
        }
    }
}
