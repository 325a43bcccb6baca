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

    /// <summary>Refuses a new case without type, name or owner with 400.2, and what is no index with 400.8.</summary>
    public static CaseRequest Read(JsonElement body, CaseId id, bool creates)
    {
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
            Properties = Json.Map(body, "properties") ?? new Dictionary<string, string>(),
            Indices =
                body.TryGetProperty("indices", out var indices) && indices.ValueKind == JsonValueKind.Object
                    ? [.. indices.EnumerateObject().Select(Index)]
                    : [],
            Closes = Json.Flag(body, "close") ?? false,
        };
    }

    private static CaseIndex Index(JsonProperty index)
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
}
