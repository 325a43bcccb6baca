using System.Net;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Cases;

/// <summary>
/// Pulls a list as CommCare HQ's public export client does: with an API key, ordered by `indexed_on`, each page from the time of the last
/// record on, and without the records that the page before had.
/// </summary>
internal sealed class HqExport(Domain domain, Api script, string resource, int limit)
{
    private string? _since;

    /// <summary>What there is since the last pull, in order.</summary>
    public async Task<List<JsonElement>> PullAsync(string filter = "")
    {
        var (pulled, last) = (new List<JsonElement>(), new HashSet<string>());
        while (true)
        {
            var since = _since is null ? "" : $"&indexed_on_start={Uri.EscapeDataString(_since)}";
            var answer = await script.GetAsync(domain.Api($"{resource}/?limit={limit}&order_by=indexed_on{since}{filter}"));
            var page = answer.ShouldBe(HttpStatusCode.OK).Json;
            var objects = page.GetProperty("objects").EnumerateArray().ToList();
            pulled.AddRange(objects.Where(one => !last.Contains(one.Text("id"))));
            if (objects.Count > 0)
            {
                _since = objects[^1].Text("indexed_on").TrimEnd('Z');
            }
            if (objects.Count == 0 || page.GetProperty("meta").GetProperty("next").GetString() is null)
            {
                return pulled;
            }
            last = [.. objects.Select(one => one.Text("id"))];
        }
    }

    /// <summary>Pulls until every id has come, and returns all that came; fails when one doesn't.</summary>
    public async Task<List<JsonElement>> PullAllAsync(IReadOnlyCollection<string> ids, List<JsonElement> before)
    {
        await Eventually.TrueAsync(
            async () =>
            {
                before.AddRange(await PullAsync());
                return ids.All(id => before.Exists(one => one.Text("id") == id));
            },
            "all records are pulled"
        );
        return before;
    }

    /// <summary>A key of a new web user with this role.</summary>
    public static async Task<Api> ScriptAsync(Domain domain, string role = "viewer")
    {
        var (user, email, _) = await domain.Programme.WebUserAsync(role);
        var key = (await user.PostJsonAsync("/users/current/api-keys", new { domain = domain.Name })).ShouldBe(HttpStatusCode.OK).Json;
        return Api.Anonymous(domain.Programme.Server).With("Authorization", $"apikey {email}:{key.Text("key")}");
    }
}
