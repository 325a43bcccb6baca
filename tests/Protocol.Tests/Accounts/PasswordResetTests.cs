using System.Net;
using System.Text.Json;
using Azure.Data.Tables;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Accounts;

/// <summary>Invitations and forgotten passwords.</summary>
public sealed class PasswordResetTests
{
    private const string Password = "correct horse battery";

    [Fact]
    public async Task An_invited_user_chooses_a_password_with_the_administrator_s_link()
    {
        var programme = await Programme.StartAsync();
        var email = $"{Samples.Unique("user")}@example.org";
        var created = (await programme.Admin.PostJsonAsync("/users", new { email })).ShouldBe(HttpStatusCode.OK).Json;
        var link = created.GetProperty("link").GetString()!;
        Assert.Contains("/#/account/claim?token=", link, StringComparison.Ordinal);
        (await Api.Anonymous(programme.Server).PostJsonAsync("/sessions", new { email, password = Password })).ShouldBeProblem(401.2m);

        var guest = WithToken(programme.Server, link);
        (await guest.PostJsonAsync("/users/reset/verify", new { @new = "short" })).ShouldBeProblem(400.21m);
        (await guest.PostJsonAsync("/users/reset/verify", new { })).ShouldBeProblem(400.2m);
        (await guest.GetAsync("/users/current")).ShouldBeProblem(401.2m);
        (await guest.PostJsonAsync("/users/reset/verify", new { @new = Password })).ShouldBe(HttpStatusCode.OK);
        await Api.SignInAsync(programme.Server, email, Password);
        (await guest.PostJsonAsync("/users/reset/verify", new { @new = "another long password" })).ShouldBeProblem(401.2m);
    }

    [Fact]
    public async Task A_reset_ends_all_sessions_and_the_newest_link_alone_works()
    {
        var programme = await Programme.StartAsync();
        var (user, email, _) = await programme.WebUserAsync();
        var first = await LinkAsync(programme, email, "");
        var second = await LinkAsync(programme, email, "");
        (await user.GetAsync("/users/current")).ShouldBe(HttpStatusCode.OK);
        (await WithToken(programme.Server, first).PostJsonAsync("/users/reset/verify", new { @new = Password })).ShouldBeProblem(401.2m);
        (await WithToken(programme.Server, second).PostJsonAsync("/users/reset/verify", new { @new = "another long password" })).ShouldBe(
            HttpStatusCode.OK
        );
        (await user.GetAsync("/users/current")).ShouldBeProblem(401.2m);
        await Api.SignInAsync(programme.Server, email, "another long password");
    }

    [Fact]
    public async Task An_administrator_can_make_a_password_invalid_and_nobody_else_can()
    {
        var programme = await Programme.StartAsync();
        var (user, email, password) = await programme.WebUserAsync("manager");
        (await user.PostJsonAsync("/users/reset/initiate?invalidate=true", new { email })).ShouldBeProblem(403.1m);
        (await Api.Anonymous(programme.Server).PostJsonAsync("/users/reset/initiate?invalidate=true", new { email })).ShouldBeProblem(
            403.1m
        );
        await Api.SignInAsync(programme.Server, email, password);

        await LinkAsync(programme, email, "?invalidate=true");
        (await user.GetAsync("/users/current")).ShouldBeProblem(401.2m);
        (await Api.Anonymous(programme.Server).FromElsewhere.PostJsonAsync("/sessions", new { email, password })).ShouldBeProblem(401.2m);
    }

    [Fact]
    public async Task The_answer_does_not_tell_who_has_an_account_and_shows_no_link()
    {
        var programme = await Programme.StartAsync();
        var (_, email, _) = await programme.WebUserAsync();
        var nobody = Api.Anonymous(programme.Server).FromElsewhere;
        var known = (await nobody.PostJsonAsync("/users/reset/initiate", new { email })).ShouldBe(HttpStatusCode.OK);
        var unknown = await nobody.PostJsonAsync("/users/reset/initiate", new { email = $"{Samples.Unique("x")}@example.org" });
        Assert.Equal(unknown.ShouldBe(HttpStatusCode.OK).Text, known.Text);
        Assert.Equal("""{"success":true}""", known.Text);
        (await nobody.PostJsonAsync("/users/reset/initiate", new { })).ShouldBeProblem(400.2m);
        for (var more = 0; more < 4; more++)
        {
            await nobody.PostJsonAsync("/users/reset/initiate", new { email });
        }
        (await nobody.PostJsonAsync("/users/reset/initiate", new { email })).ShouldBeProblem(429.1m);
        (await Api.Anonymous(programme.Server).PostJsonAsync("/users/reset/verify", new { @new = Password })).ShouldBeProblem(401.2m);
    }

