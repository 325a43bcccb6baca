namespace ServerlessRosa.Bench.Simulation;

/// <summary>
/// What phones send: at random moments, each submission after a HEAD request, and now and then a form list and a manifest. What is refused
/// stays in the outbox and is sent again after a pause that doubles.
/// </summary>
public sealed class Phones(SimulatedClock clock, SimulatedApp app, RequestPlans plans, TrafficSettings traffic, Random random)
{
    /// <summary>Submissions that are not accepted yet.</summary>
    public int Outbox { get; private set; }

    public void Start()
    {
        if (traffic.Connections is { } connections)
        {
            for (var i = 0; i < connections; i++)
                clock.Start(ConnectionAsync);
        }
        else if (traffic.Cases is { } cases)
        {
            clock.Start(() => ArriveAsync(traffic.Rate, () => FormAsync(cases)));
            clock.Start(() => ArriveAsync(traffic.Rate * cases.Restores, () => RestoreAsync(cases)));
        }
        else
        {
            clock.Start(() => ArriveAsync(traffic.Rate, SubmissionAsync));
            clock.Start(() => ArriveAsync(traffic.Rate * traffic.FormLists, () => app.SendAsync(plans.FormList(Account()))));
            clock.Start(() => ArriveAsync(traffic.Rate * traffic.Manifests, () => app.SendAsync(plans.Manifest(Account()))));
        }
    }

    private async Task ArriveAsync(double rate, Func<Task> arrival)
    {
        while (rate > 0)
        {
            await clock.After(-Math.Log(1 - random.NextDouble()) / rate);
            clock.Start(arrival);
        }
    }

    private async Task SubmissionAsync()
    {
        var account = Account();
        await RepeatAsync(async () =>
            await app.SendAsync(plans.Head(account)) == Outcome.Accepted
            && await app.SendAsync(plans.Submission(account, random)) == Outcome.Accepted
        );
    }

    private Task FormAsync(CaseTraffic cases)
    {
        var form = plans.CaseForm(Account(), random.Next(cases.Owners), 1, random);
        return RepeatAsync(async () => await app.SendAsync(form) == Outcome.Accepted);
    }

    private async Task RestoreAsync(CaseTraffic cases)
    {
        var restore = plans.Restore(Account(), random.Next(cases.Owners), cases.Total / cases.Owners);
        await app.SendAsync(restore);
    }

    private async Task RepeatAsync(Func<Task<bool>> send)
    {
        Outbox++;
        for (var pause = traffic.BackOff; !await send(); pause *= 2)
            await clock.After(pause * (0.5 + random.NextDouble()));
        Outbox--;
    }

    private async Task ConnectionAsync()
    {
        while (true)
        {
            var account = Account();
            while (await app.SendAsync(plans.Submission(account, random)) != Outcome.Accepted)
                await clock.After(traffic.BackOff);
        }
    }

    private int Account() => random.Next(traffic.Accounts);
}
