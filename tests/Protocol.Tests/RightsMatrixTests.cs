using System.Collections.Concurrent;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests;

/// <summary>docs/rights.md agrees with the source and, cell by cell, with the running server.</summary>
public sealed class RightsMatrixTests
{
    private const int RowsAtOnce = 6;

    [Fact]
    public void The_table_has_each_address_that_is_served_and_no_other()
    {
        var sources = Directory
            .EnumerateFiles(Repository.Locate("src", "Functions"), "*.cs", SearchOption.AllDirectories)
            .Select(File.ReadAllText)
            .ToList();
        var served = sources.SelectMany(RightsMatrix.EndpointsIn).ToList();

        Assert.Equal(sources.Sum(RightsMatrix.CountTriggers), sources.Sum(RightsMatrix.CountUnderstood));
        AssertNone(RightsMatrix.Complaints(Page(), served));
        Assert.Empty(RightsSteps.All.Keys.Except(Page().Select(row => row.Endpoint)));
    }

    [Fact, Clause("OR-072"), Clause("OR-073"), Clause("OR-074"), Clause("OR-075"), Clause("OR-076")]
    public async Task Each_actor_may_do_what_the_table_says_and_nothing_else()
    {
        var actors = await TestActors.AssembleAsync();
        var wrong = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(
            Page(),
            new ParallelOptions { MaxDegreeOfParallelism = RowsAtOnce },
            async (row, _) =>
            {
                foreach (var (actor, cell) in row.Cells.Where(cell => cell.Value is RightsMatrix.Yes or RightsMatrix.No))
                {
                    foreach (var (client, way) in actors.ClientsFor(actor, row))
                    {
                        var answer = await AskAsync(actors, row, client, may: cell == RightsMatrix.Yes);
                        if (!IsAsExpected(actors, row, answer, may: cell == RightsMatrix.Yes))
                        {
                            wrong.Add(
                                $"{row.Endpoint}: {actor} {way}: '{cell}', but got {(int)answer.Status}: "
                                    + $"{answer.Text[..Math.Min(answer.Text.Length, 200)]}"
                            );
                        }
                    }
                }
            }
        );
        AssertNone([.. wrong.Order(StringComparer.Ordinal)]);
    }

    [Theory]
    [InlineData("| `GET a`", "| `GET b`", "GET a is missing.")]
    [InlineData("| `GET a`", "| `GET b`", "GET b is not served.")]
    [InlineData("also `test/{draftToken}/`", "", "POST test/{draftToken}/a is missing.")]
    [InlineData("| `GET a`", "| `POST a`", "POST a stands there 2 times.")]
    [InlineData("| viewer |", "| reader |", "GET a has other actors.")]
    [InlineData("| - | no |", "| yes | no |", "GET a has 'yes' for draft token.")]
    [InlineData("| yes | yes | no |", "| yes | - | no |", "POST a has '-' for draft token.")]
    [InlineData("| no | no | no | no | yes |", "| no | no | no | maybe | yes |", "GET a has 'maybe' for data collector.")]
    [InlineData("| no | yes |\n", "| no |\n", "GET /a/{domain}/b has other actors.")]
    [InlineData("| no | yes |\n", "| no | - |\n", "GET /a/{domain}/b has '-' for mobile worker.")]
    public void A_malformed_rights_table_is_reported(string part, string instead, string complaint)
    {
        string[] served = ["GET a", "POST a", "POST test/{draftToken}/a", "GET /a/{domain}/b"];
        Assert.Empty(RightsMatrix.Complaints(RightsMatrix.Parse(WholeTable()), served));
        Assert.Contains(
            complaint,
            RightsMatrix.Complaints(RightsMatrix.Parse(WholeTable().Replace(part, instead, StringComparison.Ordinal)), served)
        );
    }

    [Fact]
    public void Addresses_are_found_in_source()
    {
        const string source = """
            [Function("A")]
            public Task<IResult> A(
                [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/a/{b:int}/{c}")] HttpRequest request)
            [Function("B")]
            public Task B([TimerTrigger("0 0 * * * *")] TimerInfo timer)
            [Function("C")]
            public Task<IResult> C(
                [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "v1/d")] HttpRequest request)
            [Function("D")]
            public Task<IResult> D([HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = "{*path}")] HttpRequest request)
            [Function("E")]
            public Task<IResult> E([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "e/{f}/v1/")] HttpRequest request)
            """;
        Assert.Equal(["GET a/{b}/{c}", "DELETE d", "GET /e/{f}/v1/"], RightsMatrix.EndpointsIn(source));
        Assert.Equal(4, RightsMatrix.CountTriggers(source));
    }

    // Refused callers use the shared target; only permitted callers need one that the call may change or delete.
    private static async Task<Answer> AskAsync(TestActors actors, RightsRow row, Api client, bool may)
    {
        var step = StepOf(row);
        var target = may && step.Fresh is { } fresh ? await fresh(actors) : actors.Target;
        using var body = step.Body?.Invoke(actors, target);
        var path = target.Fill(row.Path) + target.FillQuery(step.Query);
        return await client.SendAsync(
            new HttpMethod(row.Method),
            row.IsWhole ? client.Server.BaseUrl.GetLeftPart(UriPartial.Authority) + path : path,
            body
        );
    }

    private static bool IsAsExpected(TestActors actors, RightsRow row, Answer answer, bool may)
    {
        var step = StepOf(row);
        var status = (int)answer.Status;
        var shown = step.Shows is null || answer.Text.Contains(step.Shows(actors), StringComparison.Ordinal);
        return may
            ? status is >= 200 and <= 302 && shown
            : status is 401 or 403 || (status == 404 && step.MayBeMissing) || (status == 200 && !shown);
    }

    private static RightsStep StepOf(RightsRow row) => RightsSteps.All.GetValueOrDefault(row.Endpoint) ?? new RightsStep();

    private static IReadOnlyList<RightsRow> Page() => RightsMatrix.Parse(File.ReadAllText(Repository.Locate("docs", "rights.md")));

    private static void AssertNone(IReadOnlyList<string> complaints) => Assert.True(complaints.Count == 0, string.Join('\n', complaints));

    private static string WholeTable() =>
        $"""
            # Who may do what

            | Endpoint | {string.Join(" | ", RightsMatrix.Actors)} |
            |---|---|
            | `GET a` | no | no | no | no | yes | yes | yes | - | no |
            | `POST a`, also `test/{"{draftToken}"}/` | no | no | no | no | no | yes | yes | yes | no |

            | Endpoint | {string.Join(" | ", RightsMatrix.DomainActors)} |
            |---|---|
            | `GET /a/{"{domain}"}/b` | no | no | no | yes | yes | yes | yes | no | yes |

            """;
}
