using System.Runtime.CompilerServices;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Submissions;

namespace ServerlessRosa.Maintenance;

/// <summary>
/// Cases and what is derived from them: the owners' copies and tombstones, of which the highest revision counts, and the index rows,
/// which may be more than there is need of, but never fewer. A case that work under way may just have written is left for the next time.
/// </summary>
public sealed class VerifyCases(
    CasesTable cases,
    CasesContainer bodies,
    CaseOwnersTable owners,
    CaseIndicesTable indices,
    SubmissionsTable submissions,
    VerifySubmissionWork work
)
{
    // Clocks of instances differ.
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(2);

    /// <summary>
    /// One operation per 1,000 rows of the tables, one for each case, former owner and big body, two for each index; reading content,
    /// one or two for each form that a case was made of.
    /// </summary>
    internal async Task RunAsync(Verification verification, ProjectId project, CancellationToken cancellationToken)
    {
        var owned = 0L;
        await verification.EachAsync(
            "cases",
            project,
            cases.ScanAsync(project, cancellationToken),
            (row, packed, stop) => CheckAsync(row, packed, stop),
            cancellationToken
        );
        if (await owners.ScanNewestAsync(project, cancellationToken).LongCountAsync(cancellationToken) != Interlocked.Read(ref owned))
        {
            await verification.EachAsync(
                "owners' rows",
                project,
                owners.ScanNewestAsync(project, cancellationToken),
                (row, id, stop) => CheckOwnedAsync(project, row, id, stop),
                cancellationToken
            );
        }

        async IAsyncEnumerable<Difference> CheckAsync(
            StoredRow<PackedCase> row,
            PackedCase packed,
            [EnumeratorCancellation] CancellationToken stop
        )
        {
            if (packed.Blob is { } blob && await FindBlobFaultAsync(verification, blob, stop) is { } fault)
            {
                yield return new Difference("case-blob", project, row.ToString(), fault);
                yield break;
            }
            var value = await packed.UnpackAsync(stop);
            Interlocked.Add(ref owned, row.IsAgain ? 0 : 1 + value.FormerOwners.Count);
            var found = await CheckCaseAsync(verification, row, packed, value, stop).ToListAsync(stop);
            if (
                found.Count > 0
                && !(await work.ListPendingAsync(verification, project, stop)).Any(intent => value.ServerModifiedOn > intent.At - Skew)
            )
            {
                foreach (var difference in found)
                {
                    yield return difference;
                }
            }
        }
    }

    private async IAsyncEnumerable<Difference> CheckCaseAsync(
        Verification verification,
        StoredRow<PackedCase> row,
        PackedCase packed,
        Case value,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var (project, where) = (value.Project, $"{row} ({value.Id})");
        if (
            (row.Partition, row.Row) != CaseKeys.Case(value.Id)
            || packed.Project != project.Value
            || packed.Version != value.Version
            || packed.Revision != value.Revision
        )
        {
            yield return new Difference(
                "case-row",
                project,
                where,
                $"its columns say revision {packed.Revision} and version {packed.Version} of project {packed.Project}, its body "
                    + $"{value.Revision} and {value.Version} of {value.Project}"
            );
        }
        if (await FindCopyFaultAsync(verification, value, cancellationToken) is { } fault)
        {
            yield return new Difference("case-owner", project, where, $"the copy of its owner {value.Owner} {fault}");
        }
        foreach (var former in value.FormerOwners)
        {
            if (
                await owners.FindAsync(project, former.Owner, value.Id, cancellationToken) is var left
                && (left?.Case.MovedTo is null || left.Value.Case.Revision != former.Revision)
            )
            {
                yield return new Difference(
                    "case-owner",
                    project,
                    where,
                    $"its former owner {former.Owner} "
                        + $"{(left is null ? "has no row of it" : $"has revision {left.Value.Case.Revision}")}, expected the tombstone of "
                        + $"revision {former.Revision}"
                );
            }
        }
        foreach (var index in value.Indices.Where(index => index.Target is not null))
        {
            if (!await indices.ExistsAsync(project, value.Id, index, cancellationToken))
            {
                yield return new Difference(
                    "case-index",
                    project,
                    where,
                    $"its index {index.Identifier} to {index.Target} is not among those that {index.Target} is asked for"
                );
            }
            var target = await cases.FindPackedAsync(index.Target!.Value, cancellationToken);
            if (target is null || target.Project != project.Value)
            {
                yield return new Difference(
                    "case-index",
                    project,
                    where,
                    $"its index {index.Identifier} points at {index.Target}, which is no case of this project"
                );
            }
            else if (
                index.Relationship == CaseRelationship.Extension
                && target.Blob is null
                && (await target.UnpackAsync(cancellationToken)).Extensions == 0
            )
            {
                yield return new Difference("case-index", project, where, $"it extends {index.Target}, which counts no extension");
            }
        }
        foreach (var transaction in verification.ReadsContent ? value.Transactions : [])
        {
            if (await FindFormFaultAsync(project, transaction.Form, cancellationToken) is { } wrong)
            {
                yield return new Difference(
                    "case-form",
                    project,
                    where,
                    $"it is made of {transaction.Form.Instance} of form {transaction.Form.Form}, which {wrong}"
                );
            }
        }
    }

    private async Task<string?> FindBlobFaultAsync(Verification verification, string blob, CancellationToken cancellationToken)
    {
        var probe = await bodies.ProbeAsync(blob, verification.ReadsContent, cancellationToken);
        return probe is null ? $"its body is in the blob {blob}, which is not there"
            : probe.Sha256 is { } sha256 && !blob.EndsWith($"/{sha256}", StringComparison.Ordinal)
                ? $"its body is in the blob {blob}, which has the SHA-256 {sha256}"
            : null;
    }

    private async Task<string?> FindCopyFaultAsync(Verification verification, Case value, CancellationToken cancellationToken)
    {
        if (await owners.FindAsync(value.Project, value.Owner, value.Id, cancellationToken) is not var (copy, blob))
        {
            return "is not there";
        }
        if (copy.MovedTo is not null || copy.Revision != value.Revision || copy.Version != value.Version)
        {
            return $"is {(copy.MovedTo is { } owner ? $"a tombstone that leads to {owner}" : "there")} with revision "
                + $"{copy.Revision} and version {copy.Version}, expected {value.Revision} and {value.Version}";
        }
        if (blob is not null && await FindBlobFaultAsync(verification, blob, cancellationToken) is { } fault)
        {
            return $"is not whole: {fault}";
        }
        var body = await copy.UnpackAsync(cancellationToken);
        return
            CasesContainer.Text(body) != CasesContainer.Text(value with { Transactions = [], FormerOwners = [] })
            || (copy.Type, copy.Closed, copy.Deleted, copy.Extensions) != (value.Type, value.Closed, value.Deleted, value.Extensions)
            || !copy.Indices.SequenceEqual(value.Indices)
            ? "says something else of it"
            : null;
    }

    // A form that was purged is not there at all, and what it said stays.
    private async Task<string?> FindFormFaultAsync(ProjectId project, CaseForm form, CancellationToken cancellationToken)
    {
        var space = new SubmissionSpace(project, form.Form, null);
        var instance = await submissions.FindInstanceAsync(space, form.Instance, cancellationToken);
        if (instance is null || await submissions.FindAtAsync(space, instance.TimelineKey, cancellationToken) is not var (submission, _))
        {
            return form.Instance == form.Root || await submissions.FindInstanceAsync(space, form.Root, cancellationToken) is null
                ? null
                : "has no row, and its submission has";
        }
        return instance.Version.XmlHash != form.XmlHash
                ? $"was edited since: its XML is {instance.Version.XmlHash}, and the case took {form.XmlHash}"
            : instance.State == InstanceState.Deleted ? "is deleted"
            : instance.State == InstanceState.Superseded && submission.Current.Problem is null
                ? $"was edited since, to {submission.Current.Id}"
            : null;
    }

    private async IAsyncEnumerable<Difference> CheckOwnedAsync(
        ProjectId project,
        StoredRow<CaseId> row,
        CaseId id,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (await cases.FindPackedAsync(id, cancellationToken) is not { } packed || packed.Project != project.Value)
        {
            yield return new Difference(
                "case-owner",
                project,
                $"{row} ({id})",
                "an owner has the case, and the project has not: phones get it all the same"
            );
        }
        else if (
            packed.Blob is null
            && await packed.UnpackAsync(cancellationToken) is var value
            && !value
                .FormerOwners.Select(former => former.Owner)
                .Append(value.Owner)
                .Any(owner => CaseKeys.OwnerPartition(project, owner) == row.Partition)
        )
        {
            yield return new Difference(
                "case-owner",
                project,
                $"{row} ({id})",
                $"an owner has the case who is not and was not its owner, which is {value.Owner}"
            );
        }
    }
}
