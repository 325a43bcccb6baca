using System.Text.Json.Nodes;
using ServerlessRosa.Functions.CommCare;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.OpenApi;

/// <summary>What the operations of a protocol have in common in the OpenAPI document: tag, refusals, authentication.</summary>
internal static class ApiProtocols
{
    private const string Server = "Server";
    private const string Central = "ODK Central";
    private const string OData = "OData";
    private const string OpenRosa = "OpenRosa";
    private const string Phones = "CommCare phones";
    private const string Domains = "CommCare HQ";

    private static readonly (string Name, string Description)[] Tags =
    [
        (Central, "The management API, as that of ODK Central."),
        (OData, "Submissions and entities as OData 4.0."),
        (OpenRosa, "What ODK Collect and its kin ask."),
        (Domains, "The API of a domain, as that of CommCare HQ."),
        (Phones, "What CommCare's phones ask."),
        (Server, "Health, version, this description."),
    ];

    public static JsonArray AllTags => [.. Tags.Select(tag => new JsonObject { ["name"] = tag.Name, ["description"] = tag.Description })];

    public static string TagOf(ApiOperation operation) =>
        operation.Folder switch
        {
            "Web" or "OpenApi" or "Pipeline" => Server,
            "OData" => OData,
            _ => operation.Kind switch
            {
                AnswerKind.OpenRosa => OpenRosa,
                AnswerKind.CommCare or AnswerKind.Receiver => Phones,
                AnswerKind.DomainApi => Domains,
                _ => Central,
            },
        };

    public static JsonObject RefusalOf(ApiOperation operation) => new() { ["$ref"] = $"#/components/responses/{NameOf(operation.Kind)}" };

    /// <summary>The refusals of all protocols.</summary>
    public static JsonObject Refusals(ApiSchemas schemas) =>
        new()
        {
            [NameOf(AnswerKind.Rest)] = Refusal(
                "A refusal of the management API; docs/protocol.md lists the codes.",
                schemas.Of(typeof(ProblemAnswer))
            ),
            [NameOf(AnswerKind.OpenRosa)] = Refusal("A refusal as OpenRosa's message.", null, "text/xml"),
            [NameOf(AnswerKind.CommCare)] = Refusal(
                "A refusal as OpenRosa's message; without a body where a password is missing, JSON where the worker's account has ended.",
                schemas.Of(typeof(AccountEndedAnswer)),
                "text/xml"
            ),
            [NameOf(AnswerKind.Receiver)] = Refusal(
                "A refusal as OpenRosa's message or as text; without a body where a password is missing, JSON where the worker's account "
                    + "has ended.",
                schemas.Of(typeof(AccountEndedAnswer)),
                "text/xml",
                "text/plain"
            ),
            [NameOf(AnswerKind.DomainApi)] = Refusal(
                "A refusal of the API of a domain.",
                schemas.Of([typeof(ErrorAnswer), typeof(AccountEndedAnswer)])
            ),
        };

    /// <summary>Empty where everybody may ask, or the address itself holds the key or token.</summary>
    public static JsonArray SecurityOf(ApiOperation operation)
    {
        IEnumerable<string> schemes = operation.Kind switch
        {
            AnswerKind.DomainApi => ["basic", "bearer", "apiKey", "cookie"],
            AnswerKind.CommCare or AnswerKind.Receiver => ["basic", "bearer", "apiKey"],
            _ => ["basic", "bearer", "cookie", "publicLink"],
        };
        return operation.Opening switch
        {
            null when operation.Parameters.Any(parameter => parameter.Text == RequestAuthenticator.KeyRouteValue) => [],
            null when operation.Kind == AnswerKind.Receiver => [.. schemes.Select(Scheme), new JsonObject()],
            null => [.. schemes.Select(Scheme)],
            { TakesCredentials: true } => [new JsonObject(), .. schemes.Select(Scheme)],
            var opening => [.. opening.Schemes.Select(Scheme)],
        };
    }

    public static JsonObject SecuritySchemes() =>
        new()
        {
            ["basic"] = new JsonObject
            {
                ["type"] = "http",
                ["scheme"] = "basic",
                ["description"] = "A web user's address and password; under `/a/{domain}/` also a mobile worker's. Over HTTPS only.",
            },
            ["bearer"] = new JsonObject
            {
                ["type"] = "http",
                ["scheme"] = "bearer",
                ["description"] = "The token of a session.",
            },
            ["cookie"] = new JsonObject
            {
                ["type"] = "apiKey",
                ["in"] = "cookie",
                ["name"] = "session",
                ["description"] = "The token of a session; its name is `__Host-session` over HTTPS. A POST shows `__csrf` in its body.",
            },
            ["publicLink"] = new JsonObject
            {
                ["type"] = "apiKey",
                ["in"] = "query",
                ["name"] = ApiOperation.LinkKey,
                ["description"] = "The key of a public link.",
            },
            ["apiKey"] = new JsonObject
            {
                ["type"] = "apiKey",
                ["in"] = "header",
                ["name"] = "Authorization",
                ["description"] = "`ApiKey address:key` of a web user.",
            },
        };

    // Downloads are refused as the management API refuses.
    private static string NameOf(AnswerKind kind) =>
        kind switch
        {
            AnswerKind.OpenRosa => "OpenRosaRefusal",
            AnswerKind.CommCare => "PhoneRefusal",
            AnswerKind.Receiver => "ReceiverRefusal",
            AnswerKind.DomainApi => "DomainRefusal",
            _ => "Refusal",
        };

    private static JsonObject Refusal(string description, JsonObject? json, params IEnumerable<string> others)
    {
        var content = new JsonObject();
        if (json is not null)
        {
            content["application/json"] = new JsonObject { ["schema"] = json };
        }
        foreach (var other in others)
        {
            content[other] = new JsonObject();
        }
        return new() { ["description"] = description, ["content"] = content };
    }

    private static JsonNode Scheme(string name) => new JsonObject { [name] = new JsonArray() };
}
