using System.Net;
using System.Text.RegularExpressions;

namespace ServerlessRosa.Protocol.Tests.Infrastructure;

/// <summary>The web console as a browser gets it.</summary>
public static partial class ConsolePage
{
    /// <summary>The file name of the page's first script, such as `index-CeEOvtga.js`.</summary>
    public static async Task<string> AssetAsync(Server server)
    {
        var page = (await Api.Anonymous(server).SendAsync(HttpMethod.Get, server.BaseUrl.ToString())).ShouldBe(HttpStatusCode.OK);
        return Script().Match(page.Text).Groups[1].Value;
    }

    /// <summary>The scripts and styles that a browser loads with the page: its own, and what they import at once.</summary>
    public static IReadOnlyList<string> FilesOf(string page) => [.. File().Matches(page).Select(match => match.Groups[1].Value).Distinct()];

    [GeneratedRegex("""(?:src|href)="/assets/([^"]+\.(?:js|css))""")]
    private static partial Regex File();

    [GeneratedRegex("""src="/assets/([^"]+\.js)""")]
    private static partial Regex Script();
}
