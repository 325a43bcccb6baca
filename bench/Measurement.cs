using System.Diagnostics;

namespace ServerlessRosa.Bench;

/// <summary>
/// Measures each workload in rounds: the app, then the floor, then the app again. Other load on the machine affects both, so the ratio of
/// the two halves is stable even when the times are not.
/// </summary>
internal sealed class Measurement(AppClient client, Floor floor, ProcessFigures figures)
{
    /// <param name="before">A workload whose ratio is worse than here is measured again; null for no comparison.</param>
    public async Task<Report> RunAsync(IReadOnlyList<Workload> workloads, int rounds, Baseline? before, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var (machine, own) = (ProcessFigures.MachineSeconds, figures.OwnSeconds);
        var results = new List<WorkloadFigures>();
        foreach (var workload in workloads)
            results.Add(
                before is null
                    ? await RunAsync(workload, rounds, cancellationToken)
                    : await before.MeasureAsync(workload.Name, () => RunAsync(workload, rounds, cancellationToken), Baseline.Of)
            );

        var capacity = Stopwatch.GetElapsedTime(started).TotalSeconds * Environment.ProcessorCount;
        var others = (ProcessFigures.MachineSeconds - machine - (figures.OwnSeconds - own)) / capacity;
        return new Report(
            DateTimeOffset.UtcNow,
            Environment.ProcessorCount,
            rounds,
            others is { } share ? Math.Max(0, share) : null,
            results
        );
    }

    private async Task<WorkloadFigures> RunAsync(Workload workload, int rounds, CancellationToken cancellationToken)
    {
        await CheckAsync(workload, cancellationToken);
        var warm = await AppAsync(workload with { Count = workload.WarmUp }, cancellationToken);
        if (workload.Floor is not null)
            await FloorAsync(workload with { Count = workload.WarmUp }, cancellationToken);

        var done = new List<Round>();
        for (var i = 1; i <= rounds; i++)
        {
            var app = await AppAsync(workload, cancellationToken);
            var bare = workload.Floor is null ? null : await FloorAsync(workload, cancellationToken);
            done.Add(new Round(app, bare));
            var beside = bare is null
                ? ""
                : FormattableString.Invariant($"; floor {bare.Load.RequestsPerSecond:F1}/s, p50 {bare.Load.P50:F2} ms");
            await Console.Error.WriteLineAsync(
                FormattableString.Invariant(
                    $"{workload.Name} {i}/{rounds}: {app.Load.RequestsPerSecond:F1}/s, p50 {app.Load.P50:F2} ms{beside}"
                )
            );
        }
        return WorkloadFigures.Of(workload, warm.Load, done);
    }

    private async Task CheckAsync(Workload workload, CancellationToken cancellationToken)
    {
        if (workload.Holds is not ({ } text, var times))
            return;
        var found = (await client.ReadAsync(workload.Request(0), cancellationToken)).Split(text).Length - 1;
        if (found != times)
            throw new Dev.StartException($"{workload.Name}: the answer has {text} {found} times, not {times}.");
    }

    private Task<Half> AppAsync(Workload workload, CancellationToken cancellationToken) =>
        HalfAsync(
            workload,
            () => client.Operations,
            (i, stop) => client.SendAsync(workload.Request(i), workload.Expected, stop),
            cancellationToken
        );

    private Task<Half> FloorAsync(Workload workload, CancellationToken cancellationToken) =>
        HalfAsync(
            workload,
            () => floor.Operations,
            async (_, stop) =>
            {
                await workload.Floor!(stop);
                return null;
            },
            cancellationToken
        );

    private async Task<Half> HalfAsync(
        Workload workload,
        Func<long> operations,
        Func<int, CancellationToken, Task<string?>> request,
        CancellationToken cancellationToken
    )
    {
        figures.ResetPeak();
        var (before, worker, host, storage) = (operations(), figures.WorkerSeconds, figures.HostSeconds, figures.StorageSeconds);
        var load = await Load.RunAsync(workload.Connections, workload.Count, request, cancellationToken);
        return new Half(
            load,
            operations() - before,
            figures.WorkerSeconds - worker,
            figures.HostSeconds - host,
            figures.StorageSeconds - storage,
            figures.PeakMiB
        );
    }
}

/// <summary>One closed loop and its costs.</summary>
internal sealed record Half(Load Load, long Operations, double WorkerSeconds, double HostSeconds, double StorageSeconds, double? PeakMiB);

internal sealed record Round(Half App, Half? Floor);
