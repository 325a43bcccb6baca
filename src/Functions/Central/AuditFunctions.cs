using System.Globalization;
using System.Text.Json;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Audits;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>The audit log, for administrators: `action`, `start`, `end`, `limit`, `offset`, newest first.</summary>
public sealed class AuditFunctions(EndpointPipeline pipeline, AuditLog audits, ActorNames names)
{
    // A listing without a limit is held in memory, so it has one.
    private const int MaxEntries = 10_000;

    [Function("ListAudits")]
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
                var listed = new List<object>();
                await foreach (var entry in audits.ListAsync(filter, paging.Offset, paging.Limit ?? MaxEntries, cancellationToken))
                {
                    listed.Add(await ShapeAsync(request, entry, cancellationToken));
                }
                return Json.Ok(listed);
            }
        );

    private async Task<object> ShapeAsync(HttpRequest request, AuditEntry entry, CancellationToken cancellationToken)
    {
        var shape = new Dictionary<string, object?>
        {
            ["actorId"] = entry.Actor?.Value,
            ["action"] = entry.Action,
            ["acteeId"] = entry.Actee,
            ["details"] = entry.Details is { } details ? JsonSerializer.Deserialize<JsonElement>(details) : null,
            ["loggedAt"] = entry.LoggedAt,
            ["notes"] = entry.Notes,
        };
        if (ExtendedMetadata.IsWanted(request))
        {
            var actee = Scope.Parse(entry.Actee);
            shape["actor"] =
                entry.Actor is { } id && await names.FindAsync(actee.Project, id, cancellationToken) is { } actor
                    ? AccountShapes.Actor(actor)
                    : null;
        }
        return shape;
    }

    private static DateTimeOffset? Time(HttpRequest request, string name) =>
        !request.Query.TryGetValue(name, out var text) ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time
        : throw Problem.InvalidDataType(text.ToString(), "timestamp").AsException();
}
