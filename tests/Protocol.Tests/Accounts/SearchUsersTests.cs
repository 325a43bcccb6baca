using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Accounts;

/// <summary>Finding web users by what their names and addresses are like, and small answers about accounts.</summary>
public sealed class SearchUsersTests
{
    [Fact]
    public async Task Users_are_found_by_similarity_the_most_similar_first()
    {
        await using var own = await OwnStorage.TakeAsync();
        var admin = await Api.AdministratorAsync(own.Server);
        foreach (
            var (email, displayName) in new[]
            {
                ("chelsea@example.org", "Chelsea"),
                ("chelsie@example.net", "Chelsie B"),
                ("bob@x.de", "Bob"),
            }
        )
        {
            (
                await admin.PostJsonAsync(
                    "/users",
                    new
                    {
                        email,
                        displayName,
                        password = "a long password",
                    }
                )
            ).ShouldBe(HttpStatusCode.OK);
        }
        async Task<IEnumerable<string?>> FindAsync(string search) =>
            (await admin.GetAsync($"/users?q={Uri.EscapeDataString(search)}"))
                .ShouldBe(HttpStatusCode.OK)
                .Json.EnumerateArray()
                .Select(user => user.GetProperty("displayName").GetString());

        Assert.Equal(["Chelsea", "Chelsie B"], await FindAsync("chelseas"));
        Assert.Equal(["Bob"], await FindAsync("bobb"));
        Assert.Equal(["Bob"], await FindAsync("BOB@x.de"));
        Assert.Empty(await FindAsync("zzzzzz"));
        Assert.Equal(4, (await FindAsync("")).Count());
    }

    [Fact]
    public async Task An_app_user_was_last_used_when_it_last_sent_something()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var phone = await programme.AppUserAsync(form);
        await programme.AppUserAsync(form);
        var extended = programme.Admin.With("X-Extended-Metadata", "true");
        async Task<IReadOnlyList<DateTimeOffset?>> UsedAsync() =>
            [
                .. (await extended.GetAsync($"{programme.Path}/app-users"))
                    .ShouldBe(HttpStatusCode.OK)
                    .Json.EnumerateArray()
                    .Select(user =>
                        user.GetProperty("lastUsed") is { ValueKind: System.Text.Json.JsonValueKind.String } at
                            ? at.GetDateTimeOffset()
                            : (DateTimeOffset?)null
                    ),
            ];
        Assert.All(await UsedAsync(), Assert.Null);

        using var body = Samples.Multipart(Samples.Submission(form, Samples.NewInstanceId()));
        (await phone.PostAsync($"{programme.Path}/submission", body)).ShouldBe(HttpStatusCode.Created);
        var sent = (await programme.Admin.GetAsync($"{programme.FormPath(form)}/submissions")).Json[0].GetProperty("createdAt");
        Assert.Equal(sent.GetDateTimeOffset(), Assert.Single(await UsedAsync(), at => at is not null));
    }

    [Fact]
    public async Task An_unknown_role_is_not_found_before_rights_are_checked()
    {
        var programme = await Programme.StartAsync();
        var (viewer, _, _) = await programme.WebUserAsync("viewer");
        (await viewer.PostAsync($"{programme.Path}/assignments/nosuch/1")).ShouldBeProblem(404.1m);
        (await viewer.GetAsync($"{programme.Path}/assignments/nosuch")).ShouldBeProblem(404.1m);
        (await viewer.PostAsync($"{programme.Path}/assignments/viewer/1")).ShouldBeProblem(403.1m);
    }
}
