using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace ServerlessRosa.Bench.Simulation;

/// <summary>
/// Simulated time, in seconds from 0. A process is an async method that waits only by <see cref="After"/> and <see cref="Signal{T}"/>.
/// The clock runs one process at a time on the caller's thread, in the order of time and then of scheduling, so that a run depends on
/// its seed alone.
/// </summary>
public sealed class SimulatedClock
{
    private readonly PriorityQueue<Action, (double Time, long Order)> _events = new();
    private long _scheduled;
    private ExceptionDispatchInfo? _failure;

    public double Now { get; private set; }

    public SimulatedDelay After(double seconds) => new(this, seconds);

    /// <summary>Starts a process at the current time. What it throws is thrown by <see cref="RunUntil"/>.</summary>
    public void Start(Func<Task> process) => Schedule(0, () => _ = RunAsync(process));

    /// <summary>Runs all that happens up to and including this time.</summary>
    public void RunUntil(double end)
    {
        // A test framework's context would resume processes on other threads.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            while (_events.TryPeek(out var next, out var at) && at.Time <= end)
            {
                _events.Dequeue();
                Now = at.Time;
                next();
                _failure?.Throw();
            }
            Now = end;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    internal void Schedule(double seconds, Action next) => _events.Enqueue(next, (Now + seconds, _scheduled++));

    private async Task RunAsync(Func<Task> process)
    {
        try
        {
            await process();
        }
        catch (Exception e)
        {
            _failure ??= ExceptionDispatchInfo.Capture(e);
        }
    }
}

/// <summary>Awaited by a process, which goes on after this time.</summary>
public readonly record struct SimulatedDelay(SimulatedClock Clock, double Seconds) : ICriticalNotifyCompletion
{
    public bool IsCompleted => false;

    public SimulatedDelay GetAwaiter() => this;

    public void GetResult() { }

    public void OnCompleted(Action continuation) => Clock.Schedule(Seconds, continuation);

    public void UnsafeOnCompleted(Action continuation) => Clock.Schedule(Seconds, continuation);
}

/// <summary>Awaited by one process, until another sets the result.</summary>
public sealed class Signal<T>(SimulatedClock clock) : ICriticalNotifyCompletion
{
    private Action? _continuation;
    private T _result = default!;

    public bool IsCompleted { get; private set; }

    public Signal<T> GetAwaiter() => this;

    public T GetResult() => _result;

    public void OnCompleted(Action continuation) => _continuation = continuation;

    public void UnsafeOnCompleted(Action continuation) => _continuation = continuation;

    public void Set(T result)
    {
        (_result, IsCompleted) = (result, true);
        if (_continuation is { } waiting)
            clock.Schedule(0, waiting);
    }
}
