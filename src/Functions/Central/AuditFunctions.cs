using System.Globalization;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Audits;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>The audit log, for administrators: `action`, `start`, `end`, `limit`, `offset`, newest first.</summary>
public sealed class AuditFunctions(EndpointPipeline pipeline, AuditLog audits, AuditShapes shapes)
{
    // A listing without a limit is held in memory, so it has one.
    private const int MaxEntries = 10_000;

    [Function("ListAudits")]
    [Query(QueryType.Number, "limit", "offset")]
    [Query(QueryType.Text, "action")]
    [Query(QueryType.Time, "start", "end")]
    [Answers(typeof(List<AuditAnswer>))]
    public Task<IResult> List([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/audits")] HttpRequest request) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                caller.Actor.Require(Verb.AuditRead, Scope.Server);
                var paging = Paging.Of(request);
                var filter = new AuditFilter(
                    request.Query.TryGetValue("action", out var action) ? action.ToString() : null,
                    Time(request, "start"),
                    Time(request, "end")
                );
                var (listed, known) = (new List<AuditAnswer>(), new Dictionary<string, object?>());
                var extended = ExtendedMetadata.IsWanted(request);
                await foreach (var entry in audits.ListAsync(filter, paging.Offset, paging.Limit ?? MaxEntries, cancellationToken))
                {
                    listed.Add(extended ? await shapes.ExtendedAsync(entry, known, cancellationToken) : AuditShapes.Entry(entry));
                }
                return Json.Ok(listed);
            }
        );

    private static DateTimeOffset? Time(HttpRequest request, string name) =>
        !request.Query.TryGetValue(name, out var text) ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time
        : throw Problem.InvalidDataType(text.ToString(), "timestamp").AsException();
}
