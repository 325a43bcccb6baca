using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Http;

/// <summary>A refusal or failure carries the trace id of its log entries, so that support can find them.</summary>
public sealed class CorrelationTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";

    [Fact]
    public async Task Every_refusal_has_a_correlation_id_and_no_success_does()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var phone = await programme.AppUserAsync(form);
        var (collector, _, _) = await programme.WebUserAsync("formfill");
        var anonymous = Api.Anonymous(programme.Server);
        string[] ids =
        [
            Id(400, await phone.With("X-OpenRosa-Version", null).GetAsync($"{programme.Path}/formList")),
            Id(400, await phone.PostAsync($"{programme.Path}/submission", Samples.Multipart("<data"))),
            Id(400, await programme.Admin.PostXmlAsync($"{programme.Path}/forms", "no xml")),
            Id(401, await anonymous.OpenRosa.GetAsync($"{programme.Path}/formList")),
            Id(401, await anonymous.GetAsync("/users")),
            Id(403, await collector.GetAsync($"{programme.FormPath(form)}/submissions")),
            Id(404, await programme.Admin.GetAsync("/nothing")),
            Id(404, await programme.Admin.GetAsync($"{programme.FormPath("unheard of")}.xml")),
            Id(404, await anonymous.GetAsync(programme.Server.BaseUrl.GetLeftPart(UriPartial.Authority) + "/elsewhere")),
            Id(409, await programme.Admin.PostXmlAsync($"{programme.Path}/forms", Samples.Form(form))),
        ];
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.Null((await phone.GetAsync($"{programme.Path}/formList")).ShouldBe(HttpStatusCode.OK).Header("X-Correlation-Id"));
    }

    [Fact]
    public async Task A_client_that_traces_finds_its_own_trace_and_so_does_the_log()
    {
        var fresh = await Server.StartAsync();
        var refusal = await Api.Anonymous(fresh).With("traceparent", $"00-{Trace}-b7ad6b7169203331-01").GetAsync("/users");

        Assert.Equal(Trace, Id(401, refusal));
        await Eventually.TrueAsync(
            () =>
                Task.FromResult(
                    fresh.App!.Output.Any(line => line.Contains($"Refused with 401.2, correlation {Trace}.", StringComparison.Ordinal))
                ),
            "the refusal was logged"
        );
        await fresh.App!.DisposeAsync();
    }

    [Fact]
    public async Task A_failure_includes_the_trace_id_in_its_message()
    {
        await using var own = await OwnStorage.StartWithEmulatorAsync();
        await own.EndStorageAsync();
        var failure = await Api.Anonymous(own.Server)
            .PostJsonAsync("/sessions", new { email = "somebody@example.org", password = "some password" });

        failure.ShouldBeProblem(500.1m, Id(500, failure));
        await Eventually.TrueAsync(
            () =>
                Task.FromResult(
                    own.Server.App!.Output.Any(line =>
                        line.Contains($"Failed with 500.1, correlation {failure.Header("X-Correlation-Id")}.", StringComparison.Ordinal)
                    )
                ),
            "the failure was logged"
        );
    }

    private static string Id(int status, Answer answer)
    {
        var id = answer.ShouldBe((HttpStatusCode)status).Header("X-Correlation-Id");
        Assert.Matches("^[0-9a-f]{32}$", id);
        return id!;
    }
}
