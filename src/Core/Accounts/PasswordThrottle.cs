using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Accounts;

/// <summary>
/// Slows down who guesses passwords, on this instance. An address that fails with an account waits, longer each time; one that fails with many accounts
/// waits with all of them; and an account that is guessed at from many addresses refuses those that have failed before. An address that has never
/// failed is always heard, so that a stranger cannot lock out a phone that knows its password.
/// </summary>
public sealed class PasswordThrottle(TimedCache cache, TimeProvider clock)
{
    private const int FreeTriesPerPair = 5;
    private const int FreeTriesPerAddress = 50;
    private const int FreeTriesPerAccount = 100;
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(5);

    /// <summary>Refuses with 429.1 and the seconds to wait, before any password is looked at.</summary>
    public void Require(string account, string address)
    {
        var pair = Find(("throttle", account, address));
        var wait = pair.Count == 0
            ? Find(("throttle-address", address)).WaitAfter(FreeTriesPerAddress, clock)
            : Longest(
                pair.WaitAfter(FreeTriesPerPair, clock),
                Find(("throttle-address", address)).WaitAfter(FreeTriesPerAddress, clock),
                Find(("throttle-account", account)).WaitAfter(FreeTriesPerAccount, clock));
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

    /// <summary>Whoever knows the password starts afresh.</summary>
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

        /// <summary>One second after the free tries, and twice as long with each further failure.</summary>
        public TimeSpan WaitAfter(int freeTries, TimeProvider clock)
        {
            lock (_lock)
            {
                if (Count < freeTries)
                {
                    return TimeSpan.Zero;
                }
                var wait = TimeSpan.FromSeconds(Math.Min(Math.Pow(2, Count - freeTries), MaxWait.TotalSeconds));
                return _last + wait - clock.GetUtcNow();
            }
        }
    }
}
