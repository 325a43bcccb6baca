using Microsoft.Extensions.Options;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Storage;
using Xunit;

namespace ServerlessRosa.Core.Tests.Accounts;

public sealed class SessionLifetimeTests
{
    private const string Password = "correct horse battery";
    private const string Home = "192.0.2.1";

    [Theory]
    [InlineData(0)]
    [InlineData(300)]
    public async Task A_session_ends_after_24_hours(int cacheSeconds)
    {
        var (users, authenticate, clock) = await StartAsync(cacheSeconds);
        var email = $"{Guid.NewGuid():N}@example.org";
        var created = await users.CreateAsync(email, Password, null, Grants.None, null, CancellationToken.None);
        var (token, session) = await users.SignInAsync(email, Password, Home, CancellationToken.None);
        Assert.Equal((clock.Now, clock.Now.AddHours(24)), (session.CreatedAt, session.ExpiresAt));

        clock.Now = session.ExpiresAt.AddMilliseconds(-1);
        var known = await authenticate.ByTokenAsync(token, CancellationToken.None);
        Assert.Equal(created.Id, known?.Actor.Id);

        clock.Now = session.ExpiresAt;
        Assert.Null(await authenticate.ByTokenAsync(token, CancellationToken.None));
    }

    [Fact]
    public async Task A_wrong_password_starts_no_session()
    {
        var (users, _, _) = await StartAsync(cacheSeconds: 0);
        var email = $"{Guid.NewGuid():N}@example.org";
        await users.CreateAsync(email, Password, null, Grants.None, null, CancellationToken.None);
        var refused = await Assert.ThrowsAsync<ProblemException>(() =>
            users.SignInAsync(email, Password + " ", Home, CancellationToken.None)
        );
        Assert.Equal(401.2m, refused.Problem.Code);
    }

    [Fact]
    public async Task Expired_sessions_are_purged_and_others_are_kept()
    {
        var (users, authenticate, clock) = await StartAsync(cacheSeconds: 0);
        var email = $"{Guid.NewGuid():N}@example.org";
        await users.CreateAsync(email, Password, null, Grants.None, null, CancellationToken.None);
        var (ended, session) = await users.SignInAsync(email, Password, Home, CancellationToken.None);
        clock.Now = session.ExpiresAt.AddHours(-1);
        var (current, _) = await users.SignInAsync(email, Password, Home, CancellationToken.None);

        clock.Now = session.ExpiresAt.AddMinutes(1);
        await users.PurgeSessionsAsync(CancellationToken.None);

        Assert.NotNull(await authenticate.ByTokenAsync(current, CancellationToken.None));
        Assert.True(await users.SignOutAsync(current, CancellationToken.None));
        Assert.False(await users.SignOutAsync(ended, CancellationToken.None));
    }

    [Fact]
    public async Task Continued_password_guessing_waits_longer_and_is_admitted_afterwards()
    {
        var (users, authenticate, clock) = await StartAsync(cacheSeconds: 300);
        var email = $"{Guid.NewGuid():N}@example.org";
        await users.CreateAsync(email, Password, null, Grants.None, null, CancellationToken.None);
        Task<Actor?> TryAsync(string password) => authenticate.ByPasswordAsync(email, password, Home, CancellationToken.None);

        for (var guess = 0; guess < 5; guess++)
        {
            Assert.Null(await TryAsync("not the password"));
        }
        foreach (var seconds in new[] { 10, 20, 40, 80, 160, 300, 300 })
        {
            clock.Now += TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1);
            var refusal = (await Assert.ThrowsAsync<ProblemException>(() => TryAsync(Password))).Problem;
            Assert.Equal((429.1m, 1), (refusal.Code, refusal.RetryAfterSeconds!.Value));
            clock.Now += TimeSpan.FromMilliseconds(1);
            Assert.Null(await TryAsync("not the password"));
        }
        clock.Now += TimeSpan.FromSeconds(300);
        Assert.NotNull(await TryAsync(Password));
        Assert.Null(await TryAsync("not the password"));
        Assert.NotNull(await TryAsync(Password));
    }

    private static async Task<(WebUsers Users, AuthenticateActor Authenticate, SetClock Clock)> StartAsync(int cacheSeconds)
    {
        var storage = new StorageAccount(
            Options.Create(new StorageOptions { ConnectionString = await TestStorage.ConnectionStringAsync() })
        );
        await storage.StartAsync(CancellationToken.None);
        var cache = new TimedCache(Options.Create(new CacheOptions { CacheSeconds = cacheSeconds }));
        var clock = new SetClock();
        var (accounts, passwords) = (new AccountsTable(storage), new Passwords(cache));
        var throttle = new PasswordThrottle(cache, clock);
        var authenticate = new AuthenticateActor(
            accounts,
            new PasswordCheck(passwords, throttle),
            cache,
            Options.Create(new AccountOptions()),
            clock
        );
        var keys = new ApiKeys(accounts, authenticate, throttle, cache, clock);
        return (new WebUsers(accounts, passwords, authenticate, new Administrators(accounts), keys, clock), authenticate, clock);
    }

    private sealed class SetClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2024, 5, 1, 10, 11, 12, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
