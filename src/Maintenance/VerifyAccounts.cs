using System.Runtime.CompilerServices;
using System.Text.Json;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Projects;

namespace ServerlessRosa.Maintenance;

/// <summary>Projects and their domains, web users and their addresses, administrators, and the numbers that are given out.</summary>
public sealed class VerifyAccounts(ProjectsTable projects, AccountsTable accounts)
{
    /// <summary>One operation per 1,000 rows, one for each web user and two for each domain.</summary>
    internal async Task RunAsync(Verification verification, CancellationToken cancellationToken)
    {
        await verification.EachAsync(
            "projects",
            null,
            projects.ScanAsync(cancellationToken),
            (row, project, stop) => CheckAsync(project, row.ToString(), stop),
            cancellationToken
        );
        await verification.EachAsync(
            "domains",
            null,
            projects.ScanDomainsAsync(cancellationToken),
            (row, copy, stop) => CheckDomainAsync(copy, row.ToString(), stop),
            cancellationToken
        );
        await verification.EachAsync(
            "web users",
            null,
            accounts.ScanAsync(null, cancellationToken),
            (row, user, stop) => CheckUserAsync(user, row.ToString(), stop),
            cancellationToken
        );
        await verification.OnceAsync(CheckAdministratorsAsync, cancellationToken);
    }

    /// <summary>App users, public links and names of mobile workers. One operation per 1,000, and one for each.</summary>
    internal Task RunAsync(Verification verification, ProjectId project, CancellationToken cancellationToken) =>
        verification.EachAsync(
            "keys and names",
            project,
            accounts.ScanAsync(project, cancellationToken),
            (row, actor, stop) => CheckNumberAsync(actor, row.ToString(), stop),
            cancellationToken
        );

    private async IAsyncEnumerable<Difference> CheckAsync(
        Project project,
        string where,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (
            project.Domain is { } domain
            && await projects.FindByDomainAsync(domain, cancellationToken) is var copy
            && !IsSame(copy, project)
        )
        {
            yield return new Difference(
                "project-domain",
                project.Id,
                where,
                copy is null ? $"its domain {domain} leads nowhere" : $"the copy by domain {domain} says something else: {copy}"
            );
        }
        if (await projects.FindLastNumberAsync(cancellationToken) is var last && last < project.Id.Value)
        {
            yield return new Difference("number", project.Id, where, $"the next project would get the number {last + 1}, which is given");
        }
    }

    // The lists of a project are other objects in each copy.
    private static bool IsSame(Project? copy, Project project) => JsonSerializer.Serialize(copy) == JsonSerializer.Serialize(project);

    private async IAsyncEnumerable<Difference> CheckDomainAsync(
        Project copy,
        string where,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if ((await projects.FindAsync(copy.Id, cancellationToken))?.Domain is var domain && domain != copy.Domain)
        {
            yield return new Difference(
                "project-domain",
                copy.Id,
                where,
                $"the domain {copy.Domain} leads to a project with {(domain is null ? "none" : $"the domain {domain}")}"
            );
        }
    }

    private async IAsyncEnumerable<Difference> CheckUserAsync(
        Actor user,
        string where,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (user.DeletedAt is null && await accounts.FindByEmailAsync(user.Email!, cancellationToken) is var claimed && claimed != user.Id)
        {
            yield return new Difference(
                "account-email",
                null,
                where,
                claimed is null ? "nobody claims this user's address" : $"the address of this user is claimed by user {claimed}"
            );
        }
        await foreach (var difference in CheckNumberAsync(user, where, cancellationToken))
        {
            yield return difference;
        }
    }

    private async IAsyncEnumerable<Difference> CheckNumberAsync(
        Actor actor,
        string where,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (await accounts.FindLastIdAsync(cancellationToken) is var last && last < actor.Id.Value)
        {
            yield return new Difference(
                "number",
                actor.Project,
                where,
                $"the next account would get the number {last + 1}, which is given or soon will be"
            );
        }
    }

    private async IAsyncEnumerable<Difference> CheckAdministratorsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (listed, _) = await accounts.FindAdministratorsAsync(cancellationToken);
        var holders = new HashSet<ActorId>();
        await foreach (var user in accounts.ListAsync(null, cancellationToken))
        {
            if (user.DeletedAt is null && user.Grants.Contains(Administrators.Grant))
            {
                holders.Add(user.Id);
            }
        }
        foreach (var id in listed.Where(id => !holders.Contains(id)))
        {
            yield return new Difference(
                "administrators",
                null,
                "accounts administrators administrators",
                $"user {id} is listed and does not hold the role"
            );
        }
        foreach (var id in holders.Where(id => !listed.Contains(id)))
        {
            yield return new Difference(
                "administrators",
                null,
                "accounts administrators administrators",
                $"user {id} holds the role and is not listed"
            );
        }
    }
}
