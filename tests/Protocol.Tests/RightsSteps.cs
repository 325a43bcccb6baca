using System.Net.Http.Json;
using System.Text;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests;

/// <summary>How a row of the rights matrix is asked, where its address alone doesn't tell.</summary>
/// <param name="Fresh">What may be changed or deleted once only, made anew for each actor who is allowed to.</param>
/// <param name="Shows">For a list that leaves out what the actor may not see: what it shows to the others.</param>
public sealed record RightsStep(
    Func<Cast, Task<Target>>? Fresh = null,
    Func<Cast, Target, HttpContent>? Body = null,
    string Query = "",
    Func<Cast, string>? Shows = null
)
{
    /// <summary>A refusal with 404 counts: the actor has no such thing itself.</summary>
    public bool MayBeMissing { get; init; }
}

/// <summary>By endpoint, as the table names it. What stands here and not in the table is a mistake that the tests tell.</summary>
public static class RightsSteps
{
    private const string Project = "projects/{projectId}";
    private const string Form = $"{Project}/forms/{{form}}";
    private const string Submission = $"{Form}/submissions/{{instance}}";
    private const string Dataset = $"{Project}/datasets/{{dataset}}";
    private const string Entity = $"{Dataset}/entities/{{uuid}}";
    private const string Domain = "/a/{domain}/api";
    private const string Holder = "/{role}/{actorId}";

    public static IReadOnlyDictionary<string, RightsStep> All { get; } =
        new Dictionary<string, RightsStep>(DomainSteps())
        {
            ["GET projects"] = new(Shows: cast => $"\"id\":{cast.Target.Project},"),
            ["POST projects"] = Sends((_, _) => new { name = Samples.Unique("project") }),
            [$"PATCH {Project}"] = Sends((_, _) => new { description = "Trees" }),
            [$"DELETE {Project}"] = new(cast => cast.DoomedProjectAsync()),

            ["GET formList"] = new(Shows: cast => $"/projects/{cast.Target.Project}/formList"),
            [$"GET {Project}/formList"] = new(Shows: cast => $"<formID>{cast.Target.Form}</formID>"),
            [$"POST {Project}/forms"] = new(Body: (_, _) => Xml(Samples.Form(Samples.Unique("trees")))),
            [$"PATCH {Form}"] = Sends((_, _) => new { state = "open" }),
            [$"DELETE {Form}"] = new(cast => cast.FreshFormAsync()),
            [$"POST {Project}/forms/{{number}}/restore"] = new(cast => cast.FreshTrashAsync()),
            [$"POST {Form}/draft"] = new(cast => cast.FreshFormAsync()),
            [$"DELETE {Form}/draft"] = new(cast => cast.FreshFormAsync()),
            [$"POST {Form}/draft/publish"] = new(cast => cast.FreshDraftAsync()),
            [$"POST {Form}/draft/attachments/{{name}}"] = new(Body: (_, _) => Samples.Part(Samples.Bytes(500), "image/png")),
            [$"PATCH {Form}/draft/attachments/{{name}}"] = Sends((_, _) => new { dataset = true }) with
            {
                Fresh = cast => Task.FromResult(cast.Target with { Slot = $"{cast.Target.Dataset}.csv" }),
            },
            [$"DELETE {Form}/draft/attachments/{{name}}"] = new(cast => cast.FreshDraftAsync()),

            [$"POST {Project}/submission"] = new(Body: (_, target) => Samples.Multipart(New(target))),
            [$"POST {Form}/submissions"] = new(Body: (_, target) => Xml(New(target))),
            [$"POST {Form}/draft/submission"] = new(Body: (_, target) => Samples.Multipart(New(target))),
            [$"POST {Form}/draft/submissions"] = new(Body: (_, target) => Xml(New(target))),
            [$"PUT {Submission}"] = new(
                cast => cast.FreshSubmissionAsync(),
                (_, target) => Xml(Samples.Submission(target.Form, Samples.NewInstanceId(), deprecatedId: target.Instance))
            ),
            [$"PATCH {Submission}"] = Sends((_, _) => new { reviewState = "approved" }),
            [$"DELETE {Submission}"] = new(cast => cast.FreshSubmissionAsync()),
            [$"POST {Submission}/restore"] = new(cast => cast.FreshSubmissionAsync(deleted: true)),
            [$"POST {Form}/draft/submissions/{{instance}}/comments"] = Sends((_, _) => new { body = "Which tree?" }),
            [$"POST {Submission}/comments"] = Sends((_, _) => new { body = "Which tree?" }),
            [$"POST {Submission}/attachments/{{name}}"] = new(Body: (_, _) => Samples.Part(Samples.Bytes(100), "image/jpeg")),
            [$"DELETE {Submission}/attachments/{{name}}"] = new(cast => cast.FreshSubmissionAsync()),

            [$"POST {Project}/datasets"] = Sends((_, _) => new { name = Samples.Unique("people") }),
            [$"PATCH {Dataset}"] = Sends((_, _) => new { approvalRequired = false }),
            [$"POST {Dataset}/properties"] = Sends((_, _) => new { name = Samples.Unique("property") }),
            [$"POST {Dataset}/entities"] = Sends((_, _) => new { label = "Bob" }),
            [$"PATCH {Entity}"] = Sends((_, _) => new { label = "Anna" }) with { Query = "?force=true" },
            [$"DELETE {Entity}"] = new(cast => cast.FreshEntityAsync()),
            [$"POST {Entity}/restore"] = new(cast => cast.FreshEntityAsync(deleted: true)),

            [$"POST {Project}/app-users"] = Sends((_, _) => new { displayName = "Tablet" }),
            [$"DELETE {Project}/app-users/{{id}}"] = new(cast => cast.FreshAppUserAsync()),
            [$"POST {Form}/public-links"] = Sends((_, _) => new { displayName = "Poster" }),
            [$"DELETE {Form}/public-links/{{id}}"] = new(cast => cast.FreshPublicLinkAsync()),

            [$"POST assignments{Holder}"] = new(cast => cast.FreshUserAsync()),
            [$"DELETE assignments{Holder}"] = new(cast => cast.FreshUserAsync($"assignments{Holder}")),
            [$"POST {Project}/assignments{Holder}"] = new(cast => cast.FreshUserAsync()),
            [$"DELETE {Project}/assignments{Holder}"] = new(cast => cast.FreshUserAsync($"{Project}/assignments{Holder}")),
            [$"POST {Form}/assignments{Holder}"] = new(cast => cast.FreshUserAsync()),
            [$"DELETE {Form}/assignments{Holder}"] = new(cast => cast.FreshUserAsync($"{Form}/assignments{Holder}")),

            ["POST sessions"] = Sends((cast, _) => new { email = cast.Email, password = Cast.Password }),
            ["GET sessions/restore"] = new() { MayBeMissing = true },
            ["DELETE sessions/{token}"] = new(cast => cast.FreshAppUserAsync()),
            ["GET users"] = new(Shows: cast => cast.Email),
            ["POST users"] = Sends((_, _) => new { email = $"{Samples.Unique("user")}@example.org" }),
            ["PATCH users/{id}"] = Sends((_, _) => new { displayName = "Spare" }),
            ["DELETE users/{id}"] = new(cast => cast.FreshUserAsync()),
            ["PUT users/{id}/password"] = new(
                cast => cast.FreshUserAsync(),
                (_, _) => JsonContent.Create(new { old = Cast.Password, @new = Cast.Password })
            ),
            ["GET audits"] = new(Query: "?limit=1"),
        };

