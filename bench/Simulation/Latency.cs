namespace ServerlessRosa.Bench.Simulation;

/// <summary>How long storage takes, in milliseconds, log-normally distributed: half of all answers take longer than the median, one of a
/// hundred longer than <paramref name="P99"/>.</summary>
public sealed record Latency(double Median, double P99)
{
    private const double NinetyNinth = 2.3263; // standard deviations from the median to the 99th percentile

    public double SampleSeconds(Random random)
    {
        // Box and Muller: a normally distributed number from two even ones.
        var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return Median * Math.Exp(Math.Log(P99 / Median) / NinetyNinth * normal) / 1000;
    }
}
