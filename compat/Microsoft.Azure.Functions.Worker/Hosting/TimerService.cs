using Microsoft.Extensions.Hosting;

namespace Microsoft.Azure.Functions.Worker.Hosting;

/// <summary>Follows the schedule of each timer function. Occurrences that pass during a run are left out.</summary>
internal sealed class TimerService(FunctionCatalog functions, TimerRunner runner) : BackgroundService
{
    /// <summary>Short enough to notice that the clock was set.</summary>
    private static readonly TimeSpan LongestNap = TimeSpan.FromMinutes(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(functions.Timers.Select(timer => FollowAsync(timer, stoppingToken)));

    private async Task FollowAsync(TimerFunction timer, CancellationToken stopping)
    {
        if (timer.RunOnStartup)
            await runner.RunAsync(timer);
        while (true)
        {
            await SleepUntilAsync(timer.Schedule.Next(runner.Clock.GetUtcNow()), stopping);
            await runner.RunAsync(timer);
        }
    }

    private async Task SleepUntilAsync(DateTimeOffset due, CancellationToken stopping)
    {
        while (due - runner.Clock.GetUtcNow() is { Ticks: > 0 } left)
        {
            await Task.Delay(left < LongestNap ? left : LongestNap, runner.Clock, stopping);
        }
    }
}
