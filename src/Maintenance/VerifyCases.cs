using System.Runtime.CompilerServices;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Submissions;

namespace ServerlessRosa.Maintenance;

/// <summary>
/// Verifies cases and the rows derived from them. A difference is not reported while a pending intent may have changed the case.
/// </summary>
public sealed class VerifyCases(
    CasesTable cases,
    VerifyCaseBodies bodies,
    VerifyCaseOwners owners,
    CaseIndicesTable indices,
    FormsTable forms,
    SubmissionsTable submissions,
    VerifySubmissionWork work
)
{
    // Clocks of instances differ.
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(2);

    /// <summary>
    /// One operation per 1,000 rows of the tables and per 1,000 forms, one for each case, former owner and large body, two for each
    /// index; reading content, one or two for each form of a case.
    /// </summary>
    internal async Task RunAsync(Verification verification, ProjectId project, CancellationToken cancellationToken)
    {
        var expectedRows = 0L;
        var spaces = (await forms.ListWithTrashAsync(project, cancellationToken)).ToDictionary(
            form => form.Number,
            SubmissionSpace.Published
        );
        await verification.EachAsync(
            "cases",
            project,
            cases.ScanAsync(project, cancellationToken),
            (row, packed, stop) => CheckAsync(row, packed, stop),
            cancellationToken
        );
        await owners.RunAsync(verification, project, Interlocked.Read(ref expectedRows), cancellationToken);

        async IAsyncEnumerable<Difference> CheckAsync(
            StoredRow<PackedCase> row,
            PackedCase packed,
            [EnumeratorCancellation] CancellationToken stop
        )
        {
            if (packed.Blob is { } blob && await bodies.FindFaultAsync(verification, blob, stop) is { } fault)
            {
                yield return new Difference("case-blob", project, row.ToString(), fault);
                yield break;
            }
            var value = await packed.UnpackAsync(stop);
            Interlocked.Add(ref expectedRows, row.IsAgain ? 0 : 1 + value.FormerOwners.Count);
            var found = await CheckCaseAsync(verification, spaces, row, packed, value, stop).ToListAsync(stop);
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

    private IAsyncEnumerable<Difference> CheckCaseAsync(
        Verification verification,
        IReadOnlyDictionary<int, SubmissionSpace> spaces,
        StoredRow<PackedCase> row,
        PackedCase packed,
        Case value,
        CancellationToken cancellationToken
    )
    {
        var where = $"{row} ({value.Id})";
        return CheckColumns(row, packed, value, where)
            .Concat(CheckOrder(value, where))
            .ToAsyncEnumerable()
            .Concat(owners.CheckAsync(verification, value, where, cancellationToken))
            .Concat(CheckIndicesAsync(value, where, cancellationToken))
            .Concat(
                verification.ReadsContent ? CheckFormsAsync(spaces, value, where, cancellationToken) : AsyncEnumerable.Empty<Difference>()
            );
    }

    private static IEnumerable<Difference> CheckColumns(StoredRow<PackedCase> row, PackedCase packed, Case value, string where)
    {
        if (
            (row.Partition, row.Row) != CaseKeys.Case(value.Id)
            || packed.Project != value.Project.Value
            || packed.Version != value.Version
            || packed.Revision != value.Revision
        )
        {
            yield return new Difference(
                "case-row",
                value.Project,
                where,
                $"its columns say revision {packed.Revision} and version {packed.Version} of project {packed.Project}, its body "
                    + $"{value.Revision} and {value.Version} of {value.Project}"
            );
        }
    }

    private static IEnumerable<Difference> CheckOrder(Case value, string where)
    {
        if (!value.Deleted && FormOrder.FindMisplaced(value.Transactions) is { } misplaced)
        {
            yield return new Difference(
                "case-order",
                value.Project,
                where,
                $"its form {misplaced.Form.Instance} comes after a form of the same user that its phone dated later"
            );
        }
    }

    private async IAsyncEnumerable<Difference> CheckIndicesAsync(
        Case value,
        string where,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        foreach (var index in value.Indices.Where(index => index.Target is not null))
        {
            if (!await indices.ExistsAsync(value.Project, value.Id, index, cancellationToken))
            {
                yield return new Difference(
                    "case-index",
                    value.Project,
                    where,
                    $"its index {index.Identifier} to {index.Target} is not among those that {index.Target} is asked for"
                );
            }
            var target = await cases.FindPackedAsync(index.Target!.Value, cancellationToken);
            if (target is null || target.Project != value.Project.Value)
            {
                yield return new Difference(
                    "case-index",
                    value.Project,
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
                yield return new Difference("case-index", value.Project, where, $"it extends {index.Target}, which counts no extension");
            }
        }
    }

    private async IAsyncEnumerable<Difference> CheckFormsAsync(
        IReadOnlyDictionary<int, SubmissionSpace> spaces,
        Case value,
        string where,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        foreach (var form in value.Transactions.Select(transaction => transaction.Form).Where(form => spaces.ContainsKey(form.Form)))
        {
            if (await FindFormFaultAsync(spaces[form.Form], form, cancellationToken) is { } fault)
            {
                yield return new Difference(
                    "case-form",
                    value.Project,
                    where,
                    $"it is made of {form.Instance} of form {form.Form}, which {fault}"
                );
            }
        }
    }

    // A purged submission, or all of a purged form, has no row any more; its changes of the case remain.
    private async Task<string?> FindFormFaultAsync(SubmissionSpace space, CaseForm form, CancellationToken cancellationToken)
    {
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
}
