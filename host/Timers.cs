using System.Collections.Concurrent;
using System.Text.Json;
using LocalFunctionsHost.Rpc;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LocalFunctionsHost;

/// <summary>Runs timer functions on their schedules, in UTC, and by hand. Runs of one function do not overlap; occurrences that pass
/// during a run are left out.</summary>
internal sealed partial class Timers(WorkerSupervisor workers, TimeProvider clock, ILogger<Timers> logger) : BackgroundService
{
    /// <summary>Short enough to notice that the clock was set.</summary>
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, State> _states = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Runs a function once and waits for its end. False if it failed; the failure is logged.</summary>
    public async Task<bool> RunAsync(string name, CancellationToken cancellationToken)
    {
        var state = _states.GetOrAdd(name, _ => new State());
        await state.Free.WaitAsync(cancellationToken);
        try
        {
            if (await workers.ReadyAsync(cancellationToken) is not { } worker || worker.Functions.Find(name) is not TimerFunction timer)
                return false;
            var now = clock.GetUtcNow().UtcDateTime;
            var trigger = new TypedData { Json = InfoOf(timer, state.Last, now) };
            state.Last = now;

            var id = Guid.NewGuid().ToString();
            await using var cancel = cancellationToken.Register(() => worker.Cancel(id));
            var result = await worker.InvokeAsync(timer, id, trigger);
            if (result.Status != StatusResult.Types.Status.Success)
                LogFailure(logger, name, Worker.Describe(result));
            return result.Status == StatusResult.Types.Status.Success;
        }
        finally
        {
            state.Free.Release();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (await workers.ReadyAsync(stoppingToken) is { } worker)
            await Task.WhenAll(worker.Functions.Enabled<TimerFunction>().Select(timer => FollowAsync(timer, stoppingToken)));
    }

    private async Task FollowAsync(TimerFunction timer, CancellationToken cancellationToken)
    {
        if (timer.RunOnStartup)
            await RunAsync(timer.Name, cancellationToken);
        while (true)
        {
            var due = timer.Schedule.GetNextOccurrence(clock.GetUtcNow().UtcDateTime);
            while (due - clock.GetUtcNow().UtcDateTime is { Ticks: > 0 } left)
                await Task.Delay(left < LongestDelay ? left : LongestDelay, clock, cancellationToken);
            await RunAsync(timer.Name, cancellationToken);
        }
    }

    private static string InfoOf(TimerFunction timer, DateTime last, DateTime now) =>
        JsonSerializer.Serialize(
            new
            {
                Schedule = new { AdjustForDST = true },
                ScheduleStatus = timer.UseMonitor
                    ? new
                    {
                        Last = last,
                        Next = timer.Schedule.GetNextOccurrence(now),
                        LastUpdated = last,
                    }
                    : null,
                IsPastDue = false,
            }
        );

    [LoggerMessage(LogLevel.Error, "The timer function {Name} failed: {Reason}")]
    private static partial void LogFailure(ILogger logger, string name, string reason);

    private sealed class State
    {
        public SemaphoreSlim Free { get; } = new(1, 1);

        public DateTime Last { get; set; }
    }
}
