using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Accounts;

/// <summary>
/// Slows down password guessing, per instance. An address that fails with one account waits, longer after each failure. An address that
/// fails with many accounts waits with all of them, up to a minute. An account that fails from many addresses refuses those of them that
/// have failed with it. So an attacker cannot lock out a phone at another address; a phone at the same address is admitted if this instance
/// has verified its password before.
/// </summary>
public sealed class PasswordThrottle(TimedCache cache, TimeProvider clock)
{
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(15);
    private static readonly Limit PerPair = new(FreeTries: 5, MaxWait: TimeSpan.FromMinutes(5));
    private static readonly Limit PerAddress = new(FreeTries: 50, MaxWait: TimeSpan.FromMinutes(1));
    private static readonly Limit PerAccount = new(FreeTries: 100, MaxWait: TimeSpan.FromMinutes(1));

    /// <summary>Refuses with 429.1 and the seconds to wait, before the password is checked.</summary>
    public void Require(string account, string address)
    {
        var pair = Find(("throttle", account, address));
        var wait =
            pair.Count == 0
                ? Find(("throttle-address", address)).WaitAfter(PerAddress, clock)
                : Longest(
                    pair.WaitAfter(PerPair, clock),
                    Find(("throttle-address", address)).WaitAfter(PerAddress, clock),
                    Find(("throttle-account", account)).WaitAfter(PerAccount, clock)
                );
        if (wait > TimeSpan.Zero)
        {
            throw Problem.TooManyAttempts(wait).AsException();
        }
    }

    public void Failed(string account, string address)
    {
        Find(("throttle", account, address)).Add(clock);
        Find(("throttle-address", address)).Add(clock);
        Find(("throttle-account", account)).Add(clock);
    }

    /// <summary>Resets the failure count after a correct password.</summary>
    public void Succeeded(string account, string address) => cache.Remove(("throttle", account, address));

    private Failures Find(object key)
    {
        if (!cache.TryGet(key, out Failures? failures))
        {
            failures = new Failures();
            cache.Set(key, failures, size: 256, Remembered);
        }
        return failures!;
    }

    private static TimeSpan Longest(params ReadOnlySpan<TimeSpan> waits)
    {
        var longest = TimeSpan.Zero;
        foreach (var wait in waits)
        {
            longest = wait > longest ? wait : longest;
        }
        return longest;
    }

    private sealed class Failures
    {
        private readonly Lock _lock = new();
        private DateTimeOffset _last;

        public int Count { get; private set; }

        public void Add(TimeProvider clock)
        {
            lock (_lock)
            {
                Count++;
                _last = clock.GetUtcNow();
            }
        }

        /// <summary>Ten seconds after the free attempts, doubled with each further failure.</summary>
        public TimeSpan WaitAfter(Limit limit, TimeProvider clock)
        {
            lock (_lock)
            {
                if (Count < limit.FreeTries)
                {
                    return TimeSpan.Zero;
                }
                var wait = TimeSpan.FromSeconds(Math.Min(10 * Math.Pow(2, Count - limit.FreeTries), limit.MaxWait.TotalSeconds));
                return _last + wait - clock.GetUtcNow();
            }
        }
    }

    private sealed record Limit(int FreeTries, TimeSpan MaxWait);
}
