using System.Globalization;

namespace ServerlessRosa.Core.Ids;

/// <summary>How many partitions new submissions use from a time on.</summary>
public sealed record ShardCount(int Count, DateTimeOffset From);

/// <summary>
/// The partitions (shards) of a form's published submissions. A submission lies in the shard that the hash of its root instance id gives,
/// modulo the count at the time of its receipt. A count is a power of two; a form that grows gets another, and nothing is moved.
/// </summary>
public sealed class SubmissionShards
{
    /// <summary>The highest count.</summary>
    public const int Most = 64;

    private const int HashDigits = 8;
    private readonly IReadOnlyList<ShardCount> _counts;

    private SubmissionShards(IReadOnlyList<ShardCount> counts) => _counts = counts;

    /// <summary>One partition, as most forms have it.</summary>
    public static SubmissionShards One { get; } = Of([new ShardCount(1, DateTimeOffset.MinValue)]);

    /// <summary>How many partitions there are.</summary>
    public int Partitions => _counts[^1].Count;

    /// <summary>Whether new submissions may meet one of an earlier count.</summary>
    public bool HasGrown => _counts.Count > 1;

    /// <summary>Whether the newest count is yet to begin.</summary>
    public bool IsGrowing(DateTimeOffset now) => _counts[^1].From > now;

    /// <param name="counts">In the order of their times; each higher than the one before it.</param>
    public static SubmissionShards Of(IReadOnlyList<ShardCount> counts) => new(counts);

    public static bool IsCount(int count) => count is >= 1 and <= Most && int.IsPow2(count);

    /// <summary>Where a submission may lie, by the hash of its root instance id: the newest count first, each shard once.</summary>
    public IReadOnlyList<int> HomesOf(string hash) => [.. _counts.Reverse().Select(count => Home(hash, count.Count)).Distinct()];

    /// <summary>
    /// Where a submission is written now, and the shards in which a claim on its instance id must precede it: those of a count that begins
    /// soon, so that requests before and after that time meet.
    /// </summary>
    public (int Home, IReadOnlyList<int> Claims) PlaceOf(string hash, DateTimeOffset now)
    {
        var home = Home(hash, _counts.Last(count => count.From <= now).Count);
        return (
            home,
            _counts is [_]
                ? []
                :
                [
                    .. _counts
                        .Where(count => count.From > now)
                        .Select(count => Home(hash, count.Count))
                        .Where(shard => shard != home)
                        .Distinct(),
                ]
        );
    }

    private static int Home(string hash, int count) =>
        int.Parse(hash.AsSpan(0, HashDigits), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & (count - 1);
}
