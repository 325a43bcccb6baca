using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Hosting;

/// <summary>Runs timer functions, each one run at a time, whether the schedule or a request asks for it.</summary>
internal sealed partial class TimerRunner(
    FunctionCatalog functions,
    IServiceScopeFactory scopes,
    IHostApplicationLifetime lifetime,
    ILogger<TimerRunner> logger,
    IServiceProvider services
) : IDisposable
{
    private readonly Dictionary<string, Turn> _turns = functions.Timers.ToDictionary(
        timer => timer.Name,
        timer => new Turn(timer),
        StringComparer.OrdinalIgnoreCase
    );

    // The worker offers no TimeProvider: an app that wants one registers it.
    public TimeProvider Clock { get; } = services.GetService<TimeProvider>() ?? TimeProvider.System;

    public TimerFunction? Find(string name) => _turns.TryGetValue(name, out var turn) ? turn.Timer : null;

    /// <summary>False if the run failed; the failure is logged.</summary>
    public async Task<bool> RunAsync(TimerFunction timer)
    {
        var turn = _turns[timer.Name];
        var stopping = lifetime.ApplicationStopping;
        await turn.Free.WaitAsync(stopping);
        try
        {
            var now = Clock.GetUtcNow();
            var status = new ScheduleStatus
            {
                Last = turn.Last,
                Next = timer.Schedule.Next(now).UtcDateTime,
                LastUpdated = turn.Last,
            };
            turn.Last = now.UtcDateTime;

            await using var scope = scopes.CreateAsyncScope();
            var info = new TimerInfo { ScheduleStatus = timer.UseMonitor ? status : null };
            await timer.RunAsync(new Invocation(timer, scope.ServiceProvider, stopping) { Timer = info });
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException || !stopping.IsCancellationRequested)
        {
            LogFailure(logger, timer.Name, e);
            return false;
        }
        finally
        {
            turn.Free.Release();
        }
    }

    public void Dispose()
    {
        foreach (var turn in _turns.Values)
            turn.Free.Dispose();
    }

    [LoggerMessage(LogLevel.Error, "Timer function {Name} failed")]
    private static partial void LogFailure(ILogger logger, string name, Exception e);

    private sealed class Turn(TimerFunction timer)
    {
        public TimerFunction Timer { get; } = timer;

        public SemaphoreSlim Free { get; } = new(1, 1);

        public DateTime Last { get; set; }
    }
}
