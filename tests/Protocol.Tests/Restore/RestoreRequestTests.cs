using System.Globalization;
using System.Net;
using System.Text;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Restore;

/// <summary>Who is given a restore, what may be asked for, and the envelope around it (CC-001 to CC-034).</summary>
[Trait("Speed", "Fast")]
public sealed class RestoreRequestTests
{
    [Theory]
    [InlineData("/phone/restore/")]
    [InlineData("/phone/restore")]
    [InlineData("/phone/restore/?version=2.0&case_sync=livequery&days_since_last_sync=3&unheard-of=%F0%9F%8C%B3")]
    [InlineData("/phone/restore?version=1.0")]
    [InlineData("/phone/restore/?version=3.0&openrosa_version=2.0")]
    [InlineData("/phone/restore/?since=&state=&user_id=&device_id=&as=")]
    [InlineData("/phone/restore/app-1_x/")]
    [InlineData("/phone/restore/7a39")]
    [
        Clause("CC-001"),
        Clause("CC-002"),
        Clause("CC-003"),
        Clause("CC-012"),
        Clause("CC-014"),
        Clause("CC-019"),
        Clause("CC-024"),
        Clause("CC-025"),
        Clause("CC-026"),
        Clause("CC-027"),
        Clause("CC-029"),
        Clause("CC-055")
    ]
    public async Task A_worker_gets_a_restore(string path)
    {
        var domain = await Domain.StartAsync();
        var worker = await domain.WorkerAsync();
        var answer = await worker.Phone.With("X-OpenRosa-Version", "3.0").GetAsync(domain.At(path));
        var restore = RestoreDocument.Of(answer);
        Assert.Equal("", restore.Summary());
        Assert.Equal("1.0", answer.Header("X-OpenRosa-Version"));
        Assert.NotNull(answer.Headers.Date);
        Assert.Equal("no-store", answer.Header("Cache-Control"));
        Assert.Null(restore.Root.Attribute("items"));
    }

    [Fact, Clause("CC-028"), Clause("CC-030"), Clause("CC-031"), Clause("CC-032"), Clause("CC-033"), Clause("CC-035")]
    public async Task The_restore_names_the_worker_and_has_a_token_of_its_own()
    {
        var domain = await Domain.StartAsync();
        var worker = await domain.WorkerAsync(password: "pass<word>&more");
        var restore = RestoreDocument.Of(await domain.RestoreAsync(worker.Phone));
        Assert.Equal($"Successfully restored account {worker.Username}!", restore.Message);
        Assert.Equal(["username", "password", "uuid", "date"], restore.User.Take(4).Select(child => child.Name.LocalName));
        Assert.Equal([worker.Username, "", worker.Id], restore.User.Take(3).Select(child => child.Value));
        Assert.True(DateOnly.TryParseExact(restore.User[3].Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _));
        Assert.DoesNotContain(
            "pass",
            restore
                .Text.Replace("<password />", "", StringComparison.Ordinal)
                .Replace("<password></password>", "", StringComparison.Ordinal),
            StringComparison.Ordinal
        );
        Assert.Empty(restore.Groups);
        var tokens = new HashSet<string> { restore.Token };
        for (var i = 0; i < 5; i++)
        {
            Assert.True(tokens.Add(RestoreDocument.Of(await domain.RestoreAsync(worker.Phone)).Token));
        }
    }

    [Fact, Clause("CC-015")]
    public async Task The_root_counts_its_children_on_request()
    {
        var domain = await Domain.StartAsync();
        var worker = await domain.WorkerAsync();
        var restore = RestoreDocument.Of(await domain.RestoreAsync(worker.Phone, "items=true"));
        Assert.Equal(restore.Root.Elements().Count().ToString(CultureInfo.InvariantCulture), restore.Root.Attribute("items")!.Value);
        Assert.Null(RestoreDocument.Of(await domain.RestoreAsync(worker.Phone, "items=false")).Root.Attribute("items"));
    }

