using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Workers;

/// <summary>The session's cookie of a web user in a domain (OR-068, OR-069): for its administration, never at the addresses of
/// phones.</summary>
[Trait("Needs", "FrontEnd")]
public sealed class DomainCookieTests
{
    [Fact, Clause("OR-068"), Clause("OR-069")]
    public async Task A_browser_administers_a_domain_with_its_cookie_unless_another_page_could_have_sent_the_request()
    {
        var domain = await Domain.StartAsync();
        var browser = await BrowserAsync(domain);
        var workers = domain.Api("user/");
        (await browser.GetAsync(workers)).ShouldBe(HttpStatusCode.OK);
        var body = new { username = Samples.Unique("ada"), password = "1988" };
        var own = browser.With("X-Requested-With", "XMLHttpRequest");
        foreach (var foreign in new[] { browser, browser.With("X-Requested-With", "fetch") })
        {
            (await foreign.PostJsonAsync(workers, body)).ShouldBe(HttpStatusCode.Unauthorized);
        }
        Assert.Equal(0, (await browser.GetAsync(workers)).Json.GetProperty("meta").GetProperty("total_count").GetInt32());
        var id = (await own.PostJsonAsync(workers, body)).ShouldBe(HttpStatusCode.Created).Json.GetProperty("id").GetString();
        (await browser.PutJsonAsync(domain.Api($"user/{id}/"), new { first_name = "Ada" })).ShouldBe(HttpStatusCode.OK);
        (await browser.DeleteAsync(domain.Api($"user/{id}/"))).ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact, Clause("OR-057"), Clause("OR-071")]
    public async Task A_cookie_counts_over_HTTPS_only_without_other_credentials_and_not_at_the_addresses_of_phones()
    {
        var domain = await Domain.StartAsync();
        var browser = await BrowserAsync(domain);
        var workers = domain.Api("user/");
        (await browser.With("X-Forwarded-Proto", "http").GetAsync(workers)).ShouldBe(HttpStatusCode.Unauthorized);
        (await browser.With("Authorization", "Bearer wrong").GetAsync(workers)).ShouldBe(HttpStatusCode.Unauthorized);
        (await browser.With("Cookie", "__Host-session=wrong").GetAsync(workers)).ShouldBe(HttpStatusCode.Unauthorized);
        foreach (var path in new[] { "/phone/restore/", "/phone/heartbeat/b/", "/phone/search/?case_type=patient" })
        {
            (await browser.GetAsync(domain.At(path))).ShouldBe(HttpStatusCode.Unauthorized);
        }
        var own = browser.With("X-Requested-With", "XMLHttpRequest");
        (await own.PostAsync(domain.At("/receiver/"), Samples.Multipart("<data xmlns=\"http://example.org/a\"/>"))).ShouldBe(
            HttpStatusCode.Unauthorized
        );
    }

    private static async Task<Api> BrowserAsync(Domain domain)
    {
        var (manager, _, _) = await domain.Programme.WebUserAsync("manager");
        return Api.Anonymous(domain.Programme.Server).With("Cookie", $"__Host-session={manager.Token}");
    }
}
