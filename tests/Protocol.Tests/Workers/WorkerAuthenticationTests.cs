using System.Net;
using System.Text;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Workers;

/// <summary>How mobile workers and web users sign in to a domain (CC-004 to CC-011), asked at the address of the heartbeat.</summary>
public sealed class WorkerAuthenticationTests
{
    private const string Heartbeat = "/phone/heartbeat/build-1/?app_id=app-1";

    [Fact, Clause("CC-004"), Clause("CC-020"), Clause("CC-021")]
    public async Task Without_credentials_CommCare_addresses_challenge()
    {
        var domain = await Domain.StartAsync();
        var answer = ShouldAskForPassword(await Api.Anonymous(domain.Programme.Server).GetAsync(domain.At(Heartbeat)));
        Assert.Equal("1.0", answer.Header("X-OpenRosa-Version"));
        Assert.NotNull(answer.Headers.Date);
        Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
    }

    [Fact, Clause("CC-005")]
    public async Task A_wrong_password_is_answered_the_same_way()
    {
        var domain = await Domain.StartAsync();
        var worker = await domain.WorkerAsync();
        foreach (var password in new[] { "1989", "", "1988 " })
        {
            ShouldAskForPassword(await domain.As(worker.Username, password).FromElsewhere.GetAsync(domain.At(Heartbeat)));
        }
        ShouldAskForPassword(await domain.As(Samples.Unique("nobody"), "1988").FromElsewhere.GetAsync(domain.At(Heartbeat)));
    }

    [Fact, Clause("CC-006"), Clause("CC-007")]
    public async Task A_worker_has_several_names_in_any_case()
    {
        var domain = await Domain.StartAsync();
        var worker = await domain.WorkerAsync($"o'neil_{Samples.Unique("x")}.jr");
        foreach (
            var name in new[]
            {
                worker.Username,
                $"{worker.Username}@{domain.Name}",
                $"{worker.Username}@{domain.Name}.commcarehq.org",
                $"{worker.Username}@{domain.Name}.example.net",
            }
        )
        {
            foreach (var written in new[] { name, name.ToUpperInvariant() })
            {
                (await domain.As(written, worker.Password).GetAsync(domain.At(Heartbeat))).ShouldBe(HttpStatusCode.OK);
            }
        }
    }

    [Theory]
    [InlineData("1")]
    [InlineData("a:b::c:")]
    [InlineData("Größe-桜-🌳-пароль")]
    [InlineData(" blanks ")]
    [Clause("CC-008")]
    public async Task A_password_may_hold_any_text(string password)
    {
        var domain = await Domain.StartAsync();
        var worker = await domain.WorkerAsync(password: password);
        (await worker.Phone.GetAsync(domain.At(Heartbeat))).ShouldBe(HttpStatusCode.OK);
    }

    [Fact, Clause("CC-008")]
    public async Task A_password_may_be_sent_as_latin_1()
    {
        var domain = await Domain.StartAsync();
        var worker = await domain.WorkerAsync(password: "Größe");
        var credentials = Convert.ToBase64String(Encoding.Latin1.GetBytes($"{worker.Username}:Größe"));
        (await worker.Phone.With("Authorization", $"Basic {credentials}").GetAsync(domain.At(Heartbeat))).ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("Basic")]
    [InlineData("Basic ")]
    [InlineData("Basic ???")]
    [InlineData("Basic amFzb24")]
    [InlineData("Basic amFzb24=")]
    [InlineData("Basic Og==")]
    [InlineData("Bearer")]
    [InlineData("Bearer nonsense")]
    [InlineData("Digest username=\"jason\"")]
    [InlineData("nonsense")]
    [Clause("CC-009")]
    public async Task Malformed_credentials_are_challenged_again(string authorization)
    {
        var domain = await Domain.StartAsync();
        ShouldAskForPassword(
            await Api.Anonymous(domain.Programme.Server).With("Authorization", authorization).FromElsewhere.GetAsync(domain.At(Heartbeat))
        );
    }

    [Fact, Clause("CC-010")]
    public async Task A_worker_of_another_domain_is_not_authenticated()
    {
        var (here, elsewhere) = (await Domain.StartAsync(), await Domain.StartAsync());
        var stranger = await elsewhere.WorkerAsync();
        ShouldAskForPassword(await stranger.Phone.FromElsewhere.GetAsync(here.At(Heartbeat)));
        ShouldAskForPassword(await here.As(stranger.Username, stranger.Password).FromElsewhere.GetAsync(here.At(Heartbeat)));
        ShouldAskForPassword(
            await here.As($"{stranger.Username}@{here.Name}x.commcarehq.org", stranger.Password).FromElsewhere.GetAsync(here.At(Heartbeat))
        );
        (await stranger.Phone.GetAsync(elsewhere.At(Heartbeat))).ShouldBe(HttpStatusCode.OK);
    }

