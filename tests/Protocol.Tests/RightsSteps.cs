using System.Net.Http.Json;
using System.Text;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests;

/// <summary>How a row of the rights matrix is asked, where its address alone doesn't tell.</summary>
/// <param name="Fresh">What may be changed or deleted once only, made anew for each actor who is allowed to.</param>
/// <param name="Shows">For a list that leaves out what the actor may not see: what it shows to the others.</param>
public sealed record RightsStep(
    Func<TestActors, Task<Target>>? Fresh = null,
    Func<TestActors, Target, HttpContent>? Body = null,
    string Query = "",
    Func<TestActors, string>? Shows = null
)
{
    /// <summary>A refusal with 404 counts: the actor has no such thing itself.</summary>
    public bool MayBeMissing { get; init; }
}

/// <summary>By endpoint, as in the table. An endpoint that the table lacks fails a test.</summary>
public static class RightsSteps
{
    private const string Project = "projects/{projectId}";
    private const string Form = $"{Project}/forms/{{form}}";
    private const string Submission = $"{Form}/submissions/{{instance}}";
    private const string Dataset = $"{Project}/datasets/{{dataset}}";
    private const string Entity = $"{Dataset}/entities/{{uuid}}";
    private const string Domain = "/a/{domain}/api";
    private const string Webhook = $"{Project}/webhooks/{{webhook}}";
    private const string Holder = "/{role}/{actorId}";

