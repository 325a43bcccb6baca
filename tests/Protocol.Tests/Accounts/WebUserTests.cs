using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Accounts;

/// <summary>Finding, changing and ending the accounts of people.</summary>
public sealed class WebUserTests
{
    private const string NewPassword = "a better password";

    [Fact]
    public async Task Administrators_find_users_by_a_part_of_name_or_address_and_others_only_by_the_whole_address()
    {
        var programme = await Programme.StartAsync();
        var (user, email, _) = await programme.WebUserAsync("manager");
        var id = (await MeAsync(user)).GetProperty("id").GetInt32();
        var name = Samples.Unique("Åsa");
        (await user.PatchJsonAsync("/users/current", new { displayName = name })).ShouldBe(HttpStatusCode.OK);

        Assert.Equal([id], await FoundAsync(programme.Admin, email[..^12].ToUpperInvariant()));
        Assert.Equal([id], await FoundAsync(programme.Admin, name[1..]));
        Assert.Contains(id, await FoundAsync(programme.Admin, ""));

        Assert.Equal([id], await FoundAsync(user, email.ToUpperInvariant()));
        Assert.Empty(await FoundAsync(user, email[..^1]));
        Assert.Empty(await FoundAsync(user, ""));
        var phone = await programme.AppUserAsync();
        Assert.Empty(
            (
                await Api.Anonymous(programme.Server)
                    .GetAsync($"/users?q={Uri.EscapeDataString(email)}&st={Uri.EscapeDataString(phone.Key)}")
            ).Json.EnumerateArray()
        );
    }

    [Fact]
    public async Task Users_can_see_and_change_only_themselves()
    {
        var programme = await Programme.StartAsync();
        var (user, _, _) = await programme.WebUserAsync("manager");
        var (other, _, _) = await programme.WebUserAsync();
        var id = (await MeAsync(user)).GetProperty("id").GetInt32();
        var otherId = (await MeAsync(other)).GetProperty("id").GetInt32();

        (await user.GetAsync($"/users/{otherId}")).ShouldBeProblem(403.1m);
        (await user.PatchJsonAsync($"/users/{otherId}", new { displayName = "Mallory" })).ShouldBeProblem(403.1m);
        (await PutPasswordAsync(user, otherId, "correct horse battery", NewPassword)).ShouldBeProblem(403.1m);
        (await user.DeleteAsync($"/users/{otherId}")).ShouldBeProblem(403.1m);

        var changed = (await user.PatchJsonAsync($"/users/{id}", new { displayName = "Ann" })).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal("Ann", changed.GetProperty("displayName").GetString());
        Assert.Equal("Ann", (await user.GetAsync($"/users/{id}")).ShouldBe(HttpStatusCode.OK).Json.GetProperty("displayName").GetString());
        Assert.Equal("Ann", (await MeAsync(user)).GetProperty("displayName").GetString());
        Assert.Equal(
            "Ann",
            (await programme.Admin.GetAsync($"/users/{id}")).ShouldBe(HttpStatusCode.OK).Json.GetProperty("displayName").GetString()
        );
        (await programme.Admin.GetAsync("/users/2147483647")).ShouldBeProblem(404.1m);
        (await user.PatchJsonAsync($"/users/{id}", new { displayName = " " })).ShouldBeProblem(400.8m);
        (await user.PatchJsonAsync($"/users/{id}", new { email = "no address" })).ShouldBeProblem(400.8m);
    }