    [Fact, Clause("CC-010")]
    public async Task Web_users_sign_in_by_address_where_they_have_a_role()
    {
        var domain = await Domain.StartAsync();
        var (_, email, password) = await domain.Programme.WebUserAsync("formfill");
        var (_, strangersEmail, _) = await domain.Programme.WebUserAsync();
        (await domain.As(email.ToUpperInvariant(), password).GetAsync(domain.At(Heartbeat))).ShouldBe(HttpStatusCode.OK);
        ShouldAskForPassword(await domain.As(strangersEmail, password).FromElsewhere.GetAsync(domain.At(Heartbeat)));
        ShouldAskForPassword(await domain.As(email, "not the password").FromElsewhere.GetAsync(domain.At(Heartbeat)));
    }

    [Fact]
    public async Task An_unknown_domain_is_404_only_for_authenticated_callers()
    {
        var domain = await Domain.StartAsync();
        var worker = await domain.WorkerAsync();
        var (_, email, password) = await domain.Programme.WebUserAsync("viewer");
        var nowhere = domain.At(Heartbeat).Replace($"/a/{domain.Name}/", "/a/nowhere/", StringComparison.Ordinal);
        ShouldAskForPassword(await Api.Anonymous(domain.Programme.Server).GetAsync(nowhere));
        ShouldAskForPassword(await worker.Phone.FromElsewhere.GetAsync(nowhere));
        (await domain.As(email, password).GetAsync(nowhere)).ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact, Clause("CC-011")]
    public async Task A_deactivated_worker_gets_406_only_with_the_right_password()
    {
        var domain = await Domain.StartAsync();
        var worker = await domain.WorkerAsync();
        (await domain.Admin.PostAsync(domain.Api($"user/{worker.Id}/deactivate/"))).ShouldBe(HttpStatusCode.Accepted);
        ShouldBeEnded(await worker.Phone.GetAsync(domain.At(Heartbeat)), "user.deactivated", "deactivated");
        ShouldAskForPassword(await domain.As(worker.Username, "1989").FromElsewhere.GetAsync(domain.At(Heartbeat)));

        (await domain.Admin.PostAsync(domain.Api($"user/{worker.Id}/activate/"))).ShouldBe(HttpStatusCode.Accepted);
        (await worker.Phone.GetAsync(domain.At(Heartbeat))).ShouldBe(HttpStatusCode.OK);
    }

