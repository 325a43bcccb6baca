using System.Globalization;
using Azure.Data.Tables;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Tool;
using static ServerlessRosa.Protocol.Tests.Maintenance.StoredRowFilters;

namespace ServerlessRosa.Protocol.Tests.Maintenance;

/// <summary>`verify` reports no difference on what the app writes, and finds whatever is damaged in storage.</summary>
[StartsFirst]
public sealed class VerifyTests(PopulatedServer populated) : IClassFixture<PopulatedServer>
{
    private const string Nothing = "0 differences";

    private static readonly Dictionary<string, Damage> Damages = new[]
    {
        DomainDamages.All,
        FormDamages.All,
        SubmissionDamages.All,
        CaseDamages.All,
        WebhookDamages.All,
    }
        .SelectMany(some => some)
        .ToDictionary();

    public static TheoryData<string> Names => [.. Damages.Keys];

    [Fact]
    public async Task A_project_with_data_of_every_kind_has_no_difference()
    {
        var project = populated.Programme.Id.ToString(CultureInfo.InvariantCulture);
        Assert.Contains(
            Nothing,
            (await populated.Storage.RunAsync("verify", "--content", "--settle", "0")).ShouldSucceed().Output,
            StringComparison.Ordinal
        );
        Assert.Contains(
            Nothing,
            (await populated.Storage.RunAsync("verify", "--project", project, "--settle", "0")).ShouldSucceed().Output,
            StringComparison.Ordinal
        );
        (await populated.Storage.RunAsync("verify", "--project", "99")).ShouldFail("no project 99");
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Each_damage_is_reported_and_nothing_else(string name)
    {
        var damage = Damages[name];
        await damage.ApplyAsync(populated);
        try
        {
            var (exitCode, lines) = await VerifyAsync(damage.Content ? "--content" : null);
            Assert.Equal(
                damage.Kinds.Order(),
                lines
                    .Where(line => line.StartsWith("difference ", StringComparison.Ordinal))
                    .Select(line => line.Split(' ', ':')[1])
                    .Distinct()
                    .Order()
            );
            Assert.Equal(1, exitCode);
        }
        finally
        {
            await populated.Stored.UndoAsync(); // else the next damage is not the only one
        }
    }

    [Fact]
    public void The_operations_page_explains_each_kind_of_difference()
    {
        var page = File.ReadAllText(Repository.Locate("docs", "operations.md"));
        Assert.All(
            Damages.Values.SelectMany(damage => damage.Kinds),
            kind => Assert.Matches($@"(?m)^\|[^|\n]*`{kind}`[^|\n]*\|.*\|.*\|$", page)
        );
    }

    [Fact]
    public async Task Unreferenced_blobs_are_notes_and_no_differences()
    {
        await populated.Stored.AddBlobAsync(
            "submissions",
            $"{populated.Programme.Id}/{await FormAsync(populated, "form")}/{Hash("never came")}/0/submission.xml"
        );
        await populated.Stored.AddBlobAsync("forms", $"{populated.Programme.Id}/never/form.xml");

        var (exitCode, lines) = await VerifyAsync("--orphans");

        await populated.Stored.UndoAsync();
        Assert.Equal(0, exitCode);
        Assert.Contains(lines, line => line.Contains($"{Hash("never came")}/0/submission.xml: no row names it", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("/never/form.xml: no row names it", StringComparison.Ordinal));
        Assert.Equal(2, lines.Count(line => line.StartsWith("note orphans in project", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_recent_intent_is_not_a_difference()
    {
        await populated.Stored.RemoveAsync("caseOwners", $"Id eq '{populated.Ids["lone"]}'");
        await populated.Stored.AddAsync(
            "intents",
            new TableEntity("04", "4")
            {
                ["Project"] = populated.Programme.Id,
                ["Form"] = 1,
                ["InstanceId"] = "uuid:plain",
                ["Work"] = "x",
                ["At"] = DateTimeOffset.UtcNow.AddMinutes(-5),
            }
        );

        var (exitCode, lines) = await VerifyAsync();

        await populated.Stored.UndoAsync();
        Assert.True(exitCode == 0, string.Join('\n', lines));
    }

    private async Task<(int ExitCode, string[] Lines)> VerifyAsync(string? option = null)
    {
        await using var output = new StringWriter(CultureInfo.InvariantCulture);
        string[] options = [.. option is null ? Array.Empty<string>() : [option], "--settle=0.1"];
        var exitCode = await Commands.RunAsync(
            ["verify", .. options, "--storage", populated.Storage.ConnectionString],
            output,
            TextWriter.Null
        );
        return (exitCode, output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
