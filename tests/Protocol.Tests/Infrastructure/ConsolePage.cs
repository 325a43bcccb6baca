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

    [GeneratedRegex("""src="/assets/([^"]+\.js)""")]
    private static partial Regex Script();
}
