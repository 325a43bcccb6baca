using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace ServerlessRosa.Browser.Tests;

/// <summary>Maps in a story.</summary>
internal static class Maps
{
    /// <summary>Answers for the server of the base map. Returns the referrers that it was asked with.</summary>
    public static async Task<ConcurrentQueue<string>> AnswerForTilesAsync(this Visitor visitor)
    {
        var referrers = new ConcurrentQueue<string>();
        await visitor.Page.RouteAsync(
            $"{BrowserFixture.MapTiles}/**",
            route =>
            {
                referrers.Enqueue(route.Request.Headers.GetValueOrDefault("referer", ""));
                return route.FulfillAsync(new() { ContentType = "image/png", BodyBytes = Pictures.Png });
            }
        );
        return referrers;
    }

    /// <summary>Where the only place is.</summary>
    public static async Task ClickMiddleOfMapAsync(this Visitor visitor)
    {
        var map = visitor.Page.GetByRole(AriaRole.Application, new() { Name = "Map" });
        await map.Locator("canvas").First.WaitForAsync();
        var box = (await map.BoundingBoxAsync())!;
        await map.ClickAsync(
            new()
            {
                Position = new() { X = box.Width / 2, Y = box.Height / 2 },
            }
        );
    }
}
