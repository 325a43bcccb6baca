namespace ServerlessRosa.Bench.Simulation;

/// <summary>
/// A limit per second, as storage has for a partition and an account: unused tokens collect up to <paramref name="burst"/>. Times are
/// seconds of any clock that does not go back.
/// </summary>
public sealed class TokenBucket(double perSecond, double burst)
{
    // Sums of times are not exact.
    private const double Rounding = 1e-6;
    private readonly double _most = burst;
    private double _tokens = burst;
    private double _at;

    public double PerSecond => perSecond;

    /// <summary>Whether so many tokens are there; of more than fit in at all, as many as fit: the rest is owed then.</summary>
    public bool Has(double now, double amount)
    {
        _tokens = Math.Min(_most, _tokens + ((now - _at) * perSecond));
        _at = now;
        return _tokens + Rounding >= Math.Min(amount, _most);
    }

    public void Take(double amount) => _tokens -= amount;

    public bool TryTake(double now, double amount)
    {
        if (!Has(now, amount))
            return false;
        Take(amount);
        return true;
    }
}