    [Fact]
    public async Task A_user_signs_in_with_the_new_address_and_no_longer_with_the_old_one()
    {
        var programme = await Programme.StartAsync();
        var (user, email, password) = await programme.WebUserAsync();
        var moved = $"{Samples.Unique("Moved")}@example.org";

        var changed = (await user.PatchJsonAsync("/users/current", new { email = moved })).ShouldBe(HttpStatusCode.OK).Json;

        Assert.Equal(moved.ToLowerInvariant(), changed.GetProperty("email").GetString());
        Assert.Equal(
            moved.ToLowerInvariant(),
            (await MeAsync(await Api.SignInAsync(programme.Server, moved, password))).GetProperty("email").GetString()
        );
        (await SignInAsync(programme.Server, email, password)).ShouldBeProblem(401.2m);
        (await programme.Admin.PostJsonAsync("/users", new { email = moved })).ShouldBeProblem(409.3m);
        (await programme.Admin.PostJsonAsync("/users", new { email })).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Of_concurrent_requests_for_an_email_address_one_succeeds()
    {
        var programme = await Programme.StartAsync();
        var users = await Task.WhenAll(Enumerable.Range(0, 5).Select(async _ => (await programme.WebUserAsync()).Api));
        var wanted = $"{Samples.Unique("wanted")}@example.org";

        var answers = await Task.WhenAll([
            .. users.Select(user => user.PatchJsonAsync("/users/current", new { email = wanted })),
            programme.Admin.PostJsonAsync("/users", new { email = wanted }),
        ]);

        var winner = answers.Single(answer => answer.Status == HttpStatusCode.OK).Json.GetProperty("id").GetInt32();
        Assert.All(answers.Where(answer => answer.Status != HttpStatusCode.OK), answer => answer.ShouldBeProblem(409.3m));
        Assert.Equal([winner], await FoundAsync(programme.Admin, wanted));
    }

    [Fact]
    public async Task An_address_that_moves_forth_and_back_at_once_stays_with_its_user()
    {
        var programme = await Programme.StartAsync();
        var (user, email, password) = await programme.WebUserAsync();
        var other = $"{Samples.Unique("other")}@example.org";

        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(async turn =>
                    (await user.PatchJsonAsync("/users/current", new { email = turn % 2 == 0 ? other : email })).ShouldBe(HttpStatusCode.OK)
                )
        );

        var holds = (await MeAsync(user)).GetProperty("email").GetString()!;
        await Api.SignInAsync(programme.Server, holds, password);
        (await SignInAsync(programme.Server, holds == email ? other : email, password)).ShouldBeProblem(401.2m);
        (await programme.Admin.PostJsonAsync("/users", new { email = holds })).ShouldBeProblem(409.3m);
    }

    [Fact]
    public async Task A_deleted_account_is_signed_out_at_once_and_its_address_is_free()
    {
        var programme = await Programme.StartAsync();
        var (user, email, password) = await programme.WebUserAsync("manager");
        var id = (await MeAsync(user)).GetProperty("id").GetInt32();
        var basic = Api.WithBasic(programme.Server, email, password);
        (await basic.GetAsync(programme.Path)).ShouldBe(HttpStatusCode.OK);
        var created = (await user.PostJsonAsync($"{programme.Path}/app-users", new { displayName = "Tablet" }))
            .ShouldBe(HttpStatusCode.OK)
            .Json.GetProperty("id")
            .GetInt32();

        (await programme.Admin.DeleteAsync($"/users/{id}")).ShouldBe(HttpStatusCode.OK);

        (await user.GetAsync("/users/current")).ShouldBeProblem(401.2m);
        (await basic.GetAsync(programme.Path)).ShouldBeProblem(401.2m);
        (await SignInAsync(programme.Server, email, password)).ShouldBeProblem(401.2m);
        (await programme.Admin.GetAsync($"/users/{id}")).ShouldBeProblem(404.1m);
        (await programme.Admin.DeleteAsync($"/users/{id}")).ShouldBeProblem(404.1m);
        (await programme.Admin.PostAsync($"{programme.Path}/assignments/viewer/{id}")).ShouldBeProblem(404.1m);
        Assert.Empty((await programme.Admin.GetAsync($"{programme.Path}/assignments")).Json.EnumerateArray());
        Assert.DoesNotContain(
            (await programme.Admin.GetAsync($"/users?q={Uri.EscapeDataString(email)}")).Json.EnumerateArray(),
            user => user.GetProperty("email").GetString() == email
        );

        // What the deleted user created still has their name.
        var creator = (
            await programme.Admin.With("X-Extended-Metadata", "true").GetAsync($"{programme.Path}/app-users/{created}")
        ).Json.GetProperty("createdBy");
        Assert.Equal(id, creator.GetProperty("id").GetInt32());
        Assert.Equal(JsonValueKind.String, creator.GetProperty("deletedAt").ValueKind);
        Assert.NotEqual(
            id,
            (await programme.Admin.PostJsonAsync("/users", new { email, password }))
                .ShouldBe(HttpStatusCode.OK)
                .Json.GetProperty("id")
                .GetInt32()
        );
        (await (await Api.SignInAsync(programme.Server, email, password)).GetAsync(programme.Path)).ShouldBeProblem(403.1m);
    }