    [Fact]
    public async Task A_reset_link_ends_with_a_change_of_password_or_address()
    {
        var programme = await Programme.StartAsync();
        var (user, email, password) = await programme.WebUserAsync();
        var link = await LinkAsync(programme, email, "");
        using (var change = System.Net.Http.Json.JsonContent.Create(new { old = password, @new = "another long password" }))
        {
            (await user.SendAsync(HttpMethod.Put, "/users/current/password", change)).ShouldBe(HttpStatusCode.OK);
        }
        (await WithToken(programme.Server, link).PostJsonAsync("/users/reset/verify", new { @new = Password })).ShouldBeProblem(401.2m);

        link = await LinkAsync(programme, email, "");
        (await user.PatchJsonAsync("/users/current", new { email = $"{Samples.Unique("new")}@example.org" })).ShouldBe(HttpStatusCode.OK);
        (await WithToken(programme.Server, link).PostJsonAsync("/users/reset/verify", new { @new = Password })).ShouldBeProblem(401.2m);
    }

    [Fact]
    public async Task A_password_that_is_not_text_is_refused()
    {
        var programme = await Programme.StartAsync();
        var (user, email, _) = await programme.WebUserAsync();
        var nobody = Api.Anonymous(programme.Server);
        (await nobody.PostJsonAsync("/sessions", new { email, password = 12345 })).ShouldBeProblem(401.2m);
        (await nobody.PostJsonAsync("/sessions", new { email, password = new { x = 1 } })).ShouldBeProblem(401.2m);
        (await user.PutJsonAsync("/users/current/password", new { old = 7, @new = "another long password" })).ShouldBeProblem(401.2m);
    }

    [Fact]
    public async Task Links_are_sent_by_mail_and_neither_stored_nor_logged_nor_answered()
    {
        using var mail = MailServer.Start();
        await using var own = await OwnStorage.StartAsync(
            new Dictionary<string, string>
            {
                ["Mail__Endpoint"] = mail.Address,
                ["Mail__From"] = "forms@example.org",
                ["Rosa__PublicUrl"] = "https://forms.example.org",
                ["Logging__LogLevel__Default"] = "Debug",
            }
        );
        var admin = await Api.AdministratorAsync(own.Server);
        var created = (await admin.PostJsonAsync("/users", new { email = "ann@example.org" })).ShouldBe(HttpStatusCode.OK);
        var reset = (await admin.PostJsonAsync("/users/reset/initiate", new { email = "ANN@example.org" })).ShouldBe(HttpStatusCode.OK);
        Assert.DoesNotContain("token=", created.Text + reset.Text, StringComparison.Ordinal);

        Assert.Equal(2, mail.Messages.Count);
        Assert.All(
            mail.Messages,
            message =>
            {
                Assert.Equal("forms@example.org", message.GetProperty("senderAddress").GetString());
                var to = message.GetProperty("recipients").GetProperty("to")[0];
                Assert.Equal("ann@example.org", to.GetProperty("address").GetString());
            }
        );
        var link = LinkIn(mail.Messages[1]);
        Assert.StartsWith("https://forms.example.org/#/account/claim?token=", link, StringComparison.Ordinal);
        var guest = WithToken(own.Server, link);
        Assert.DoesNotContain(own.Server.App!.Output, line => line.Contains(guest.Token, StringComparison.Ordinal));
        await foreach (var row in new TableServiceClient(own.ConnectionString).GetTableClient("accounts").QueryAsync<TableEntity>())
        {
            Assert.DoesNotContain(row, property => property.Value is string text && text.Contains(guest.Token, StringComparison.Ordinal));
        }

        (await guest.PostJsonAsync("/users/reset/verify", new { @new = Password })).ShouldBe(HttpStatusCode.OK);
        var ann = await Api.SignInAsync(own.Server, "ann@example.org", Password);
        (await ann.PatchJsonAsync("/users/current", new { email = "ann.b@example.org" })).ShouldBe(HttpStatusCode.OK);
        Assert.Contains("ann.b@example.org", mail.Messages[2].GetRawText(), StringComparison.Ordinal);
    }

    private static string LinkIn(JsonElement message) =>
        message
            .GetProperty("content")
            .GetProperty("plainText")
            .GetString()!
            .Split('\n')
            .Single(line => line.StartsWith("http", StringComparison.Ordinal));

    private static Api WithToken(Server server, string link) =>
        Api.Anonymous(server).With("Authorization", $"Bearer {Uri.UnescapeDataString(link.Split("token=")[1])}");

    private static async Task<string> LinkAsync(Programme programme, string email, string query) =>
        (await programme.Admin.PostJsonAsync($"/users/reset/initiate{query}", new { email }))
            .ShouldBe(HttpStatusCode.OK)
            .Json.GetProperty("link")
            .GetString()!;
}