    [Theory, Clause("CC-013"), Clause("CC-016"), Clause("CC-132"), Clause("CC-133")]
    [InlineData("version=4.0", "4.0 is not a legal version, must be one of: 1.0, 2.0, 3.0")]
    [InlineData("version=2", "2 is not a legal version")]
    [InlineData("version=%00%3Cb%3E", "\ufffd<b> is not a legal version")]
    [InlineData("user_id=somebody", "Attempt to sync with invalid user.")]
    [InlineData("since=null", "No sync log with the id null was found.")]
    [InlineData("since=83226e1e05ebe146685b93a9a312efa3", "No sync log")]
    [InlineData("since=83226e1e05ebe146685b93a9a312efa3&state=ccsh:", "No sync log")]
    [InlineData("since=a%2Fb%5C%23%3F%00%27%20or%201", "No sync log")]
    [InlineData(
        "since=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            + "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "No sync log"
    )]
    public async Task Invalid_restore_parameters_get_412(string query, string message)
    {
        var domain = await Domain.StartAsync();
        var worker = await domain.WorkerAsync();
        (await worker.Phone.GetAsync(domain.At($"/phone/restore/?{query}"))).ShouldStartOver(message);
    }

    [Fact, Clause("CC-016")]
    public async Task The_worker_s_own_user_id_is_accepted()
    {
        var domain = await Domain.StartAsync();
        var worker = await domain.WorkerAsync();
        RestoreDocument.Of(await domain.RestoreAsync(worker.Phone, $"user_id={worker.Id}"));
    }

    [Theory, Clause("CC-129"), Clause("CC-130"), Clause("CC-131"), Clause("CC-134")]
    [InlineData("ccsh:", null)]
    [InlineData("CCSH:", null)]
    [InlineData(
        "ccsh:c1659a27528573a105244296a480c759",
        "Phone state has mismatch. Expected ccsh: but was ccsh:c1659a27528573a105244296a480c759. Cases: []"
    )]
    [InlineData("c1659a27528573a105244296a480c759", "does not start with ccsh:")]
    [InlineData("ccsh:xyz", "The state ccsh:xyz")]
    public async Task The_state_hash_must_match_the_phone_s_cases(string state, string? refusal)
    {
        var domain = await Domain.StartAsync();
        var worker = await domain.WorkerAsync();
        var first = RestoreDocument.Of(await domain.RestoreAsync(worker.Phone, $"state={state}"));
        var answer = await domain.RestoreAsync(worker.Phone, $"since={first.Token}&state={state}");
        if (refusal is null)
        {
            Assert.NotEqual(first.Token, RestoreDocument.Of(answer).Token);
            return;
        }
        answer.ShouldStartOver(refusal);
        RestoreDocument.Of(await domain.RestoreAsync(worker.Phone));
    }

    [Fact, Clause("CC-132")]
    public async Task A_sync_token_of_another_user_or_domain_is_refused()
    {
        var (domain, elsewhere) = (await Domain.StartAsync(), await Domain.StartAsync());
        var (worker, other) = (await domain.WorkerAsync(), await domain.WorkerAsync());
        var token = RestoreDocument.Of(await domain.RestoreAsync(worker.Phone)).Token;
        (await domain.RestoreAsync(other.Phone, $"since={token}")).ShouldStartOver($"Sync log {token} does not match user id {other.Id}.");
        (await elsewhere.RestoreAsync((await elsewhere.WorkerAsync()).Phone, $"since={token}")).ShouldStartOver("No sync log");
    }

    [Fact, Clause("CC-139"), Clause("CC-141"), Clause("CC-143")]
    public async Task A_repeated_request_gets_the_same_sync_token_and_each_device_its_own()
    {
        var domain = await Domain.StartAsync();
        var worker = await domain.WorkerAsync();
        var first = RestoreDocument.Of(await domain.RestoreAsync(worker.Phone)).Token;
        var (asked, again) = (await TokenAsync("device_id=a"), await TokenAsync("device_id=a"));
        var (other, fresh) = (await TokenAsync("device_id=b"), await TokenAsync("device_id=a&overwrite_cache=true"));
        Assert.Equal(asked, again);
        Assert.Equal(4, new HashSet<string> { first, asked, other, fresh }.Count);
        foreach (var token in new[] { asked, other, fresh })
        {
            RestoreDocument.Of(await domain.RestoreAsync(worker.Phone, $"since={token}&state=ccsh:"));
        }

        async Task<string> TokenAsync(string query) =>
            RestoreDocument.Of(await domain.RestoreAsync(worker.Phone, $"since={first}&{query}")).Token;
    }

