using ServerlessRosa.Bench;
using Xunit;

namespace ServerlessRosa.Core.Tests.Bench;

/// <summary>When `bench --compare` fails, on made-up figures.</summary>
public sealed class BaselineTests
{
    private static readonly Baseline Before = Of(
        ("submission", new BaselineFigures(2, 1.2)),
        ("head", new BaselineFigures(0, null)),
        ("restore", new BaselineFigures(null, 2))
    );

    [Fact]
    public void A_ratio_or_a_count_of_operations_that_is_more_than_a_quarter_worse_is_reported()
    {
        Assert.Empty(Before.WorseIn(Before));
        Assert.Empty(
            Before.WorseIn(
                Of(
                    ("submission", new BaselineFigures(2.2, 1.49)),
                    ("head", new BaselineFigures(0.1, null)),
                    ("restore", new BaselineFigures(null, 2.5)),
                    ("new", new BaselineFigures(100, 100))
                )
            )
        );
        Assert.Equal(
            [
                "submission: 2.51 storage operations, 2.00 before",
                "submission: 1.51 times the floor, 1.20 before",
                "head: 1.00 storage operations, 0.00 before",
                "restore: 2.51 times the floor, 2.00 before",
            ],
            Before.WorseIn(
                Of(
                    ("submission", new BaselineFigures(2.51, 1.51)),
                    ("head", new BaselineFigures(1, null)),
                    ("restore", new BaselineFigures(null, 2.51))
                )
            )
        );
    }

    [Fact]
    public async Task A_worse_ratio_is_measured_again_and_the_better_one_counts()
    {
        Assert.Equal((1.3, 2), await RatioAsync("submission", new(2, 1.9), new(2, 1.3)));
        Assert.Equal((1.8, 2), await RatioAsync("submission", new(2, 1.8), new(2, 1.9)));
        Assert.Equal((1.4, 1), await RatioAsync("submission", new(2, 1.4), new(2, 1)));
        Assert.Equal((9, 1), await RatioAsync("unknown", new(2, 9), new(2, 1)));

        // Worse operations are not an accident of the machine.
        Assert.Equal((1.9, 1), await RatioAsync("submission", new(3, 1.9), new(2, 1)));
    }

    private static async Task<(double? Ratio, int Measurements)> RatioAsync(string workload, params BaselineFigures[] figures)
    {
        var measurements = 0;
        var counted = await Before.MeasureAsync(workload, () => Task.FromResult(figures[measurements++]), measured => measured);
        return (counted.Ratio, measurements);
    }

    private static Baseline Of(params (string Name, BaselineFigures Figures)[] workloads) =>
        new(workloads.ToDictionary(workload => workload.Name, workload => workload.Figures));
}
