using System.Collections.Concurrent;
using System.Diagnostics;
using Azure;

namespace ServerlessRosa.Bench;

/// <summary>The result of a closed loop: each connection sends its next request when the previous one is answered.</summary>
internal sealed record Load(IReadOnlyList<double> SortedMilliseconds, double Seconds, IReadOnlyDictionary<string, int> Errors)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public int Good => SortedMilliseconds.Count;

    public double RequestsPerSecond => Good / Seconds;

    public double P50 => Quantile(0.5);

    public double P95 => Quantile(0.95);

    /// <summary>Stops early after half a minute. <paramref name="request"/> returns the error in the answer, or null.</summary>
    public static async Task<Load> RunAsync(
        int connections,
        int count,
        Func<int, CancellationToken, Task<string?>> request,
        CancellationToken cancellationToken
    )
    {
        var times = new ConcurrentBag<double>();
        var errors = new ConcurrentDictionary<string, int>();
        var started = Stopwatch.GetTimestamp();
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => ConnectionAsync()));
        return new Load([.. times.Order()], Stopwatch.GetElapsedTime(started).TotalSeconds, errors);

        async Task ConnectionAsync()
        {
            while (Interlocked.Increment(ref next) is var i && i < count && Stopwatch.GetElapsedTime(started) < Limit)
            {
                var sent = Stopwatch.GetTimestamp();
                var wrong = await TryAsync(i);
                if (wrong is null)
                    times.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
                else
                    errors.AddOrUpdate(wrong, 1, (_, n) => n + 1);
            }
        }

        async Task<string?> TryAsync(int i)
        {
            try
            {
                return await request(i, cancellationToken);
            }
            catch (Exception e)
                when (e is HttpRequestException or RequestFailedException or IOException
                    || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
                )
            {
                return $"{e.GetType().Name}: {e.Message.Split('\n')[0]}";
            }
        }
    }

    private double Quantile(double share) => Good == 0 ? double.NaN : SortedMilliseconds[Math.Max(0, (int)Math.Ceiling(share * Good) - 1)];
}