    public static IReadOnlyDictionary<string, RightsStep> All { get; } =
        new Dictionary<string, RightsStep>(DomainSteps())
        {
            ["GET projects"] = new(Shows: actors => $"\"id\":{actors.Target.Project},"),
            ["POST projects"] = Sends((_, _) => new { name = Samples.Unique("project") }),
            [$"PUT {Project}"] = Sends((_, _) => new { name = Samples.Unique("project") }),
            [$"PATCH {Project}"] = Sends((_, _) => new { description = "Trees" }),
            [$"POST {Project}/key"] = Sends((_, _) => new { passphrase = "correct horse" }) with
            {
                Fresh = actors => actors.DoomedProjectAsync(),
            },
            [$"DELETE {Project}"] = new(actors => actors.DoomedProjectAsync()),

            [$"POST {Project}/webhooks"] = Sends((_, _) => new { url = "https://hooks.example.org/", events = new[] { "case.closed" } }),
            [$"PATCH {Webhook}"] = Sends((_, _) => new { name = "Warehouse" }),
            [$"DELETE {Webhook}"] = new(async actors => actors.Target with { Webhook = await TestTargets.WebhookAsync(actors.Programme) }),
            [$"POST {Webhook}/secret"] = Sends((_, _) => new { }),
            [$"POST {Webhook}/test"] = Sends((_, _) => new { }),
            [$"POST {Webhook}/deliveries/{{delivery}}/replay"] = Sends((_, _) => new { }),

            ["GET formList"] = new(Shows: actors => $"/projects/{actors.Target.Project}/formList"),
            [$"GET {Project}/view/submissionList"] = new(Query: "?formId={form}"),
            [$"GET {Project}/view/downloadSubmission"] = new(
                Query: "?formId={form}%5B@version=null%20and%20@uiVersion=null%5D/data%5B@key={instance}%5D"
            ),
            [$"GET {Project}/formList"] = new(Shows: actors => $"<formID>{actors.Target.Form}</formID>"),
            [$"POST {Project}/forms"] = new(Body: (_, _) => Xml(Samples.Form(Samples.Unique("trees")))),
            [$"PATCH {Form}"] = Sends((_, _) => new { state = "open" }),
            [$"DELETE {Form}"] = new(actors => actors.FreshFormAsync()),
            [$"POST {Project}/forms/{{number}}/restore"] = new(actors => actors.FreshTrashAsync()),
            [$"POST {Form}/draft"] = new(actors => actors.FreshFormAsync()),
            [$"DELETE {Form}/draft"] = new(actors => actors.FreshFormAsync()),
            [$"GET {Form}/draft.xlsx"] = new(actors => actors.FreshWorkbookAsync(ProgrammeWorkbooks.Xlsx)),
            [$"GET {Form}/draft.xls"] = new(actors => actors.FreshWorkbookAsync(ProgrammeWorkbooks.Xls)),
            [$"POST {Form}/draft/publish"] = new(actors => actors.FreshDraftAsync()),
            [$"POST {Form}/draft/attachments/{{name}}"] = new(Body: (_, _) => Samples.Part(Samples.Bytes(500), "image/png")),
            [$"PATCH {Form}/draft/attachments/{{name}}"] = Sends((_, _) => new { dataset = true }) with
            {
                Fresh = actors => Task.FromResult(actors.Target with { Slot = $"{actors.Target.Dataset}.csv" }),
            },
            [$"DELETE {Form}/draft/attachments/{{name}}"] = new(actors => actors.FreshDraftAsync()),

            [$"POST {Project}/submission"] = new(Body: (_, target) => Samples.Multipart(New(target))),
            [$"POST {Form}/submissions"] = new(Body: (_, target) => Xml(New(target))),
            [$"POST {Form}/draft/submission"] = new(Body: (_, target) => Samples.Multipart(New(target))),
            [$"POST {Form}/draft/submissions"] = new(Body: (_, target) => Xml(New(target))),
            [$"PUT {Submission}"] = new(
                actors => actors.FreshSubmissionAsync(),
                (_, target) => Xml(Samples.Submission(target.Form, Samples.NewInstanceId(), deprecatedId: target.Instance))
            ),
            [$"PATCH {Submission}"] = Sends((_, _) => new { reviewState = "approved" }),
            [$"DELETE {Submission}"] = new(actors => actors.FreshSubmissionAsync()),
            [$"POST {Submission}/restore"] = new(actors => actors.FreshSubmissionAsync(deleted: true)),
            [$"POST {Form}/draft/submissions/{{instance}}/comments"] = Sends((_, _) => new { body = "Which tree?" }),
            [$"POST {Submission}/comments"] = Sends((_, _) => new { body = "Which tree?" }),
            [$"POST {Submission}/attachments/{{name}}"] = new(Body: (_, _) => Samples.Part(Samples.Bytes(100), "image/jpeg")),
            [$"DELETE {Submission}/attachments/{{name}}"] = new(actors => actors.FreshSubmissionAsync()),
            [$"DELETE {Submission}/versions/{{version}}/attachments/{{name}}"] = new(actors => actors.FreshSubmissionAsync()),
            [$"POST {Form}/draft/submissions/{{instance}}/attachments/{{name}}"] = new(
                actors => actors.FreshDraftSubmissionAsync(),
                (_, _) => Samples.Part(Samples.Bytes(100), "image/jpeg")
            ),
            [$"DELETE {Form}/draft/submissions/{{instance}}/attachments/{{name}}"] = new(actors => actors.FreshDraftSubmissionAsync()),

            [$"POST {Project}/datasets"] = Sends((_, _) => new { name = Samples.Unique("people") }),
            [$"PATCH {Dataset}"] = Sends((_, _) => new { approvalRequired = false }),
            [$"POST {Dataset}/properties"] = Sends((_, _) => new { name = Samples.Unique("property") }),
            [$"DELETE {Dataset}"] = new(actors => actors.FreshDatasetAsync()),
            [$"DELETE {Dataset}/properties/{{property}}"] = new(actors => actors.FreshDatasetAsync()),
            [$"POST {Project}/actor-properties"] = Sends((_, _) => new { name = Samples.Unique("p") }),
            [$"POST {Dataset}/entities/bulk-delete"] = Sends((_, _) => new { ids = new[] { Guid.NewGuid() } }),
            [$"POST {Dataset}/entities/bulk-restore"] = Sends((_, _) => new { ids = new[] { Guid.NewGuid() } }),
            [$"POST {Dataset}/entities"] = Sends((_, _) => new { label = "Bob" }),
            [$"PATCH {Entity}"] = Sends((_, _) => new { label = "Anna" }) with { Query = "?force=true" },
            [$"DELETE {Entity}"] = new(actors => actors.FreshEntityAsync()),
            [$"POST {Entity}/restore"] = new(actors => actors.FreshEntityAsync(deleted: true)),

            [$"POST {Project}/app-users"] = Sends((_, _) => new { displayName = "Tablet" }),
            [$"PATCH {Project}/app-users/{{id}}"] = Sends((_, _) => new { displayName = "Tablet 2" }),
            [$"DELETE {Project}/app-users/{{id}}"] = new(actors => actors.FreshAppUserAsync()),
            [$"POST {Form}/public-links"] = Sends((_, _) => new { displayName = "Poster" }),
            [$"PATCH {Form}/public-links/{{id}}"] = Sends((_, _) => new { displayName = "Poster 2" }),
            [$"DELETE {Form}/public-links/{{id}}"] = new(actors => actors.FreshPublicLinkAsync()),

            [$"POST assignments{Holder}"] = new(actors => actors.FreshUserAsync()),
            [$"DELETE assignments{Holder}"] = new(actors => actors.FreshUserAsync($"assignments{Holder}")),
            [$"POST {Project}/assignments{Holder}"] = new(actors => actors.FreshUserAsync()),
            [$"DELETE {Project}/assignments{Holder}"] = new(actors => actors.FreshUserAsync($"{Project}/assignments{Holder}")),
            [$"POST {Form}/assignments{Holder}"] = new(actors => actors.FreshUserAsync()),
            [$"DELETE {Form}/assignments{Holder}"] = new(actors => actors.FreshUserAsync($"{Form}/assignments{Holder}")),

            ["POST sessions"] = Sends((actors, _) => new { email = actors.Email, password = TestActors.Password }),
            ["GET sessions/restore"] = new() { MayBeMissing = true },
            ["DELETE sessions/{token}"] = new(actors => actors.FreshAppUserAsync()),
            ["GET users"] = new(Shows: actors => actors.Email),
            ["POST users"] = Sends((_, _) => new { email = $"{Samples.Unique("user")}@example.org" }),
            ["PATCH users/{id}"] = Sends((_, _) => new { displayName = "Spare" }),
            ["DELETE users/{id}"] = new(actors => actors.FreshUserAsync()),
            ["POST users/reset/initiate"] = Sends((_, _) => new { email = $"{Samples.Unique("nobody")}@example.org" }),
            ["POST users/reset/verify"] = Sends((_, _) => new { @new = TestActors.Password }),
            ["POST users/{id}/api-keys"] = Sends((_, _) => new { name = "export" }),
            ["DELETE users/{id}/api-keys/{apiKey}"] = new(actors => actors.FreshApiKeyAsync()),
            ["PUT users/{id}/password"] = new(
                actors => actors.FreshUserAsync(),
                (_, _) => JsonContent.Create(new { old = TestActors.Password, @new = TestActors.Password })
            ),
            ["PUT user-preferences/site/{preference}"] = Sends((_, _) => new { propertyValue = 1 }),
            ["PUT user-preferences/project/{projectId}/{preference}"] = Sends((_, _) => new { propertyValue = 1 }),
            ["DELETE user-preferences/site/{preference}"] = new(DoomedPreferenceAsync),
            ["DELETE user-preferences/project/{projectId}/{preference}"] = new(DoomedPreferenceAsync),
            ["POST config/{config}"] = Sends((_, _) => new { title = "Forest survey" }),
            ["DELETE config/{config}"] = new(actors => Task.FromResult(actors.Target with { Config = "hero-image" })),
            ["GET audits"] = new(Query: "?limit=1"),
        };

