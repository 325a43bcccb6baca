using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Xunit;

namespace ServerlessRosa.Core.Tests.FunctionsWorker;

public sealed class TimerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_timer_follows_the_schedule_that_its_setting_holds()
    {
        await using var host = await StandInHost.StartAsync(
            typeof(EachSecond),
            configure: builder => builder.Configuration["Timers:EachSecond"] = "* * * * * *"
        );

        var first = await EachSecond.Runs.Reader.ReadAsync().AsTask().WaitAsync(Patience);
        var second = await EachSecond.Runs.Reader.ReadAsync().AsTask().WaitAsync(Patience);

        Assert.Equal(default, first.ScheduleStatus!.Last);
        Assert.InRange(first.ScheduleStatus.Next - second.ScheduleStatus!.Last, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_timer_may_run_when_the_host_starts()
    {
        await using var host = await StandInHost.StartAsync(typeof(AtStart));

        var run = await AtStart.Runs.Reader.ReadAsync().AsTask().WaitAsync(Patience);

        Assert.Null(run.ScheduleStatus);
    }

    [Fact]
    public async Task A_timer_that_failed_is_logged_and_runs_again()
    {
        await using var host = await StandInHost.StartAsync(typeof(Fails));

        await Fails.Runs.Reader.ReadAsync().AsTask().WaitAsync(Patience);
        await Fails.Runs.Reader.ReadAsync().AsTask().WaitAsync(Patience);

        Assert.Contains("Timer function Fails failed", host.Errors);
    }

    [Fact]
    public async Task A_timer_can_be_run_by_hand_and_is_over_when_that_is_answered()
    {
        await using var host = await StandInHost.StartAsync(typeof(ByHand));
        var before = ByHand.Finished;

        Assert.Equal((202, ""), await host.SendAsync("POST", "admin/functions/slowjob", """{"input":""}"""));

        Assert.Equal(before + 1, ByHand.Finished);
    }

    [Fact]
    public async Task Runs_of_one_timer_do_not_overlap()
    {
        await using var host = await StandInHost.StartAsync(typeof(ByHand));

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => host.SendAsync("POST", "admin/functions/SlowJob", "{}")));

        Assert.Equal(1, ByHand.MostAtOnce);
    }

    [Fact]
    public async Task A_run_by_hand_that_fails_answers_500()
    {
        await using var host = await StandInHost.StartAsync(typeof(ByHand));

        Assert.Equal((500, ""), await host.SendAsync("POST", "admin/functions/BrokenJob", "{}"));
    }

    [Theory]
    [InlineData("POST", "admin/functions/NoSuchJob", "{}")]
    [InlineData("POST", "admin/functions/Page", "{}")]
    [InlineData("POST", "admin/functions/SlowJob", null)]
    [InlineData("GET", "admin/functions/SlowJob", "{}")]
    [InlineData("POST", "admin/functions", "{}")]
    public async Task Only_a_JSON_post_to_a_timer_is_found(string verb, string path, string? json)
    {
        await using var host = await StandInHost.StartAsync(typeof(ByHand));

        Assert.Equal((404, ""), await host.SendAsync(verb, path, json));
    }

    [Fact]
    public async Task A_client_behind_a_local_proxy_cannot_run_a_timer()
    {
        await using var host = await StandInHost.StartAsync(typeof(ByHand));
        host.Client.DefaultRequestHeaders.Host = "rosa.example.org";

        Assert.Equal((404, ""), await host.SendAsync("POST", "admin/functions/SlowJob", "{}"));
    }

    [Fact]
    public async Task A_run_is_cancelled_when_the_host_stops()
    {
        var host = await StandInHost.StartAsync(typeof(Endless));
        await Endless.Started.Task.WaitAsync(Patience);

        await host.DisposeAsync().AsTask().WaitAsync(Patience);

        await Endless.Cancelled.Task.WaitAsync(Patience);
        Assert.Empty(host.Errors);
    }

    public static class EachSecond
    {
        public static Channel<TimerInfo> Runs { get; } = Channel.CreateUnbounded<TimerInfo>();

        [Function("EachSecond")]
        public static Task Run(
            [TimerTrigger("%Timers:EachSecond%")] TimerInfo timer,
            FunctionContext context,
            CancellationToken cancellationToken
        ) => Runs.Writer.WriteAsync(timer, cancellationToken).AsTask();
    }

    public static class AtStart
    {
        public static Channel<TimerInfo> Runs { get; } = Channel.CreateUnbounded<TimerInfo>();

        [Function("AtStart")]
        public static Task Run([TimerTrigger("0 0 0 1 1 *", RunOnStartup = true, UseMonitor = false)] TimerInfo timer) =>
            Runs.Writer.WriteAsync(timer).AsTask();
    }

    public static class Fails
    {
        public static Channel<TimerInfo> Runs { get; } = Channel.CreateUnbounded<TimerInfo>();

        [Function("Fails")]
        public static async Task Run([TimerTrigger("* * * * * *")] TimerInfo timer)
        {
            await Runs.Writer.WriteAsync(timer);
            throw new InvalidOperationException("as it should");
        }
    }

    public static class Endless
    {
        public static TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public static TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        [Function("Endless")]
        public static async Task Run(
            [TimerTrigger("0 0 0 1 1 *", RunOnStartup = true)] TimerInfo timer,
            CancellationToken cancellationToken
        )
        {
            Started.SetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            finally
            {
                Cancelled.SetResult();
            }
        }
    }

    public static class ByHand
    {
        private static int s_atOnce;

        public static int Finished { get; private set; }

        public static int MostAtOnce { get; private set; }

        [Function("SlowJob")]
        public static async Task SlowJob([TimerTrigger("0 0 0 1 1 *")] TimerInfo timer)
        {
            MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref s_atOnce));
            await Task.Delay(20);
            Interlocked.Decrement(ref s_atOnce);
            Finished++;
        }

        [Function("BrokenJob")]
        public static Task BrokenJob([TimerTrigger("0 0 0 1 1 *")] TimerInfo timer) => throw new InvalidOperationException("as it should");

        [Function("Page")]
        public static IResult Page([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => Results.Ok();
    }
}