    [Fact, Clause("CC-011")]
    public async Task A_deleted_worker_gets_406_until_the_name_is_used_again()
    {
        var domain = await Domain.StartAsync();
        var worker = await domain.WorkerAsync();
        (await domain.Admin.DeleteAsync(domain.Api($"user/{worker.Id}/"))).ShouldBe(HttpStatusCode.NoContent);
        ShouldBeEnded(await worker.Phone.GetAsync(domain.At(Heartbeat)), "user.deleted", "deleted");

        var successor = await domain.WorkerAsync(worker.Username, "2024");
        Assert.NotEqual(worker.Id, successor.Id);
        (await successor.Phone.GetAsync(domain.At(Heartbeat))).ShouldBe(HttpStatusCode.OK);
        ShouldAskForPassword(await worker.Phone.FromElsewhere.GetAsync(domain.At(Heartbeat)));
        (await domain.Admin.GetAsync(domain.Api($"user/{worker.Id}/"))).ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_new_password_is_valid_immediately_and_the_old_one_is_not()
    {
        var domain = await Domain.StartAsync();
        var worker = await domain.WorkerAsync();
        var elsewhere = await Processes.RememberingAsync();
        (await worker.Phone.GetAsync(domain.At(Heartbeat, elsewhere))).ShouldBe(HttpStatusCode.OK);

        (await domain.PutAsync($"user/{worker.Id}/", new { password = "2024" })).ShouldBe(HttpStatusCode.OK);

        ShouldAskForPassword(await worker.Phone.FromElsewhere.GetAsync(domain.At(Heartbeat)));
        (await domain.As(worker.Username, "2024").GetAsync(domain.At(Heartbeat, elsewhere))).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    [Trait("Needs", "FrontEnd")]
    public async Task Passwords_over_plain_HTTP_are_refused()
    {
        var domain = await Domain.StartAsync();
        var worker = await domain.WorkerAsync();
        var answer = (await worker.Phone.With("X-Forwarded-Proto", "http").GetAsync(domain.At(Heartbeat))).ShouldBe(
            HttpStatusCode.Unauthorized
        );
        Assert.Null(answer.Header("WWW-Authenticate"));
        Assert.Empty(answer.Bytes);
    }

    [Fact]
    [Trait("Needs", "FrontEnd")]
    public async Task Guessing_a_worker_s_password_is_throttled()
    {
        var domain = await Domain.StartAsync();
        var worker = await domain.WorkerAsync();
        var guesser = domain.As(worker.Username, "1989").FromElsewhere;
        for (var guess = 0; guess < 5; guess++)
        {
            ShouldAskForPassword(await guesser.GetAsync(domain.At(Heartbeat)));
        }
        var answer = (await guesser.GetAsync(domain.At(Heartbeat))).ShouldBe(HttpStatusCode.TooManyRequests);
        Assert.Equal("text/xml; charset=utf-8", answer.Header("Content-Type"));
        Assert.NotNull(answer.Header("Retry-After"));
        (await worker.Phone.FromElsewhere.GetAsync(domain.At(Heartbeat))).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Keys_cookies_and_passwords_of_workers_are_refused_by_the_other_protocol()
    {
        var domain = await Domain.StartAsync();
        var worker = await domain.WorkerAsync();
        var form = await domain.Programme.PublishAsync();
        var key = (await domain.Programme.AppUserAsync(form)).Key;
        var anonymous = Api.Anonymous(domain.Programme.Server).FromElsewhere;
        ShouldAskForPassword(await anonymous.With("Authorization", $"Bearer {key}").GetAsync(domain.At(Heartbeat)));
        ShouldAskForPassword(await anonymous.GetAsync($"{domain.At(Heartbeat)}&st={key}"));
        (await anonymous.With("Cookie", $"__Host-session={domain.Admin.Token}").GetAsync(domain.At(Heartbeat))).ShouldBe(
            HttpStatusCode.Unauthorized
        );
        (await worker.Phone.FromElsewhere.GetAsync(domain.Programme.Path)).ShouldBeProblem(401.2m);
    }

    [Fact]
    public async Task A_worker_costs_two_point_reads_once_and_nothing_after_it()
    {
        var domain = await Domain.StartAsync(await Processes.FirstAsync());
        var worker = await domain.WorkerAsync();
        var address = domain.At(Heartbeat, await Processes.RememberingAsync());
        Assert.Equal(2, (await worker.Phone.GetAsync(address)).ShouldBe(HttpStatusCode.OK).StorageOperations);
        Assert.Equal(0, (await worker.Phone.GetAsync(address)).ShouldBe(HttpStatusCode.OK).StorageOperations);
    }

    [Fact, Clause("CC-150")]
    public async Task The_heartbeat_repeats_the_app_id()
    {
        var domain = await Domain.StartAsync();
        var worker = await domain.WorkerAsync();
        var answer = (await worker.Phone.GetAsync(domain.At("/phone/heartbeat/build-1/?app_id=7a%2F39&device_id=d&unknown=1"))).ShouldBe(
            HttpStatusCode.OK
        );
        Assert.Equal("7a/39", answer.Json.GetProperty("app_id").GetString());
        Assert.Equal("application/json; charset=utf-8", answer.Header("Content-Type"));
    }

    /// <summary>A phone whose app names no key server makes its keys by itself.</summary>
    [Fact, Clause("CC-149")]
    public async Task There_is_no_key_server()
    {
        var domain = await Domain.StartAsync();
        var worker = await domain.WorkerAsync();
        (await worker.Phone.GetAsync(domain.At("/phone/keys/?device_id=d&last_issued=2020-01-31T10:00:00Z"))).ShouldBe(
            HttpStatusCode.NotFound
        );
    }

    private static Answer ShouldAskForPassword(Answer answer)
    {
        answer.ShouldBe(HttpStatusCode.Unauthorized);
        Assert.StartsWith("Basic realm=\"", answer.Header("WWW-Authenticate"), StringComparison.Ordinal);
        Assert.DoesNotContain("Digest", answer.Header("WWW-Authenticate"), StringComparison.OrdinalIgnoreCase);
        Assert.Empty(answer.Bytes);
        return answer;
    }

    private static void ShouldBeEnded(Answer answer, string error, string word)
    {
        answer.ShouldBe(HttpStatusCode.NotAcceptable);
        Assert.StartsWith("application/json", answer.Header("Content-Type"), StringComparison.Ordinal);
        Assert.Equal(error, answer.Json.GetProperty("error").GetString());
        Assert.Contains(word, answer.Json.GetProperty("default_response").GetString(), StringComparison.Ordinal);
    }
}
