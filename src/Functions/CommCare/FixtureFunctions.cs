using ServerlessRosa.Core.Fixtures;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>Rows of lookup tables, flat and read only (CC-144 to CC-146, `fixture`), at both of CommCare's addresses.</summary>
public sealed class FixtureFunctions(DomainApi api, LookupTables tables)
{
    [Function("ListFixtures")]
    [Query(QueryType.Number, "limit", "offset")]
    [Query(QueryType.Text, "format", "fixture_type")]
    [Answers(typeof(ListAnswer<FixtureAnswer>))]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/v0.5/fixture")] HttpRequest request,
        string domain
    ) => ListAsync(request, domain);

    [Function("ListFixturesV1")]
    [Query(QueryType.Number, "limit", "offset")]
    [Query(QueryType.Text, "format", "fixture_type")]
    [Answers(typeof(ListAnswer<FixtureAnswer>))]
    public Task<IResult> ListV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/fixture/v1")] HttpRequest request,
        string domain
    ) => ListAsync(request, domain);

    [Function("GetFixture")]
    [Query(QueryType.Text, "format")]
    [Answers(typeof(FixtureAnswer))]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/v0.5/fixture/{id}")] HttpRequest request,
        string domain,
        string id
    ) => GetAsync(request, domain, id);

    [Function("GetFixtureV1")]
    [Query(QueryType.Text, "format")]
    [Answers(typeof(FixtureAnswer))]
    public Task<IResult> GetV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/fixture/v1/{id}")] HttpRequest request,
        string domain,
        string id
    ) => GetAsync(request, domain, id);

    private Task<IResult> ListAsync(HttpRequest request, string domain) =>
        api.ReadAsync(
            request,
            domain,
            async (user, cancellationToken) =>
            {
                ListParameters.RequireKnown(request);
                var tags = (await tables.ListAsync(user.Project.Id, cancellationToken)).ToDictionary(table => table.Id, table => table.Tag);
                var wanted = request.Query["fixture_type"].ToString() is { Length: > 0 } tag
                    ? tags.FirstOrDefault(pair => pair.Value == tag).Key ?? throw Problem.NotFound().AsException()
                    : null;
                return await DomainApi.ListAsync(
                    request,
                    tables.ListRowsAsync(user.Project.Id, wanted, cancellationToken),
                    row => Shape(row, tags[row.Table]),
                    cancellationToken
                );
            }
        );

    private Task<IResult> GetAsync(HttpRequest request, string domain, string id) =>
        api.ReadAsync(
            request,
            domain,
            async (user, cancellationToken) =>
            {
                var row = await tables.GetRowAsync(user.Project.Id, id, cancellationToken);
                return Json.Ok(Shape(row, (await tables.GetAsync(user.Project.Id, row.Table, cancellationToken)).Tag));
            }
        );

    private static FixtureAnswer Shape(LookupRow row, string tag) =>
        new(
            row.Id,
            tag,
            row.Fields.ToDictionary(field => field.Key, field => string.Join(", ", field.Value.Select(value => value.Value))),
            ""
        );
}
