using System.Net;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Configs;

/// <summary>The web front end's preferences of each web user.</summary>
public sealed class UserPreferenceTests
{
    [Fact]
    public async Task Preferences_of_the_site_and_of_projects_are_kept_for_their_user_alone()
    {
        var programme = await Programme.StartAsync();
        var (user, _, _) = await programme.WebUserAsync();
        var (other, _, _) = await programme.WebUserAsync();
        Assert.Equal("""{"site":{},"projects":{}}""", await ReadAsync(user));

        await SetAsync(user, "site/projectSortMode", "alphabetical");
        await SetAsync(user, "site/projectSortMode", (int[])[1, 2]);
        await SetAsync(user, "site/nothing", null);
        await SetAsync(user, $"project/{programme.Id}/formTrashCollapsed", new { a = true });
        await SetAsync(other, "site/projectSortMode", "newest");
        Assert.Equal(
            """{"site":{"projectSortMode":[1,2],"nothing":null},"projects":{"N":{"formTrashCollapsed":{"a":true}}}}""".Replace(
                "N",
                $"{programme.Id}",
                StringComparison.Ordinal
            ),
            await ReadAsync(user)
        );

        (await user.DeleteAsync("/user-preferences/site/nothing")).ShouldBe(HttpStatusCode.OK);
        (await user.DeleteAsync($"/user-preferences/project/{programme.Id}/formTrashCollapsed")).ShouldBe(HttpStatusCode.OK);
        (await user.DeleteAsync($"/user-preferences/project/{programme.Id}/formTrashCollapsed")).ShouldBeProblem(404.1m);
        (await user.DeleteAsync("/user-preferences/site/nothing")).ShouldBeProblem(404.1m);
        Assert.Equal("""{"site":{"projectSortMode":[1,2]},"projects":{}}""", await ReadAsync(user));
    }

    [Fact]
    public async Task Concurrent_preferences_are_all_kept()
    {
        var (user, _, _) = await (await Programme.StartAsync()).WebUserAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(number => SetAsync(user, $"site/n{number}", number)));
        var kept = JsonDocument.Parse(await ReadAsync(user)).RootElement.GetProperty("site");
        Assert.Equal(8, kept.EnumerateObject().Count());
    }

    [Fact]
    public async Task An_invalid_preference_is_refused()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var (user, _, _) = await programme.WebUserAsync();
        var missing = (await user.PutJsonAsync("/user-preferences/site/p", new { notPropertyValue = 100 })).ShouldBeProblem(400.23m);
        Assert.Equal("propertyValue", missing.Json.GetProperty("details").GetProperty("property").GetString());
        var extra = (await user.PutJsonAsync("/user-preferences/site/p", new { spurious = 1, propertyValue = 2 })).ShouldBeProblem(400.33m);
        Assert.Equal("""["propertyValue"]""", extra.Json.GetProperty("details").GetProperty("expected").GetRawText());
        (await user.PutJsonAsync("/user-preferences/project/2000000000/p", new { propertyValue = 1 })).ShouldBeProblem(404.1m);
        (await user.PutJsonAsync($"/user-preferences/site/{new string('x', 256)}", new { propertyValue = 1 })).ShouldBeProblem(400.13m);
        (await user.PutJsonAsync("/user-preferences/site/p", new { propertyValue = new string('x', 70_000) })).ShouldBeProblem(400.13m);

        var phone = Api.Anonymous(programme.Server).With("Authorization", $"Bearer {(await programme.AppUserAsync(form)).Key}");
        (await phone.PutJsonAsync("/user-preferences/site/p", new { propertyValue = 1 })).ShouldBeProblem(403.1m);
        (await Api.Anonymous(programme.Server).PutJsonAsync("/user-preferences/site/p", new { propertyValue = 1 })).ShouldBeProblem(401.2m);
    }

    private static async Task SetAsync(Api user, string path, object? value) =>
        (await user.PutJsonAsync($"/user-preferences/{path}", new { propertyValue = value })).ShouldBe(HttpStatusCode.OK);

    private static async Task<string> ReadAsync(Api user) =>
        (await user.With("X-Extended-Metadata", "true").GetAsync("/users/current"))
            .ShouldBe(HttpStatusCode.OK)
            .Json.GetProperty("preferences")
            .GetRawText();
}
