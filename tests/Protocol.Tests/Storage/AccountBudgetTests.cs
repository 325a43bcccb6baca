using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Storage;

/// <summary>How many storage operations the calls about users, their preferences and the server's configuration cost, warm.</summary>
public sealed class AccountBudgetTests
{
    [Fact]
    public async Task Preferences_configuration_resets_and_actor_properties_cost_a_few_operations_each()
    {
        var programme = await Programme.StartAsync(await Processes.RememberingAsync());
        var (user, email, _) = await programme.WebUserAsync("manager");
        var (admin, path) = (programme.Admin, programme.Path);
        var phone = (await admin.PostJsonAsync($"{path}/app-users", new { displayName = "Tablet" })).ShouldBe(HttpStatusCode.OK).Json;
        (await admin.PostJsonAsync($"{path}/actor-properties", new { name = "region" })).ShouldBe(HttpStatusCode.OK);
        var tablet = $"{path}/app-users/{phone.GetProperty("id").GetInt32()}";

        var costs = new List<(string What, int Budget, int Cost)>();
        async Task CostsAsync(string what, int budget, Func<int, Task<Answer>> ask)
        {
            (await ask(1)).ShouldBe(HttpStatusCode.OK);
            costs.Add((what, budget, (await ask(2)).ShouldBe(HttpStatusCode.OK).StorageOperations));
        }
        await CostsAsync("own data", 1, _ => user.With("X-Extended-Metadata", "true").GetAsync("/users/current"));
        await CostsAsync("a preference", 2, i => user.PutJsonAsync("/user-preferences/site/mode", new { propertyValue = $"dark {i}" }));
        await CostsAsync("public configuration", 1, _ => Api.Anonymous(programme.Server).GetAsync("/config/public"));
        await CostsAsync(
            "a configuration",
            4,
            i => admin.PostJsonAsync("/config/login-appearance", new { value = new { title = $"{i}" } })
        );
        await CostsAsync("a reset", 6, _ => admin.PostJsonAsync("/users/reset/initiate", new { email }));
        await CostsAsync("actor properties", 2, _ => user.GetAsync($"{path}/actor-properties"));
        await CostsAsync("an actor property", 4, i => user.PostJsonAsync($"{path}/actor-properties", new { name = $"property{i}" }));
        await CostsAsync("an app user's properties", 5, i => user.PatchJsonAsync(tablet, new { properties = new { region = $"{i}" } }));

        Assert.Equal([], costs.Where(one => one.Cost > one.Budget));
    }
}
