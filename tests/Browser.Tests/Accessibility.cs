using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;

namespace ServerlessRosa.Browser.Tests;

/// <summary>What axe says of the page that is open.</summary>
internal static class Accessibility
{
    private static readonly string[] Grave = ["serious", "critical"];

    public static async Task ShouldBeAccessibleAsync(this Visitor visitor, string name)
    {
        // Half transparent text of a dialog that is closing is not what people read.
        await visitor.Page.WaitForFunctionAsync("document.getAnimations().every((one) => one.playState !== 'running')");
        var result = await visitor.Page.RunAxe();
        Assert.Empty(result.Violations.Where(found => Grave.Contains(found.Impact)).Select(found => $"{name}: {Describe(found)}"));
    }

    private static string Describe(AxeResultItem found) => $"{found.Id}: {string.Join(" ", found.Nodes.Take(3).Select(node => node.Html))}";
}
