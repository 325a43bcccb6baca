using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Submissions;

/// <summary>
/// The time of the last submission of each app user, found in the timelines of the forms, so that a submission need not write it. Reads the
/// newest 5,000 submissions of each form.
/// </summary>
public sealed class LastUse(FormDirectory forms, SubmissionsTable submissions)
{
    private const int MaxSubmissions = 5000;

    /// <summary>By sender; those who sent nothing are left out. One operation for each form and each further 1,000 of its
    /// submissions, until all are found.</summary>
    public async Task<IReadOnlyDictionary<ActorId, DateTimeOffset>> FindAsync(
        ProjectId project,
        IReadOnlySet<ActorId> senders,
        CancellationToken cancellationToken
    )
    {
        var all = await forms.FindListAsync(project, cancellationToken) ?? [];
        var byForm = await InParallel.EachAsync(all, (form, stop) => FindInAsync(form, senders, stop), cancellationToken);
        return byForm.SelectMany(found => found).GroupBy(use => use.Key).ToDictionary(uses => uses.Key, uses => uses.Max(use => use.Value));
    }

    private async Task<Dictionary<ActorId, DateTimeOffset>> FindInAsync(
        Form form,
        IReadOnlySet<ActorId> senders,
        CancellationToken cancellationToken
    )
    {
        var found = new Dictionary<ActorId, DateTimeOffset>();
        var read = 0;
        await foreach (var (sender, at) in submissions.ListSendersAsync(SubmissionSpace.Published(form), cancellationToken))
        {
            if (sender is { } id && senders.Contains(id))
            {
                found.TryAdd(id, at);
            }
            if (found.Count == senders.Count || ++read == MaxSubmissions)
            {
                break;
            }
        }
        return found;
    }
}
