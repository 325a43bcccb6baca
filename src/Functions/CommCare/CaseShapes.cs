using System.Globalization;
using System.Text.Json;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Core.Workers;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>Cases as JSON (CC-146), in and out.</summary>
internal static class CaseShapes
{
    private static readonly string[] Required = ["case_type", "case_name", "owner_id"];
    private static readonly string[] Members =
    [
        "create",
        "case_id",
        "temporary_id",
        "case_type",
        "case_name",
        "external_id",
        "owner_id",
        "properties",
        "indices",
        "close",
    ];

    public static object Of(DomainUser user, Case value) =>
        new
        {
            domain = user.Domain,
            case_id = value.Id.Value,
            case_type = value.Type,
            case_name = value.Name,
            external_id = value.ExternalId,
            owner_id = value.Owner.Value,
            date_opened = Time(value.OpenedOn),
            last_modified = Time(value.ModifiedOn),
            server_last_modified = Time(value.ServerModifiedOn),
            indexed_on = Time(value.ServerModifiedOn),
            closed = value.Closed,
            date_closed = Time(value.ClosedOn),
            properties = value.Properties,
            indices = value
                .Indices.Where(index => index.Target is not null)
                .ToDictionary(
                    index => index.Identifier,
                    index => new
                    {
                        case_id = index.Target!.Value.Value,
                        case_type = index.CaseType,
                        relationship = index.Relationship == CaseRelationship.Extension ? "extension" : "child",
                    }
                ),
        };

    public static string? Time(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>
    /// Refuses a new case without type, name or owner with 400.2, one with an id with 400.8, since the server gives it, other members than
    /// those of a case with 400.33, values that are no texts with 400.11, and what is no index with 400.2 or 400.8.
    /// </summary>
    /// <param name="find">Finds the case of an index by `external_id` or `temporary_id`; null when there is none.</param>
    public static async Task<CaseRequest> ReadAsync(JsonElement body, CaseId id, bool creates, Func<string, string, Task<CaseId?>> find)
    {
        var names = body.EnumerateObject().Select(member => member.Name).ToList();
        if (names.Exists(name => !Members.Contains(name)))
        {
            throw Problem.UnexpectedProperties(Members, names).AsException();
        }
        if (creates && Json.Has(body, "case_id"))
        {
            throw Problem.UnexpectedValue("case_id", null, "the server gives a new case its id.").AsException();
        }
        if (creates && Required.FirstOrDefault(name => string.IsNullOrEmpty(Json.Text(body, name))) is { } missing)
        {
            throw Problem.MissingParameter(missing).AsException();
        }
        return new CaseRequest(id, creates)
        {
            Type = Json.Text(body, "case_type"),
            Name = Json.Text(body, "case_name"),
            Owner = Json.Text(body, "owner_id"),
            ExternalId = Json.Text(body, "external_id"),
            Properties = Properties(body),
            Indices = await IndicesAsync(body, find),
            Closes = Json.Flag(body, "close") ?? false,
        };
    }

    private static Dictionary<string, string> Properties(JsonElement body)
    {
        var properties = new Dictionary<string, string>();
        foreach (var property in Objects(body, "properties"))
        {
            properties[property.Name] =
                property.Value.ValueKind == JsonValueKind.String
                    ? property.Value.GetString()!
                    : throw Problem.InvalidDataType($"properties.{property.Name}", "string").AsException();
        }
        return properties;
    }

    private static async Task<List<CaseIndex>> IndicesAsync(JsonElement body, Func<string, string, Task<CaseId?>> find)
    {
        var indices = new List<CaseIndex>();
        foreach (var index in Objects(body, "indices"))
        {
            indices.Add(await IndexAsync(index, find));
        }
        return indices;
    }

    private static JsonElement.ObjectEnumerator Objects(JsonElement body, string name) =>
        !body.TryGetProperty(name, out var members) ? default
        : members.ValueKind == JsonValueKind.Object ? members.EnumerateObject()
        : throw Problem.InvalidDataType(name, "object").AsException();

    private static async Task<CaseIndex> IndexAsync(JsonProperty index, Func<string, string, Task<CaseId?>> find)
    {
        if (index.Value.ValueKind != JsonValueKind.Object)
        {
            throw Problem.InvalidDataType($"indices.{index.Name}", "object").AsException();
        }
        var (target, type, relationship) = (
            Json.Text(index.Value, "case_id"),
            Json.Text(index.Value, "case_type"),
            Json.Text(index.Value, "relationship") ?? "child"
        );
        if (relationship is not ("child" or "extension"))
        {
            throw Problem.UnexpectedValue("relationship", relationship, "it is neither child nor extension.").AsException();
        }
        if (!Json.Has(index.Value, "case_id"))
        {
            target = (await OtherwiseNamedAsync(index, find)).Value;
        }
        if (string.IsNullOrEmpty(target))
        {
            return new CaseIndex(index.Name, null, "", CaseRelationship.Child);
        }
        return CaseId.TryParse(target, out var id)
            ? new CaseIndex(
                index.Name,
                id,
                type ?? throw Problem.MissingParameter($"indices.{index.Name}.case_type").AsException(),
                relationship == "extension" ? CaseRelationship.Extension : CaseRelationship.Child
            )
            : throw Problem.ValueTooLong("case_id", CaseId.MaxLength).AsException();
    }

    private static async Task<CaseId> OtherwiseNamedAsync(JsonProperty index, Func<string, string, Task<CaseId?>> find)
    {
        foreach (var by in new[] { "external_id", "temporary_id" })
        {
            if (Json.Text(index.Value, by) is { Length: > 0 } text)
            {
                return await find(by, text) ?? throw Problem.UnexpectedValue(by, text, "there is no such case.").AsException();
            }
        }
        throw Problem.MissingParameter($"indices.{index.Name}.case_id").AsException();
    }
}
