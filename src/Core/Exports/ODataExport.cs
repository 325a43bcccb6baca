using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Submissions;

namespace ServerlessRosa.Core.Exports;

/// <summary>
/// Answers what OData clients ask of submissions (OR-276 to OR-279), streamed: the rows of one submission are in memory, and with
/// `$expand` all instances of its repeats.
/// </summary>
public sealed class ODataExport(ExportSource source, SubmissionDirectory submissions)
{
    private const int ReadsAtOnce = 16;

    /// <summary>
    /// Storage operations, next to those for names and large XML (<see cref="ExportSource.ListAsync"/>): one per 1,000 submissions
    /// shown. `$skip` and `$count` read one per 1,000 of the others, without their XML, so that `$top=250&amp;$count=true` of n
    /// submissions costs 1 + ceil((n - 250) / 1,000) and reads 251 XMLs. A repeat's rows are in the XML, so there both read all of it.
    /// `readAtMost` reads that many without XML, and then each one that is shown.
    /// `$orderby` reads every submission once without XML, and then each one that is shown. Refuses what isn't there with 404.1, and a
    /// `$skiptoken` whose row is gone with 400.34.
    /// </summary>
    public Task WriteAsync(ODataRequest request, Stream output, CancellationToken cancellationToken) =>
        request switch
        {
            { Options.ReadAtMost: { } most } => WriteFoundAsync(request, most, output, cancellationToken),
            { Address.Submission: { } id } => WriteOfOneAsync(request, id, output, cancellationToken),
            { Address.Table.Parent: not null } => WriteRepeatAsync(request, output, cancellationToken),
            { Options.Order: { IsNewestFirst: false } order } => WriteOrderedAsync(request, order, output, cancellationToken),
            _ => WriteSubmissionsAsync(request, output, cancellationToken),
        };

    private async Task WriteSubmissionsAsync(ODataRequest request, Stream output, CancellationToken cancellationToken)
    {
        var options = request.Options;
        var (start, skipped) = await SkipAsync(request, await FindPlaceAsync(request, cancellationToken), cancellationToken);
        await using var answer = new ODataAnswer(request, source, output);
        var (last, more) = ((ExportedSubmission?)null, options.Top == 0);
        if (!more)
        {
            // One more than the page holds shows whether there is another page.
            int? atMost = options.Top is { } top ? Math.Min(top, int.MaxValue - 1) + 1 : null;
            await foreach (var exported in source.ListAsync(request.Space, options.Filter, start, atMost, cancellationToken))
            {
                more = answer.IsFull;
                if (more)
                {
                    break;
                }
                await answer.WriteSubmissionAsync(exported, cancellationToken);
                last = exported;
            }
        }
        long? count = null;
        if (options.Count)
        {
            count =
                more || options.SkipToken is not null
                    ? await source.CountAsync(request.Space, options.Filter, cancellationToken)
                    : skipped + answer.Written;
        }
        await answer.EndAsync(
            more && last is not null ? new SkipToken(last.Submission.RootId.Value, null) : null,
            count,
            cancellationToken
        );
    }

    private async Task WriteFoundAsync(ODataRequest request, int readAtMost, Stream output, CancellationToken cancellationToken)
    {
        if (request.Address is not { Submission: null, Table.Parent: null })
        {
            throw SearchLimit.Refuse(readAtMost);
        }
        var after = await FindPlaceAsync(request, cancellationToken);
        var (filter, top) = (request.Options.Filter!, request.Options.Top!.Value);
        var found = await source.SearchAsync(request.Space, filter, after, top, readAtMost, cancellationToken);
        await using var answer = new ODataAnswer(request, source, output);
        await WriteAtAsync(request, found.Places, answer, cancellationToken);
        await answer.EndAsync(found.LastRead is { } last ? new SkipToken(last.Value, null) : null, null, cancellationToken);
    }

