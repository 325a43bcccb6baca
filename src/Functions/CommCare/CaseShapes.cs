using System.Globalization;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Workers;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>Cases as JSON (CC-146).</summary>
internal static class CaseShapes
{
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
            indices = Indices(value),
        };

    /// <summary>By identifier, without those that were removed.</summary>
    public static Dictionary<string, object> Indices(Case value) =>
        value
            .Indices.Where(index => index.Target is not null)
            .ToDictionary(
                index => index.Identifier,
                object (index) =>
                    new
                    {
                        case_id = index.Target!.Value.Value,
                        case_type = index.CaseType,
                        relationship = index.Relationship == CaseRelationship.Extension ? "extension" : "child",
                    }
            );

    public static string? Time(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
