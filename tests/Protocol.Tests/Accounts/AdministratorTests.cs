using System.Net;
using System.Net.Http.Json;
using ServerlessRosa.Dev;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Accounts;

/// <summary>How a server gets its first administrator, and keeps at least one.</summary>
public sealed class AdministratorTests
{
    private const string Password = "correct horse battery";

    [Fact]
    public async Task A_fresh_server_accepts_its_first_administrator_once()
    {
        var storage = await OwnStorage.NewAccountAsync();
        var servers = await Task.WhenAll(
            Enumerable.Range(0, 2).Select(_ => Server.StartAsync(new Dictionary<string, string> { ["Rosa__CacheSeconds"] = "0" }, storage))
        );

        (await SignInAsync(servers[0], Server.AdminEmail, "not the password")).ShouldBeProblem(401.2m);
        (await SignInAsync(servers[0], "somebody@example.org", Server.AdminPassword)).ShouldBeProblem(401.2m);
        (await Api.WithBasic(servers[0], Server.AdminEmail, Server.AdminPassword).GetAsync("/users/current")).ShouldBeProblem(401.2m);

        var signedIn = await Task.WhenAll(Enumerable.Range(0, 8).Select(turn => Api.AdministratorAsync(servers[turn % 2])));
        var first = signedIn[0];
        var id = (await first.GetAsync("/users")).Json.EnumerateArray().Single().GetProperty("id").GetInt32();
        Assert.Equal(
            id,
            (await first.GetAsync("/assignments/admin"))
                .ShouldBe(HttpStatusCode.OK)
                .Json.EnumerateArray()
                .Single()
                .GetProperty("id")
                .GetInt32()
        );

        // From now on the settings have no effect, even if the account is deleted.
        (
            await first.SendAsync(
                HttpMethod.Put,
                $"/users/{id}/password",
                JsonContent.Create(new { old = Server.AdminPassword, @new = Password })
            )
        ).ShouldBe(HttpStatusCode.OK);
        (await first.PatchJsonAsync("/users/current", new { email = "root@example.org" })).ShouldBe(HttpStatusCode.OK);
        foreach (var server in servers)
        {
            (await SignInAsync(server, Server.AdminEmail, Server.AdminPassword)).ShouldBeProblem(401.2m);
        }
        await Api.SignInAsync(servers[1], "root@example.org", Password);
        Assert.Single((await first.GetAsync("/users")).Json.EnumerateArray());

        await TheLastOneStaysAsync(first, id);
        for (var round = 0; round < 6; round++)
        {
            await TwoAtEachOtherAsync(first, servers, id, round);
        }
        foreach (var server in servers)
        {
            server.App!.Kill();
        }
    }

    [Theory]
    [InlineData("admin@example.org", "too short", "Rosa:FirstAdminPassword")]
    [InlineData("admin@example.org", "", "Rosa:FirstAdminPassword")]
    [InlineData("nobody", "long enough for anybody", "Rosa:FirstAdminEmail")]
    public async Task A_server_whose_first_administrator_could_not_sign_in_does_not_start(string email, string password, string setting)
    {
        var failure = await Assert.ThrowsAsync<StartException>(() =>
            Server.StartAsync(new Dictionary<string, string> { ["Rosa__FirstAdminEmail"] = email, ["Rosa__FirstAdminPassword"] = password })
        );

        Assert.Contains(setting, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("long enough", failure.Message, StringComparison.Ordinal);
    }

    private static async Task TheLastOneStaysAsync(Api last, int id)
    {
        (await last.DeleteAsync($"/assignments/admin/{id}")).ShouldBeProblem(409.21m);
        (await last.DeleteAsync($"/assignments/1/{id}")).ShouldBeProblem(409.21m);
        (await last.DeleteAsync($"/users/{id}")).ShouldBeProblem(409.21m);
        (await last.PostAsync($"/assignments/admin/{id}")).ShouldBeProblem(409.3m);

        // Accounts that are not administrators are created and deleted freely.
        var other = (await last.PostJsonAsync("/users", new { email = $"{Samples.Unique("user")}@example.org", password = Password }))
            .ShouldBe(HttpStatusCode.OK)
            .Json.GetProperty("id")
            .GetInt32();
        (await last.DeleteAsync($"/assignments/admin/{other}")).ShouldBeProblem(404.1m);
        (await last.DeleteAsync($"/users/{other}")).ShouldBe(HttpStatusCode.OK);
        (await last.PostAsync($"/assignments/admin/{other}")).ShouldBeProblem(404.1m);
        (await last.DeleteAsync($"/assignments/admin/{id}")).ShouldBeProblem(409.21m);
        (await last.GetAsync("/users/current")).ShouldBe(HttpStatusCode.OK);
    }

    // Two administrators end each other, one at each instance, while one of them is made one again.
    private static async Task TwoAtEachOtherAsync(Api first, Server[] servers, int firstId, int round)
    {
        var email = $"{Samples.Unique("second")}@example.org";
        var secondId = (await first.PostJsonAsync("/users", new { email, password = Password }))
            .ShouldBe(HttpStatusCode.OK)
            .Json.GetProperty("id")
            .GetInt32();
        (await first.PostAsync($"/assignments/admin/{secondId}")).ShouldBe(HttpStatusCode.OK);
        var second = await Api.SignInAsync(servers[1], email, Password);
        (await second.GetAsync("/assignments")).ShouldBe(HttpStatusCode.OK);

        var ended = await Task.WhenAll(
            first.DeleteAsync(round % 2 == 0 ? $"/users/{secondId}" : $"/assignments/admin/{secondId}"),
            second.DeleteAsync($"/assignments/admin/{firstId}"),
            round < 3 ? second.GetAsync("/users/current") : second.PostAsync($"/assignments/admin/{firstId}")
        );

        Assert.All(
            ended[..2],
            answer =>
                Assert.Contains(
                    answer.Status,
                    new[] { HttpStatusCode.OK, HttpStatusCode.Conflict, HttpStatusCode.Forbidden, HttpStatusCode.Unauthorized }
                )
        );
        Assert.True(round >= 3 || ended[..2].Count(answer => answer.Status == HttpStatusCode.OK) == 1);
        var rights = await Task.WhenAll(first.At(servers[0]).GetAsync("/assignments/admin"), second.GetAsync("/assignments/admin"));
        var left = rights
            .First(answer => answer.Status == HttpStatusCode.OK)
            .Json.EnumerateArray()
            .Select(user => user.GetProperty("id").GetInt32())
            .ToList();
        Assert.NotEmpty(left);

        // For the next round: the first is one again, and the second is none.
        if (!left.Contains(firstId))
        {
            (await second.PostAsync($"/assignments/admin/{firstId}")).ShouldBe(HttpStatusCode.OK);
        }
        if (left.Contains(secondId))
        {
            (await second.DeleteAsync($"/assignments/admin/{secondId}")).ShouldBe(HttpStatusCode.OK);
        }
    }

    private static Task<Answer> SignInAsync(Server server, string email, string password) =>
        Api.Anonymous(server).PostJsonAsync("/sessions", new { email, password });
}
