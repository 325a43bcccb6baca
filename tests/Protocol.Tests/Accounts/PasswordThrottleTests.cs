using System.Globalization;
using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Accounts;

/// <summary>
/// Throttling of wrong passwords, which does not affect callers with the right one. Each test uses its own client addresses.
/// </summary>
[Trait("Needs", "FrontEnd")]
public sealed class PasswordThrottleTests
{
    private const string Wrong = "not the password";

    [Theory]
    [InlineData("192.0.2.10", "192.0.2.11")]
    [InlineData("192.0.2.20:50123", "192.0.2.21:50123")]
    [InlineData("[2001:db8:0:1::1]:50123", "[2001:db8:0:2::1]:50123")]
    [InlineData("203.0.113.9, 192.0.2.30", "203.0.113.9, 192.0.2.31")]
    public async Task Only_the_address_that_guesses_passwords_is_throttled(string guesser, string neighbour)
    {
        var programme = await Programme.StartAsync();
        var (_, email, password) = await programme.WebUserAsync();

        await GuessUntilRefusedAsync(programme.Server, guesser, email);

        (await SignInAsync(programme.Server, guesser, email, Wrong)).ShouldBeProblem(429.1m);
        (await SignInAsync(programme.Server, neighbour, email, Wrong)).ShouldBeProblem(401.2m);
        (await SignInAsync(programme.Server, neighbour, email, password)).ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("192.0.2.40:50001", "192.0.2.40:50002")]
    [InlineData("2001:db8:0:4::1", "2001:db8:0:4:ffff::2")]
    public async Task Another_port_or_IPv6_address_of_the_same_network_counts_as_the_same_client(string first, string second)
    {
        var server = await Server.SharedAsync();
        var email = $"{Samples.Unique("nobody")}@example.org";

        await GuessUntilRefusedAsync(server, first, email);

        (await SignInAsync(server, second, email, Wrong)).ShouldBeProblem(429.1m);
    }

    [Fact]
    public async Task A_phone_with_a_verified_password_is_admitted_from_the_address_of_a_password_guesser()
    {
        const string shared = "192.0.2.50";
        var programme = await Programme.StartAsync();
        var (_, email, password) = await programme.WebUserAsync("formfill");
        var phone = Api.WithBasic(programme.Server, email, password).OpenRosa.With("X-Forwarded-For", shared);

        await GuessUntilRefusedAsync(programme.Server, shared, email);

        Assert.Equal(0, (await phone.HeadAsync($"{programme.Path}/submission")).ShouldBe(HttpStatusCode.NoContent).StorageOperations);
        (await SignInAsync(programme.Server, shared, email, password)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Throttled_Basic_authentication_is_refused_in_the_address_s_format_without_challenge()
    {
        const string guesser = "192.0.2.60";
        var programme = await Programme.StartAsync();
        var email = $"{Samples.Unique("nobody")}@example.org";
        var phone = Api.WithBasic(programme.Server, email, Wrong).OpenRosa.With("X-Forwarded-For", guesser);

        await GuessUntilRefusedAsync(programme.Server, guesser, email);

        var refusal = (await phone.GetAsync($"{programme.Path}/formList")).ShouldBeOpenRosaError(429, "Too many wrong passwords");
        Assert.InRange(int.Parse(refusal.Header("Retry-After")!, CultureInfo.InvariantCulture), 1, 300);
        Assert.Null(refusal.Header("WWW-Authenticate"));
        (await phone.GetAsync("/users/current")).ShouldBeProblem(429.1m);
    }

    [Fact]
    public async Task Guessing_at_many_accounts_is_throttled_for_all_of_them()
    {
        const string guesser = "192.0.2.70";
        var programme = await Programme.StartAsync();
        var (_, email, password) = await programme.WebUserAsync();

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 60).Select(_ => SignInAsync(programme.Server, guesser, $"{Samples.Unique("nobody")}@example.org", Wrong))
        );

        Assert.All(
            answers,
            answer => Assert.Contains(answer.Status, new[] { HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests })
        );
        (await SignInAsync(programme.Server, guesser, $"{Samples.Unique("nobody")}@example.org", Wrong)).ShouldBeProblem(429.1m);
        (await SignInAsync(programme.Server, guesser, email, password)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_wrong_password_costs_the_same_whether_the_account_exists_or_not()
    {
        var programme = await Programme.StartAsync();
        var (_, email, _) = await programme.WebUserAsync();
        var created = (await programme.Admin.PostJsonAsync("/users", new { email = $"{Samples.Unique("fresh")}@example.org" }))
            .Json.GetProperty("email")
            .GetString()!;

        // An account that this instance has cached, one that it has not, and an unknown one; then each again.
        var costs = new List<int>();
        foreach (var account in new[] { email, created, $"{Samples.Unique("nobody")}@example.org" })
        {
            costs.Add((await SignInAsync(programme.Server, "192.0.2.80", account, Wrong)).ShouldBeProblem(401.2m).StorageOperations);
            costs.Add((await SignInAsync(programme.Server, "192.0.2.80", account, Wrong)).ShouldBeProblem(401.2m).StorageOperations);
        }
        Assert.Single(costs.Distinct());
    }

    private static async Task GuessUntilRefusedAsync(Server server, string from, string email)
    {
        for (var guess = 1; guess <= 5; guess++)
        {
            (await SignInAsync(server, from, email, Wrong)).ShouldBeProblem(401.2m);
        }
        var refusal = (await SignInAsync(server, from, email, Wrong)).ShouldBeProblem(429.1m, "Too many wrong passwords");
        var seconds = int.Parse(refusal.Header("Retry-After")!, CultureInfo.InvariantCulture);
        Assert.InRange(seconds, 1, 300);
        Assert.Equal(seconds, refusal.Json.GetProperty("details").GetProperty("retryAfter").GetInt32());
    }

    private static Task<Answer> SignInAsync(Server server, string from, string email, string password) =>
        Api.Anonymous(server).With("X-Forwarded-For", from).PostJsonAsync("/sessions", new { email, password });
}