    // Each at CommCare's older and newer address.
    private static Dictionary<string, RightsStep> DomainSteps()
    {
        var steps = new Dictionary<string, RightsStep>();
        foreach (var resource in new[] { "user", "group", "lookup_table", "lookup_table_item", "location_type", "location" })
        {
            string[] addresses =
                resource == "location" ? [$"{Domain}/location/v2"] : [$"{Domain}/v0.5/{resource}", $"{Domain}/{resource}/v1"];
            foreach (var address in addresses)
            {
                steps[$"POST {address}"] = Sends((_, target) => Cast.DomainBody(resource, target.DomainIds));
                steps[$"PUT {address}/{{id}}"] = Sends((_, _) => new { });
                if (!resource.StartsWith("location", StringComparison.Ordinal))
                {
                    steps[$"DELETE {address}/{{id}}"] = new(cast => cast.FreshInDomainAsync(resource));
                }
            }
        }
        return OfForms().Concat(steps).ToDictionary();
    }

    private static Dictionary<string, RightsStep> OfForms()
    {
        var form = new RightsStep(
            Body: (_, _) =>
                Samples.Multipart(
                    $"<data xmlns=\"http://example.org/visit\"><meta><instanceID>{Samples.NewInstanceId()}</instanceID></meta></data>"
                )
        );
        var newCase = Sends(
            (_, _) =>
                new
                {
                    case_type = "patient",
                    case_name = "Amina",
                    owner_id = "u1",
                }
        );
        return new()
        {
            ["GET /a/{domain}/phone/search"] = new(Query: "?case_type=patient"),
            ["GET /a/{domain}/phone/search/{appId}"] = new(Query: "?case_type=patient"),
            ["POST /a/{domain}/phone/claim-case"] = new(
                Body: (cast, _) => new FormUrlEncodedContent([new("case_id", cast.Target.DomainIds["case"])])
            ),
            ["POST /a/{domain}/receiver"] = form,
            ["POST /a/{domain}/receiver/{app}"] = form,
            ["POST /a/{domain}/receiver/secure/{app}"] = form,
            ["POST /a/{domain}/api/case/v2"] = newCase,
            ["PUT /a/{domain}/api/case/v2/ext/{externalId}"] = newCase,
            ["PUT /a/{domain}/api/case/v2/{id}"] = Sends((_, _) => new { case_name = "Bello" }),
            ["POST /a/{domain}/api/case/v2/bulk-fetch"] = Sends((cast, _) => new { case_ids = new[] { cast.Target.DomainIds["case"] } }),
        };
    }

    private static RightsStep Sends(Func<Cast, Target, object> body) => new(Body: (cast, target) => JsonContent.Create(body(cast, target)));

    private static string New(Target target) => Samples.Submission(target.Form, Samples.NewInstanceId());

    private static StringContent Xml(string xml) => new(xml, Encoding.UTF8, "application/xml");
}