    // Each at CommCare's older and newer address.
    private static Dictionary<string, RightsStep> DomainSteps()
    {
        var steps = new Dictionary<string, RightsStep>();
        foreach (var resource in new[] { "user", "group", "lookup_table", "lookup_table_item", "location_type", "location", "product" })
        {
            string[] addresses =
                resource == "location" ? [$"{Domain}/location/v2"] : [$"{Domain}/v0.5/{resource}", $"{Domain}/{resource}/v1"];
            foreach (var address in addresses)
            {
                steps[$"POST {address}"] = Sends((_, target) => TestTargets.DomainBody(resource, target.DomainIds));
                steps[$"PUT {address}/{{id}}"] = Sends((_, _) => new { });
                steps[$"DELETE {address}/{{id}}"] = new(actors => actors.FreshInDomainAsync(resource));
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
            ["POST /a/{domain}/phone/search"] = new(Query: "?case_type=patient"),
            ["POST /a/{domain}/phone/search/{appId}"] = new(Query: "?case_type=patient"),
            ["POST /a/{domain}/phone/claim-case"] = new(
                Body: (actors, _) => new FormUrlEncodedContent([new("case_id", actors.Target.DomainIds["case"])])
            ),
            ["POST /a/{domain}/receiver"] = form,
            ["POST /a/{domain}/receiver/{app}"] = form,
            ["POST /a/{domain}/receiver/secure/{app}"] = form,
            ["POST /a/{domain}/api/lookup_table/v1/{id}/rows"] = new(
                Body: (_, _) => new StringContent("code\n", Encoding.UTF8, "text/csv"),
                Query: "?dry_run=true"
            ),
            ["POST /a/{domain}/api/location/file/v1"] = new(
                Body: (_, _) => new StringContent("site_code\n", Encoding.UTF8, "text/csv"),
                Query: "?dry_run=true"
            ),
            ["POST /a/{domain}/api/product/file/v1"] = new(
                Body: (_, _) => new StringContent("name\n", Encoding.UTF8, "text/csv"),
                Query: "?dry_run=true"
            ),
            ["GET /a/{domain}/api/user/v1/{id}/restore"] = new(actors => actors.FreshInDomainAsync("user")), // others are deactivated
            ["POST /a/{domain}/api/case/v2"] = newCase,
            ["PUT /a/{domain}/api/case/v2/ext/{externalId}"] = newCase,
            ["PUT /a/{domain}/api/case/v2"] = Sends((_, target) => new { case_id = target.DomainIds["case"], case_name = "Bello" }),
            ["PUT /a/{domain}/api/case/v2/{id}"] = Sends((_, _) => new { case_name = "Bello" }),
            ["POST /a/{domain}/api/case/v2/bulk-fetch"] = Sends(
                (actors, _) => new { case_ids = new[] { actors.Target.DomainIds["case"] } }
            ),
        };
    }

    private static Task<Target> DoomedPreferenceAsync(TestActors actors) =>
        Task.FromResult(actors.Target with { Preference = TestActors.DoomedPreference });

    private static RightsStep Sends(Func<TestActors, Target, object> body) =>
        new(Body: (actors, target) => JsonContent.Create(body(actors, target)));

    private static string New(Target target) => Samples.Submission(target.Form, Samples.NewInstanceId());

    private static StringContent Xml(string xml) => new(xml, Encoding.UTF8, "application/xml");
}
