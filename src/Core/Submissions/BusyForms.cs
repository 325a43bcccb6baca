using System.Collections.Concurrent;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Submissions;

/// <summary>
/// Counts how often storage refused the commits of a form with 503, as this instance saw it. Storage also answers so for seconds while it
/// moves a partition, so a few do not count.
/// </summary>
public sealed class BusyForms(TimeProvider clock)
{
    private const int Enough = 10;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<SubmissionSpace, (DateTimeOffset Since, int Count)> _busy = new();

    internal void Add(SubmissionSpace space, int refusals)
    {
        var now = clock.GetUtcNow();
        _busy.AddOrUpdate(
            space,
            _ => (now, refusals),
            (_, before) => before.Since < now - Window ? (now, refusals) : (before.Since, before.Count + refusals)
        );
    }

    /// <summary>Whether the published submissions of a form were refused often within a minute. Starts anew then.</summary>
    internal bool Take(SubmissionSpace space) =>
        space.Draft is null && _busy.TryGetValue(space, out var found) && found.Count >= Enough && _busy.TryRemove(space, out _);
}
