namespace ServerlessRosa.Bench.Simulation;

public enum Outcome
{
    Accepted,

    /// <summary>Storage refused an operation to the end, and the app answered with an error that phones retry after.</summary>
    Refused,

    /// <summary>No instance was free for so long that the phone went away.</summary>
    GivenUp,
}

/// <summary>Answers requests: waits for an instance, receives the body, computes, and uses storage.</summary>
public sealed class SimulatedApp(
    SimulatedClock clock,
    InstancePool pool,
    SimulatedStorage storage,
    double phoneBytes,
    SimulationFigures figures
)
{
    public async Task<Outcome> SendAsync(RequestPlan request)
    {
        var sent = clock.Now;
        var outcome = Outcome.GivenUp;
        if (await pool.EnterAsync() is { } instance)
        {
            outcome = await RunAsync(request, instance) ? Outcome.Accepted : Outcome.Refused;
            pool.Leave(instance);
        }
        figures.Count(request.Name, outcome, clock.Now - sent);
        return outcome;
    }

    private async Task<bool> RunAsync(RequestPlan request, Instance instance)
    {
        if (request.UploadedBytes > 0)
            await clock.After(request.UploadedBytes / phoneBytes);
        await instance.ComputeAsync(request.CpuSeconds);
        foreach (var read in request.Cold)
        {
            figures.CountCache(instance.Knows(read));
            if (instance.Knows(read))
                continue;
            if (!await storage.SendAsync(read.Operation))
                return false;
            instance.Keep(read);
        }
        foreach (var operation in request.Warm)
        {
            if (!await storage.SendAsync(operation))
                return false;
        }
        return true;
    }
}
