using System.Globalization;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Submissions;

/// <summary>A page of received forms. Without <see cref="ByIndexedOn"/> they are ordered by receipt.</summary>
public sealed record ReceivedFormQuery(int Offset, int Limit)
{
    public bool ByIndexedOn { get; init; }

    public bool Descending { get; init; }

    public TimeRange Received { get; init; }

    public TimeRange Indexed { get; init; }

    public string? AppId { get; init; }

    /// <summary>The only submissions to list, by their root ids; null for any.</summary>
    public IReadOnlyCollection<InstanceId>? Roots { get; init; }

    /// <summary>Whether deleted submissions are listed too.</summary>
    public bool WithArchived { get; init; }
}

/// <summary>A submission of a form, as CommCare HQ's API lists it.</summary>
public sealed record ReceivedForm(Form Form, StoredSubmission Stored)
{
    public DateTimeOffset ReceivedOn => Stored.Submission.CreatedAt;

    public DateTimeOffset IndexedOn => Stored.Submission.IndexedOn!.Value;
}

/// <summary>
/// Lists the submissions of several forms together, by their receipt or by their last change. That is the time at which storage wrote the
/// row, so that a submission that takes long to be received is not overtaken by others. Rows of the last two seconds are not listed by it:
/// another write with an earlier time may not be visible yet.
/// </summary>
public sealed class ListReceivedForms(SubmissionsTable submissions, SubmissionFilesContainer files, TimedCache cache, TimeProvider clock)
{
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);
    private readonly TimeIndex _times = new(cache);

    /// <summary>
    /// A page, and how many there are. Holds 24 bytes for each submission in the ranges, and the page. One operation per form and one
    /// per 1,000 submissions in the ranges; for the page one per form in it, and one per 1,000 or 4 MiB. A further page by last change
    /// costs one per form and those of the page, since times of more than 2,000 submissions are kept for ten minutes.
    /// </summary>
    public async Task<(IReadOnlyList<ReceivedForm> Page, int Total)> RunAsync(
        IReadOnlyCollection<Form> forms,
        ReceivedFormQuery query,
        CancellationToken cancellationToken
    )
    {
        var (page, total) = await ReadAsync(forms, query, fresh: false, cancellationToken);
        var isShort = page.Count < Math.Min(query.Limit, total - Math.Min(query.Offset, total));
        return isShort ? await ReadAsync(forms, query, fresh: true, cancellationToken) : (page, total);
    }

    private async Task<(IReadOnlyList<ReceivedForm> Page, int Total)> ReadAsync(
        IReadOnlyCollection<Form> forms,
        ReceivedFormQuery query,
        bool fresh,
        CancellationToken cancellationToken
    )
    {
        var isByIndex = query.ByIndexedOn || query.Indexed != default;
        var range = new SubmissionRange(query.Received, isByIndex ? query.Indexed.Until(clock.GetUtcNow() - Settled) : default)
        {
            AppId = query.AppId,
            RootHashes = query.Roots?.Select(SubmissionKeys.RootHash).ToHashSet(),
            WithDeleted = query.WithArchived,
        };
        var times = await InParallel.EachAsync(forms, (form, stop) => TicksAsync(form, range, query, fresh, stop), cancellationToken);
        var page = TimedPage.Of(times, query.Descending, query.Offset, query.Limit);
        if (page.IsEmpty)
        {
            return ([], page.Total);
        }
        var within = query.ByIndexedOn
            ? range with
            {
                Indexed = range.Indexed.Within(page.Range),
            }
            : range with
            {
                Received = range.Received.Within(page.Range),
            };
        var involved = forms.Zip(times).Where(pair => pair.Second.Exists(ticks => page.Holds(ticks))).Select(pair => pair.First).ToList();
        var found = await InParallel.EachAsync(involved, (form, stop) => FindAsync(form, within, stop), cancellationToken);
        return (
            page.Cut(
                found.SelectMany(one => one),
                one => query.ByIndexedOn ? one.IndexedOn : one.ReceivedOn,
                one => (one.Form.Number.ToString("D10", CultureInfo.InvariantCulture), one.Stored.Place),
                query.Limit
            ),
            page.Total
        );
    }

    private async Task<List<long>> TicksAsync(
        Form form,
        SubmissionRange range,
        ReceivedFormQuery query,
        bool fresh,
        CancellationToken cancellationToken
    )
    {
        var space = SubmissionSpace.Published(form);
        IAsyncEnumerable<SubmissionTimes> Scan(TimeRange indexed) =>
            submissions.ListTimesAsync(space, range with { Indexed = indexed }, cancellationToken);

        var keepsTimes = query.ByIndexedOn && query is { AppId: null, Roots: null } && query.Received == default;
        var found = keepsTimes
            ? await _times.ReadAsync((space, query.WithArchived), range.Indexed, fresh, Scan, cancellationToken)
            : await Scan(range.Indexed).ToListAsync(cancellationToken);

        // Storage may compare times less precisely than it tells them.
        return
        [
            .. found
                .Where(times => range.Indexed.Holds(times.IndexedOn))
                .Select(times => (query.ByIndexedOn ? times.IndexedOn : times.ReceivedOn).UtcTicks),
        ];
    }

    private async Task<List<ReceivedForm>> FindAsync(Form form, SubmissionRange range, CancellationToken cancellationToken)
    {
        var space = SubmissionSpace.Published(form);
        var found = new List<ReceivedForm>();
        await foreach (var (submission, place, xml) in submissions.ListWithinAsync(space, range, cancellationToken))
        {
            if (range.Indexed.Holds(submission.IndexedOn!.Value))
            {
                found.Add(new ReceivedForm(form, new StoredSubmission(files, space, submission, place, xml)));
            }
        }
        return found;
    }
}