    private async Task WriteOrderedAsync(ODataRequest request, SubmissionOrder order, Stream output, CancellationToken cancellationToken)
    {
        var options = request.Options;
        var all = new List<(object?[] Keys, string Id, string Place)>();
        await foreach (var (submission, place) in source.ListPlacesAsync(request.Space, options.Filter, null, cancellationToken))
        {
            all.Add((order.KeysOf(submission), submission.RootId.Value, place));
        }
        all = [.. all.OrderBy(entry => entry.Keys, Comparer<object?[]>.Create(order.Compare!))];
        var start = options.SkipToken is { } token ? 1 + all.FindIndex(entry => entry.Id == token.InstanceId) : 0;
        if (start == 0 && options.SkipToken is not null)
        {
            throw Problem.SkipTokenRowMissing().AsException();
        }
        await using var answer = new ODataAnswer(request, source, output);
        var page = all.Skip(start).Skip(options.Skip).Take(options.Top ?? int.MaxValue).ToList();
        await WriteAtAsync(request, page.Select(entry => entry.Place), answer, cancellationToken);
        var more = page.Count > 0 && (long)start + options.Skip + page.Count < all.Count;
        await answer.EndAsync(more ? new SkipToken(page[^1].Id, null) : null, options.Count ? all.Count : null, cancellationToken);
    }

    private async Task WriteAtAsync(
        ODataRequest request,
        IEnumerable<string> places,
        ODataAnswer answer,
        CancellationToken cancellationToken
    )
    {
        foreach (var some in places.Chunk(ReadsAtOnce))
        {
            foreach (var exported in await Task.WhenAll(some.Select(place => source.FindAtAsync(request.Space, place, cancellationToken))))
            {
                if (exported is not null)
                {
                    await answer.WriteSubmissionAsync(exported, cancellationToken);
                }
            }
        }
    }

    private async Task WriteRepeatAsync(ODataRequest request, Stream output, CancellationToken cancellationToken)
    {
        var options = request.Options;
        var page = new RepeatPage(request, await FindPlaceAsync(request, cancellationToken));
        await using var answer = new ODataAnswer(request, source, output);
        int? atMost = options is { Top: { } top, Count: false } ? Math.Min(top, int.MaxValue - 1) + 1 : null;
        await foreach (var exported in source.ListAsync(request.Space, options.Filter, page.StartsAfter, atMost, cancellationToken))
        {
            await page.WriteAsync(exported, answer, cancellationToken);
            if (page.IsDone)
            {
                break;
            }
        }
        await page.EndAsync(answer, cancellationToken);
    }

    private async Task WriteOfOneAsync(ODataRequest request, InstanceId id, Stream output, CancellationToken cancellationToken)
    {
        var exported = await source.GetAsync(request.Space, id, cancellationToken);
        await using var answer = new ODataAnswer(request, source, output);
        if (request.Address.Table.Parent is null)
        {
            await answer.WriteSubmissionAsync(exported, cancellationToken);
            await answer.EndAsync(null, request.Options.Count ? 1 : null, cancellationToken);
            return;
        }
        var page = new RepeatPage(request, null);
        await page.WriteAsync(exported, answer, cancellationToken);
        if (page.Seen == 0 && request.Address.RepeatIds.ContainsKey(request.Address.Table))
        {
            throw Problem.NotFound().AsException();
        }
        await page.EndAsync(answer, cancellationToken);
    }

    private async Task<string?> FindPlaceAsync(ODataRequest request, CancellationToken cancellationToken) =>
        request.Options.SkipToken?.InstanceId is not { } id ? null
        : InstanceId.ParseOrNull(id) is { } instance
        && await submissions.FindPlaceAsync(request.Space, instance, cancellationToken) is { } place
            ? place
        : throw Problem.SkipTokenRowMissing().AsException();

    private async Task<(string? Place, long Skipped)> SkipAsync(ODataRequest request, string? after, CancellationToken cancellationToken)
    {
        var skipped = 0L;
        if (request.Options.Skip > 0)
        {
            await foreach (var (_, place) in source.ListPlacesAsync(request.Space, request.Options.Filter, after, cancellationToken))
            {
                after = place;
                if (++skipped == request.Options.Skip)
                {
                    break;
                }
            }
        }
        return (after, skipped);
    }
}
