using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Workers;

namespace ServerlessRosa.Core.Submissions;

/// <summary>
/// Claims another owner's case for a phone (CC-152): a case that extends it and that the claimant owns keeps it
/// alive there.
/// </summary>
public sealed class ClaimCase(CaseDirectory cases, CaseIndicesTable indices, SubmitCases submit)
{
    private const string Type = "commcare-case-claim";
    private const string Host = "host";

    /// <summary>
    /// False if the user has claimed it already. Refuses an unknown case with 410.1. Two operations and one for each case that extends it,
    /// and those of a form with a new case. Two concurrent claims of the same user may both succeed; the second extension case has no
    /// further effect.
    /// </summary>
    public async Task<bool> RunAsync(DomainUser user, CaseId id, Sender sender, CancellationToken cancellationToken)
    {
        var host = await cases.FindAsync(user.Project.Id, id, cancellationToken) ?? throw Problem.CaseGone(id.Value).AsException();
        if (host.Extensions > 0 && await IsClaimedAsync(user, id, cancellationToken))
        {
            return false;
        }
        var claim = new CaseRequest(CaseId.FromStored(Guid.NewGuid().ToString()), Creates: true)
        {
            Type = Type,
            Name = host.Name,
            Owner = user.UserId.Value,
            Indices = [new CaseIndex(Host, id, host.Type, CaseRelationship.Extension)],
        };
        await submit.RunAsync(user.Project.Id, [claim], user.UserId.Value, user.Username, sender, cancellationToken);
        return true;
    }

    private async Task<bool> IsClaimedAsync(DomainUser user, CaseId host, CancellationToken cancellationToken)
    {
        await foreach (var reference in indices.ListSourcesAsync(user.Project.Id, host, cancellationToken))
        {
            if (
                reference.Relationship == CaseRelationship.Extension
                && await cases.FindAsync(user.Project.Id, reference.Source, cancellationToken) is { Type: Type, Closed: false } claim
                && claim.Owner == user.UserId
                && claim.Indices.Any(index => index.Target == host)
            )
            {
                return true;
            }
        }
        return false;
    }
}
