using System.Globalization;
using System.Net;
using System.Text;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using static ServerlessRosa.Protocol.Tests.Restore.RestoredCaseTests;

namespace ServerlessRosa.Protocol.Tests.Restore;

/// <summary>When the bytes of a restore leave, and what becomes of a restore that cannot be finished.</summary>
public sealed class RestoreStreamTests
{
    [Fact, Clause("CC-023")]
    public async Task The_first_byte_comes_before_the_cases_are_read()
    {
        await using var faulty = await FaultyServer.TakeAsync();
        var (server, storage) = (faulty.Server, faulty.Storage);
        storage.PageSize = 2;
        var (domain, phone) = await WithCasesAsync(server, 7);
        storage.Fail(Fault.Delayed, request => request.Path.Value!.Contains("caseOwners", StringComparison.Ordinal));

        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, domain.At("/phone/restore/", server));
        request.Headers.Add(
            "Authorization",
            "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{phone.Worker.Username}:{phone.Worker.Password}"))
        );
        request.Headers.Add("X-Forwarded-Proto", "https");
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var body = await answer.Content.ReadAsStreamAsync();
        var first = new byte[20];
        await body.ReadExactlyAsync(first);
        Assert.InRange(storage.Seen, 0, 2);

        using var rest = new StreamReader(body);
        var text = await rest.ReadToEndAsync();
        Assert.Equal(7, text.Split("<case ").Length - 1);
        Assert.InRange(storage.Seen, 4, 5);
    }

    [Fact, Clause("CC-022")]
    public async Task A_short_answer_says_how_long_it_is_and_a_long_one_streams()
    {
        var domain = await Domain.StartAsync();
        var phone = await DomainPhone.StartAsync(domain);

        var few = (await domain.RestoreAsync(phone.Worker.Phone)).ShouldBe(HttpStatusCode.OK);
        var refused = (await domain.RestoreAsync(phone.Worker.Phone, "version=9.0")).ShouldBe(HttpStatusCode.PreconditionFailed);
        await SubmitWithoutPhoneAsync(
            domain,
            [
                .. Enumerable
                    .Range(0, 5)
                    .Select(_ => Create(Id(), phone) with { Properties = new Dictionary<string, string> { ["text"] = new('x', 30_000) } }),
            ]
        );
        var many = (await domain.RestoreAsync(phone.Worker.Phone)).ShouldBe(HttpStatusCode.OK);

        Assert.All(
            [few, refused],
            answer =>
                Assert.Equal(
                    Encoding.UTF8.GetByteCount(answer.Text),
                    int.Parse(answer.Header("Content-Length")!, CultureInfo.InvariantCulture)
                )
        );
        Assert.Null(many.Header("Content-Length"));
    }

    [Theory]
    [InlineData("caseOwners", "GET", 2)]
    [InlineData("/syncs/", "PUT", 1)]
    [InlineData("/syncs", "POST", 1)]
    public async Task A_restore_interrupted_by_a_storage_fault_is_not_well_formed_and_the_next_one_is(string what, string method, int from)
    {
        await using var faulty = await FaultyServer.TakeAsync();
        var (server, storage) = (faulty.Server, faulty.Storage);
        storage.PageSize = 2;
        var (domain, phone) = await WithCasesAsync(server, 5);
        await phone.SyncAsync();
        var since = phone.Simulated.Token;
        await SubmitWithoutPhoneAsync(domain, Create(Id(), phone), Create(Id(), phone), Create(Id(), phone));

        storage.Fail(
            Fault.ServerError,
            request => request.Method == method && request.Path.Value!.Contains(what, StringComparison.Ordinal),
            from
        );
        await AssertFailsAsync("");
        await AssertFailsAsync($"since={since}&device_id=device");
        storage.StopFailing();

        Assert.Equal(8, RestoreDocument.Of(await domain.RestoreAsync(phone.Worker.Phone, server: server)).Blocks.Count);
        Assert.Equal(3, (await phone.SyncAsync()).Split(' ').Length);
        Assert.Equal("", await phone.SyncAsync());

        async Task AssertFailsAsync(string query)
        {
            try
            {
                (await domain.RestoreAsync(phone.Worker.Phone, query, server)).ShouldBe(HttpStatusCode.InternalServerError);
            }
            catch (HttpRequestException)
            {
                // The first bytes were sent, and the response was aborted.
            }
        }
    }

    [Fact]
    public async Task A_phone_that_disconnects_during_a_restore_gets_all_cases_on_retry()
    {
        var domain = await Domain.StartAsync();
        var phone = await DomainPhone.StartAsync(domain);
        await SubmitWithoutPhoneAsync(
            domain,
            [
                .. Enumerable
                    .Range(0, 30)
                    .Select(_ => Create(Id(), phone) with { Properties = new Dictionary<string, string> { ["text"] = new('x', 30_000) } }),
            ]
        );
        for (var i = 0; i < 3; i++)
        {
            using var client = new HttpClient();
            using var request = new HttpRequestMessage(
                HttpMethod.Get,
                domain.At($"/phone/restore/?since={phone.Simulated.Token}&state=ccsh:&device_id=device")
            );
            request.Headers.Add(
                "Authorization",
                "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{phone.Worker.Username}:{phone.Worker.Password}"))
            );
            request.Headers.Add("X-Forwarded-Proto", "https");
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            await (await answer.Content.ReadAsStreamAsync()).ReadExactlyAsync(new byte[1000]);
        }
        await phone.SyncAsync();
        Assert.Equal(30, phone.Simulated.Cases.Count);
        Assert.Equal("", await phone.SyncAsync());
    }

    private static async Task<(Domain Domain, DomainPhone Phone)> WithCasesAsync(Server server, int count)
    {
        var domain = await Domain.StartAsync();
        var phone = await DomainPhone.StartAsync(domain);
        await SubmitWithoutPhoneAsync(domain, [.. Enumerable.Range(0, count).Select(_ => Create(Id(), phone))]);
        (await domain.RestoreAsync(phone.Worker.Phone, server: server)).ShouldBe(HttpStatusCode.OK);
        return (domain, phone);
    }
}
