using System.Text.RegularExpressions;
using ServerlessRosa.Dev;
using Xunit;

namespace ServerlessRosa.Core.Tests.Deployment;

/// <summary>
/// The names in docs/operations.md exist in the code, and the settings, actions, timers and figures of the code have their rows.
/// </summary>
public sealed partial class OperationsPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "operations.md"));
    private static readonly string Alerts = File.ReadAllText(Path.Combine(Repository.Root, "infra", "bicep", "modules", "alerts.bicep"));
    private static readonly string Code = string.Join(
        '\n',
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText)
    );

    [Fact]
    public void Every_setting_of_the_app_has_its_row_and_there_are_no_others() =>
        Assert.Equal(Of(Code, Setting()).Distinct().Order(), Of(Page, SettingOfPage()).Distinct().Order());

    [Fact]
    public void Every_action_of_the_audit_is_listed_and_there_are_no_others()
    {
        // Up to the end of a statement, since a long one goes over several lines.
        var written = Code.Split(';')
            .Where(statement =>
                statement.Contains("AuditAsync(", StringComparison.Ordinal)
                || statement.Contains("WriteAsync(", StringComparison.Ordinal)
                || statement.Contains("DoneAsync(", StringComparison.Ordinal)
                || statement.Contains("new SheetUpload<", StringComparison.Ordinal)
            );
        var section = Page[
            Page.IndexOf("## The audit", StringComparison.Ordinal)..Page.IndexOf("## Rotating keys", StringComparison.Ordinal)
        ];

        Assert.Equal(
            written.SelectMany(statement => Of(statement, Action())).Distinct().Order(),
            section.Split('\n').Where(line => line.StartsWith('|')).SelectMany(line => Of(line, ActionOfPage())).Distinct().Order()
        );
    }

    [Fact]
    public void Queries_name_functions_that_there_are_and_sentences_that_are_logged()
    {
        var functions = Of(Code, Function()).ToHashSet();
        var named = Of(Page + Alerts, Names()).SelectMany(list => Of(list, Quoted())).Distinct().ToList();
        Assert.Contains("Reconcile", named);
        Assert.DoesNotContain(named, name => !functions.Contains(name));

        var sentences = Of(Code, Sentence()).ToList();
        var asked = Of(Page + Alerts, StartsWith()).Distinct().ToList();
        Assert.NotEmpty(asked);
        Assert.All(asked, start => Assert.Contains(sentences, sentence => sentence.StartsWith(start, StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_timer_is_watched()
    {
        var timers = Of(Code, Timer()).ToList();
        Assert.Contains("PurgeSyncs", timers);
        Assert.All(timers, timer => Assert.Contains($"\"{timer}\"", Alerts, StringComparison.Ordinal));
        Assert.All(timers, timer => Assert.Contains($"\"{timer}\"", Page, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_figure_has_its_row_and_there_are_no_others() =>
        Assert.Equal(Of(Code, Figure()).Append(Telemetry.RequestActivity).Order(), Of(Page, FigureOfPage()).Order());

    [Fact]
    public void Every_kind_of_answer_is_listed_with_its_figure()
    {
        var kinds = Of(KindsOf().Match(Code).Groups[1].Value, Member()).ToList();
        Assert.Contains("OpenRosa", kinds);
        Assert.Equal(kinds.Order(), Of(KindsOfPage().Match(Page).Groups[1].Value, Ticked()).Order());
    }

    private static IEnumerable<string> Of(string text, Regex what) => what.Matches(text).Select(match => match.Groups[1].Value);

    [GeneratedRegex("Setting `([A-Za-z]+:[A-Za-z]+)`")]
    private static partial Regex Setting();

    [GeneratedRegex("(?<=\n\\|(?:`[A-Za-z:]+`, ?)*)`((?:Rosa|Storage|Mail):[A-Za-z]+)`")]
    private static partial Regex SettingOfPage();

    [GeneratedRegex("\"([a-z_]+(?:\\.[a-z_]+)+)\"")]
    private static partial Regex Action();

    [GeneratedRegex("`([a-z_]+(?:\\.[a-z_]+)+)`")]
    private static partial Regex ActionOfPage();

    [GeneratedRegex("\\[Function\\(\"([A-Za-z0-9]+)\"\\)\\]")]
    private static partial Regex Function();

    [GeneratedRegex("\\[Function\\(\"([A-Za-z0-9]+)\"\\)\\]\\s+public Task \\w+\\(\\[TimerTrigger")]
    private static partial Regex Timer();

    [GeneratedRegex("name in \\(([^)]+)\\)")]
    private static partial Regex Names();

    [GeneratedRegex("\"([^\"]+)\"")]
    private static partial Regex Quoted();

    [GeneratedRegex("Message = \"([^\"]+)\"")]
    private static partial Regex Sentence();

    [GeneratedRegex("message startswith \"([^\"]+)\"")]
    private static partial Regex StartsWith();

    [GeneratedRegex("Figures\\.Create\\w+<\\w+>\\(\\s*\"([a-z_.]+)\"")]
    private static partial Regex Figure();

    [GeneratedRegex("enum AnswerKind\\s*\\{([^}]+)\\}")]
    private static partial Regex KindsOf();

    [GeneratedRegex("^\\s*([A-Z]\\w+),", RegexOptions.Multiline)]
    private static partial Regex Member();

    [GeneratedRegex("`rosa.kind` \\(([^)]+)\\)")]
    private static partial Regex KindsOfPage();

    [GeneratedRegex("`(\\w+)`")]
    private static partial Regex Ticked();

    [GeneratedRegex("\n\\|`(rosa\\.[a-z_.]+)`\\|")]
    private static partial Regex FigureOfPage();
}
