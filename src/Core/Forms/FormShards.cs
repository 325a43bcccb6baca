using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Forms;

/// <summary>
/// How many partitions take the submissions of a form: those that it begins with, and more of them (ADR 33). A higher count takes effect
/// when every instance has read it and writes that began before have ended.
/// </summary>
public sealed partial class FormShards(
    FormDirectory forms,
    IOptions<ShardOptions> shards,
    IOptions<CacheOptions> cache,
    TimeProvider clock,
    ILogger<FormShards> logger
)
{
    /// <summary>A submission is committed by a form that was read this long before, or within the time of the cache before that.</summary>
    internal static readonly TimeSpan LongestUse = TimeSpan.FromSeconds(30);

    // Four attempts of 30 seconds each.
    private static readonly TimeSpan LongestWrite = TimeSpan.FromSeconds(120);

    private const int Growth = 16;

    /// <summary>Of a new form; null for one partition.</summary>
    internal IReadOnlyList<ShardCount>? Initial =>
        shards.Value.SubmissionShards is var count and > 1 ? [new ShardCount(count, DateTimeOffset.MinValue)] : null;

    /// <summary>The form with so many shards. Refuses a number that is no power of two up to 64, or lower than before, with
    /// 400.8.</summary>
    public Form Grow(Form form, int count)
    {
        var before = form.Shards.Partitions;
        if (!SubmissionShards.IsCount(count) || count < before)
        {
            throw Problem
                .UnexpectedValue(
                    "submissionShards",
                    count.ToString(System.Globalization.CultureInfo.InvariantCulture),
                    $"it must be a power of two from {before} to {SubmissionShards.Most}."
                )
                .AsException();
        }
        return count == before
            ? form
            : form with
            {
                ShardCounts =
                [
                    .. form.ShardCounts ?? [new ShardCount(1, DateTimeOffset.MinValue)],
                    new ShardCount(count, clock.GetUtcNow() + cache.Value.Lifetime + LongestUse + LongestWrite),
                ],
            };
    }

    /// <summary>Gives a form that is too busy sixteen times as many shards, up to 64. Never fails for storage that refuses it, since the
    /// form will be busy again, or for a form that was deleted. Nine operations, more with versions.</summary>
    internal async Task TryGrowAsync(Form form)
    {
        try
        {
            // Others have seen the same; a number that was read before them changes nothing, nor does a form that is growing.
            var count = Math.Min(form.Shards.Partitions * Growth, SubmissionShards.Most);
            var grown = await forms.ChangeAsync(
                form.Project,
                form.Id,
                now =>
                    now.Number == form.Number && now.Shards.Partitions < count && !now.Shards.IsGrowing(clock.GetUtcNow())
                        ? Grow(now, count)
                        : now,
                CancellationToken.None
            );
            LogGrown(logger, form.Project.Value, form.Number, grown.Shards.Partitions);
        }
        catch (Exception e) when (StorageFailure.Is(e) || e is ProblemException)
        {
            LogNotGrown(logger, form.Project.Value, form.Number, e);
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Storage was too busy for the submissions of form {Form} in project {Project}: it gets {Shards} shards."
    )]
    private static partial void LogGrown(ILogger logger, int project, int form, int shards);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Storage is too busy for the submissions of form {Form} in project {Project}, and it could not get more shards."
    )]
    private static partial void LogNotGrown(ILogger logger, int project, int form, Exception e);
}