    [Fact]
    public async Task Users_may_end_their_own_account()
    {
        var programme = await Programme.StartAsync();
        var (user, _, _) = await programme.WebUserAsync();

        (await user.DeleteAsync($"/users/{(await MeAsync(user)).GetProperty("id").GetInt32()}")).ShouldBe(HttpStatusCode.OK);

        (await user.GetAsync("/users/current")).ShouldBeProblem(401.2m);
    }

    [Fact]
    public async Task A_new_password_ends_all_other_sessions_and_keeps_this_one()
    {
        var programme = await Programme.StartAsync();
        var (user, email, password) = await programme.WebUserAsync();
        var id = (await MeAsync(user)).GetProperty("id").GetInt32();
        var elsewhere = await Api.SignInAsync(programme.Server, email, password);
        await MeAsync(elsewhere);

        (await PutPasswordAsync(user, id, "not the old one", NewPassword)).ShouldBeProblem(401.2m);
        (await PutPasswordAsync(user, id, password, "too short")).ShouldBeProblem(400.21m);
        (await user.SendAsync(HttpMethod.Put, $"/users/{id}/password", JsonContent.Create(new { @new = NewPassword }))).ShouldBeProblem(
            400.3m
        );
        await MeAsync(elsewhere);

        (await PutPasswordAsync(user, id, password, NewPassword)).ShouldBe(HttpStatusCode.OK);

        await MeAsync(user);
        (await elsewhere.GetAsync("/users/current")).ShouldBeProblem(401.2m);
        (await SignInAsync(programme.Server, email, password)).ShouldBeProblem(401.2m);
        (await Api.WithBasic(programme.Server, email, password).GetAsync("/users/current")).ShouldBeProblem(401.2m);
        await MeAsync(await Api.SignInAsync(programme.Server, email, NewPassword));
    }

    [Fact]
    public async Task A_new_password_is_valid_immediately_on_every_instance()
    {
        var programme = await Programme.StartAsync(await Processes.FirstAsync());
        var second = await Processes.RememberingAsync();
        var (user, email, password) = await programme.WebUserAsync();
        await MeAsync(await Api.SignInAsync(second, email, password));

        (await PutPasswordAsync(user, (await MeAsync(user)).GetProperty("id").GetInt32(), password, NewPassword)).ShouldBe(
            HttpStatusCode.OK
        );

        (await SignInAsync(second, email, password)).ShouldBeProblem(401.2m);
        await MeAsync(Api.WithBasic(second, email, NewPassword));
        await MeAsync(await Api.SignInAsync(second, email, NewPassword));
    }

    [Fact]
    public async Task Changes_of_rights_apply_to_signed_in_users_at_once()
    {
        var programme = await Programme.StartAsync();
        var (user, _, _) = await programme.WebUserAsync();
        var id = (await MeAsync(user)).GetProperty("id").GetInt32();
        (await user.GetAsync(programme.Path)).ShouldBeProblem(403.1m);

        (await programme.Admin.PostAsync($"{programme.Path}/assignments/viewer/{id}")).ShouldBe(HttpStatusCode.OK);
        (await user.GetAsync(programme.Path)).ShouldBe(HttpStatusCode.OK);

        (await programme.Admin.DeleteAsync($"{programme.Path}/assignments/viewer/{id}")).ShouldBe(HttpStatusCode.OK);
        (await user.GetAsync(programme.Path)).ShouldBeProblem(403.1m);
    }

    private static async Task<JsonElement> MeAsync(Api user) => (await user.GetAsync("/users/current")).ShouldBe(HttpStatusCode.OK).Json;

    private static async Task<IEnumerable<int>> FoundAsync(Api api, string search) =>
        (await api.GetAsync($"/users?q={Uri.EscapeDataString(search)}"))
            .ShouldBe(HttpStatusCode.OK)
            .Json.EnumerateArray()
            .Select(user => user.GetProperty("id").GetInt32())
            .ToList();

    private static Task<Answer> SignInAsync(Server server, string email, string password) =>
        Api.Anonymous(server).PostJsonAsync("/sessions", new { email, password });

    private static Task<Answer> PutPasswordAsync(Api api, int id, string old, string @new) =>
        api.SendAsync(HttpMethod.Put, $"/users/{id}/password", JsonContent.Create(new { old, @new }));
}
