using System.Diagnostics;
using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Http;

/// <summary>What the local Functions host does with the worker process of the app.</summary>
public sealed class LocalHostTests
{
    [Fact]
    public async Task A_worker_that_ends_is_started_again()
    {
        var server = await Server.StartAsync();
        var first = server.App!.ProcessId;
        using (var worker = Process.GetProcessById(first))
        {
            worker.Kill();
            await worker.WaitForExitAsync();
        }

        // Until the new worker takes requests, the host answers 500.
        var anybody = Api.Anonymous(server);
        await Eventually.TrueAsync(
            async () => (await anybody.GetAsync("/projects")).Status == HttpStatusCode.Unauthorized,
            "the new worker answers"
        );
        await Eventually.TrueAsync(() => Task.FromResult(server.App.ProcessId != first), "the host named the new worker");
        server.App.Kill();
    }

    [Fact]
    public async Task A_host_that_is_stopped_stops_its_worker()
    {
        var server = await Server.StartAsync(ownProcess: true);
        using var worker = Process.GetProcessById(server.App!.ProcessId);

        await server.App.StopAsync();

        await worker.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_host_that_is_killed_ends_its_worker()
    {
        var server = await Server.StartAsync(ownProcess: true);
        using var worker = Process.GetProcessById(server.App!.ProcessId);
        using (var host = Process.GetProcessById(server.App.HostProcessId))
        {
            host.Kill();
        }
        await worker.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_client_that_disconnects_cancels_its_function()
    {
        await using var faulty = await FaultyServer.TakeAsync();
        var programme = await Programme.StartAsync();
        var blocked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        faulty.Storage.Fail(
            Fault.Blocked,
            request =>
            {
                var meant = request.Path.Value!.Contains("/projects", StringComparison.Ordinal);
                if (meant)
                {
                    blocked.TrySetResult();
                }
                return meant;
            }
        );

        using var client = new CancellationTokenSource();
        var asking = programme.Admin.At(faulty.Server).GetAsync(programme.Path, client.Token);
        await blocked.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await client.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await Eventually.TrueAsync(() => Task.FromResult(faulty.Storage.GivenUp > 0), "the function ended its request to storage");
    }

    [Theory]
    [InlineData("/admin/host/status")]
    [InlineData("/runtime/webhooks")]
    [InlineData("/admin/functions/NoSuchFunction")]
    public async Task Addresses_of_the_host_reach_no_function(string path)
    {
        var server = await Server.SharedAsync();
        var answer = await RawHttp.SendAsync(server, "GET", path);
        Assert.Equal(HttpStatusCode.NotFound, answer.Status);
        Assert.Empty(answer.Bytes);
    }

    [Fact]
    public async Task The_host_behaves_like_a_deployment_on_request()
    {
        var server = await Server.StartAsync(hostArguments: ["--body-limit", "2000", "--buffer-bodies", "--admin-key", "a key"]);
        var anybody = Api.Anonymous(server);

        // It overwrites what a client says of HTTPS, so that a password is not taken over HTTP.
        (await Api.WithBasic(server, Server.AdminEmail, Server.AdminPassword).GetAsync("/projects")).ShouldBe(HttpStatusCode.Unauthorized);

        (await anybody.PostXmlAsync("/sessions", new string('a', 1500))).ShouldBe(HttpStatusCode.BadRequest);
        (await anybody.PostXmlAsync("/sessions", new string('a', 2500))).ShouldBe(HttpStatusCode.InternalServerError);

        var timer = new Uri(server.BaseUrl, "/admin/functions/Reconcile").ToString();
        (await anybody.PostJsonAsync(timer, new { })).ShouldBe(HttpStatusCode.Unauthorized);
        (await anybody.With("x-functions-key", "a key").PostJsonAsync(timer, new { })).ShouldBe(HttpStatusCode.Accepted);
        server.App!.Kill();
    }
}
