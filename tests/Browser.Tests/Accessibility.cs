using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;

namespace ServerlessRosa.Browser.Tests;

/// <summary>What axe says of the page that is open.</summary>
internal static class Accessibility
{
    private const string Moving = "document.getAnimations().some((one) => one.playState === 'running')";
    private const string HideMessages =
        "document.querySelectorAll('.el-message--success').forEach((one) => one.style.setProperty('display', 'none', 'important'))";

    private static readonly AxeRunOptions ViolationsOnly = new() { ResultTypes = [ResultType.Violations] };
    private static readonly string[] Grave = ["serious", "critical"];

    public static async Task ShouldBeAccessibleAsync(this Visitor visitor, string name)
    {
        // Half transparent text of a label that appears, or of a dialog that is closing, is not what people read. It starts a frame later.
        await Task.Delay(250);
        for (var turn = 0; turn < 50 && await visitor.Page.EvaluateAsync<bool>(Moving); turn++)
        {
            await Task.Delay(100);
        }
        // A message that says that something was done fades at some moment, maybe during the check.
        await visitor.Page.EvaluateAsync(HideMessages);
        var result = await visitor.Page.RunAxe(ViolationsOnly);
        Assert.Empty(result.Violations.Where(found => Grave.Contains(found.Impact)).Select(found => $"{name}: {Describe(found)}"));
    }

    private static string Describe(AxeResultItem found) => $"{found.Id}: {string.Join(" ", found.Nodes.Take(3).Select(node => node.Html))}";
}
