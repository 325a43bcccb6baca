using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Entities;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Submissions;

/// <summary>
/// Submissions whose entities wait until they are approved (OR-238), and what becomes of them when their dataset no longer requires
/// approval.
/// </summary>
public sealed class WaitingEntities(
    DatasetDirectory datasets,
    DatasetsTable datasetRows,
    EntitiesTable entities,
    FormDirectory forms,
    SubmissionsTable submissions,
    ApplySubmittedEntities apply
)
{
    // Longer work is left to the timer.
    private const int MaxAtOnce = 50;

    private sealed record Waiting(SubmissionSpace Space, Submission Submission, Instance Instance);

    /// <summary>
    /// Changes settings. When approval is switched off while submissions wait, <paramref name="converts"/> decides whether they become
    /// entities now or when they are approved; without it the change is refused with 400.29.
    /// </summary>
    public async Task<Dataset> ChangeAsync(Dataset dataset, DatasetSettings settings, bool? converts, CancellationToken cancellationToken)
    {
        if (settings.ApprovalRequired != false)
        {
            return await datasets.ChangeAsync(dataset.Project, dataset.Name, settings, cancellationToken);
        }
        if (converts is null && await ListAsync(dataset, cancellationToken) is { Count: > 0 and var count })
        {
            throw Problem.PendingSubmissions(count).AsException();
        }
        var changed = await datasets.ChangeAsync(
            dataset.Project,
            dataset.Name,
            settings with
            {
                Converts = converts == true,
            },
            cancellationToken
        );
        if (changed.Converts)
        {
            await ConvertAsync(changed, MaxAtOnce, CancellationToken.None);
        }
        return changed;
    }

    /// <summary>Finishes conversions of all projects. One operation when there are none.</summary>
    internal async Task CompleteAsync(CancellationToken cancellationToken)
    {
        foreach (var dataset in await datasetRows.ListConvertingAsync(cancellationToken))
        {
            await ConvertAsync(dataset, int.MaxValue, cancellationToken);
        }
    }

    private async Task ConvertAsync(Dataset dataset, int atMost, CancellationToken cancellationToken)
    {
        var waiting = await ListAsync(dataset, cancellationToken);
        var done = waiting.Count <= atMost;
        foreach (var one in waiting.Take(atMost))
        {
            done &= await apply.TryConvertAsync(one.Space, one.Instance, cancellationToken);
        }
        if (done)
        {
            await datasets.EndConversionAsync(dataset, cancellationToken);
        }
    }

    // Oldest first. One operation per 1,000 processed submissions, one per 1,000 submissions of a form with waiting ones, and one or two
    // for each of those.
    private async Task<IReadOnlyList<Waiting>> ListAsync(Dataset dataset, CancellationToken cancellationToken)
    {
        var outcomes = await entities
            .ListWaitingAsync(dataset.Project, cancellationToken)
            .Where(one => one.Outcome.WaitsFor?.Contains(dataset.Key) != false)
            .ToListAsync(cancellationToken);
        var waiting = new List<Waiting>();
        foreach (
            var form in (await forms.FindListAsync(dataset.Project, cancellationToken) ?? []).Where(form => form.Published is not null)
        )
        {
            var ofForm = outcomes.Where(one => one.Form == form.Number).ToDictionary(one => one.Hash, one => one.Outcome);
            if (ofForm.Count > 0)
            {
                waiting.AddRange(await ListAsync(dataset, SubmissionSpace.Published(form), ofForm, cancellationToken));
            }
        }
        return [.. waiting.OrderBy(one => one.Submission.Current.CreatedAt)];
    }

    private async Task<IEnumerable<Waiting>> ListAsync(
        Dataset dataset,
        SubmissionSpace space,
        Dictionary<string, EntityOutcome> outcomes,
        CancellationToken cancellationToken
    )
    {
        var undecided = await submissions
            .ListAllAsync(space, null, null, withXml: false, [], cancellationToken)
            .Select(one => one.Submission)
            .Where(submission =>
                submission.DeletedAt is null
                && submission.ReviewState is null or SubmissionDirectory.Edited or SubmissionDirectory.HasIssues
                && outcomes.ContainsKey(TableKey.Hash(submission.RootId.Value))
            )
            .ToListAsync(cancellationToken);
        var found = await InParallel.EachAsync(
            undecided,
            async (submission, stop) =>
                await submissions.FindInstanceAsync(space, submission.Current.Id, stop) is { } instance
                && (
                    outcomes[TableKey.Hash(submission.RootId.Value)].WaitsFor is not null
                    || await apply.CreatesAsync(space, instance, dataset.Name, stop)
                )
                    ? new Waiting(space, submission, instance)
                    : null,
            cancellationToken
        );
        return found.OfType<Waiting>();
    }
}
