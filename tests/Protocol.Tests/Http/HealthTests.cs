using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Http;

/// <summary>The health endpoints (docs/operations.md).</summary>
[Trait("Speed", "Fast")]
public sealed class HealthTests
{
    [Fact]
    public async Task A_server_with_storage_reports_live_and_ready_to_anyone_without_details()
    {
        var server = await Server.SharedAsync();
        await BecomeReadyAsync(Api.Anonymous(server));
        foreach (
            var client in new[]
            {
                Api.Anonymous(server),
                Api.Anonymous(server).With("Authorization", "Bearer nonsense"),
                Api.Anonymous(server).With("X-Forwarded-Proto", null),
            }
        )
        {
            Assert.Equal("{\"status\":\"live\"}", (await GetAsync(client, "/health")).ShouldBe(HttpStatusCode.OK).Text);
            Assert.Equal("{\"status\":\"ready\"}", (await GetAsync(client, "/health/ready")).ShouldBe(HttpStatusCode.OK).Text);
        }
        var head = await Api.Anonymous(server).SendAsync(HttpMethod.Head, Whole(server, "/health/ready"));
        Assert.Empty(head.ShouldBe(HttpStatusCode.OK).Bytes);
    }

    [Fact]
    public async Task The_version_is_at_the_address_of_Centrals()
    {
        var server = await Server.SharedAsync();
        var answer = (await GetAsync(Api.Anonymous(server), "/version.txt")).ShouldBe(HttpStatusCode.OK);
        Assert.Matches(@"\Aversions:\n\S+ ServerlessRosa \(\d[^)]*\)\n\z", answer.Text);
        Assert.Equal("text/plain; charset=utf-8", answer.Header("Content-Type"));
        Assert.Equal(0, answer.StorageOperations);
    }

    [Fact]
    public async Task Repeated_health_checks_cost_no_storage_operation()
    {
        var client = Api.Anonymous(await Server.SharedAsync());
        await BecomeReadyAsync(client);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => GetAsync(client, "/health/ready")));
        Assert.All(answers, answer => Assert.InRange(answer.ShouldBe(HttpStatusCode.OK).StorageOperations, 0, 2));
        Assert.InRange(answers.Count(answer => answer.StorageOperations > 0), 0, 10);
    }

    [Fact]
    public async Task A_server_that_has_lost_its_storage_is_live_but_not_ready()
    {
        await using var own = await OwnStorage.StartWithEmulatorAsync();
        var client = Api.Anonymous(own.Server);
        await BecomeReadyAsync(client);

        await own.EndStorageAsync();

        await Eventually.TrueAsync(
            async () => (await GetAsync(client, "/health/ready")).Status == HttpStatusCode.ServiceUnavailable,
            "the server noticed"
        );
        var answer = (await GetAsync(client, "/health/ready")).ShouldBe(HttpStatusCode.ServiceUnavailable);
        Assert.Equal("{\"status\":\"unavailable\"}", answer.Text);
        Assert.NotNull(answer.Header("X-Correlation-Id"));
        (await GetAsync(client, "/health")).ShouldBe(HttpStatusCode.OK);
        await Eventually.TrueAsync(
            () => Task.FromResult(own.Server.App!.Output.Any(line => line.Contains("Storage is not reachable.", StringComparison.Ordinal))),
            "the log says so"
        );
    }

    // On a busy machine the emulator may take longer than a check waits.
    private static Task BecomeReadyAsync(Api client) =>
        Eventually.TrueAsync(async () => (await GetAsync(client, "/health/ready")).Status == HttpStatusCode.OK, "storage answered in time");

    private static Task<Answer> GetAsync(Api client, string path) => client.SendAsync(HttpMethod.Get, Whole(client.Server, path));

    private static string Whole(Server server, string path) => server.BaseUrl.GetLeftPart(UriPartial.Authority) + path;
}