    [Fact, Clause("CC-017")]
    public async Task Only_a_manager_can_restore_a_worker()
    {
        var domain = await Domain.StartAsync();
        var (worker, other) = (await domain.WorkerAsync(), await domain.WorkerAsync());
        var (manager, viewer) = ((await domain.Programme.WebUserAsync("manager")).Api, (await domain.Programme.WebUserAsync("viewer")).Api);
        foreach (
            var name in new[] { worker.Username, worker.Username.ToUpperInvariant(), $"{worker.Username}@{domain.Name}.commcarehq.org" }
        )
        {
            var restore = RestoreDocument.Of(await domain.RestoreAsync(manager, $"as={Uri.EscapeDataString(name)}"));
            Assert.Equal((worker.Username, worker.Id), (restore.User[0].Value, restore.User[2].Value));
        }
        foreach (
            var (who, name) in new[]
            {
                (manager, "nobody"),
                (manager, $"{worker.Username}@elsewhere.commcarehq.org"),
                (manager, "/\\#?"),
                (viewer, worker.Username),
                (other.Phone, worker.Username),
            }
        )
        {
            (await domain.RestoreAsync(who, $"as={Uri.EscapeDataString(name)}")).ShouldBe(HttpStatusCode.Unauthorized);
        }
    }

    [Fact]
    public async Task A_web_user_has_a_restore_too()
    {
        var domain = await Domain.StartAsync();
        var (_, email, password) = await domain.Programme.WebUserAsync("formfill");
        var restore = RestoreDocument.Of(await domain.RestoreAsync(domain.As(email, password)));
        Assert.Equal(email, restore.User[0].Value);
        var next = RestoreDocument.Of(await domain.RestoreAsync(domain.As(email, password), $"since={restore.Token}&state=ccsh:"));
        Assert.Equal(restore.User[2].Value, next.User[2].Value);
    }

    [Theory]
    [InlineData("/phone/restore/app%201")]
    [InlineData("/phone/restore/app.1")]
    [InlineData("/phone/restore/a/b")]
    public async Task Unknown_app_ids_are_not_found(string path)
    {
        var domain = await Domain.StartAsync();
        (await (await domain.WorkerAsync()).Phone.GetAsync(domain.At(path))).ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task HEAD_answers_without_a_body_and_refuses_like_GET()
    {
        var domain = await Domain.StartAsync();
        var phone = (await domain.WorkerAsync()).Phone;
        var head = (await phone.HeadAsync(domain.At("/phone/restore/"))).ShouldBe(HttpStatusCode.OK);
        Assert.Empty(head.Bytes);
        Assert.Equal("text/xml; charset=utf-8", head.Header("Content-Type"));
        (await phone.HeadAsync(domain.At("/phone/restore/?since=null"))).ShouldBe(HttpStatusCode.PreconditionFailed);
        (await Api.Anonymous(domain.Programme.Server).HeadAsync(domain.At("/phone/restore/"))).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact, Clause("CC-004")]
    public async Task Restore_requests_without_credentials_are_challenged()
    {
        var domain = await Domain.StartAsync();
        var answer = (await Api.Anonymous(domain.Programme.Server).GetAsync(domain.At("/phone/restore/"))).ShouldBe(
            HttpStatusCode.Unauthorized
        );
        Assert.StartsWith("Basic ", answer.Header("WWW-Authenticate"), StringComparison.Ordinal);
        Assert.Equal(0, Encoding.UTF8.GetByteCount(answer.Text));
    }
}
