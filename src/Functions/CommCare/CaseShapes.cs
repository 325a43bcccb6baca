using System.Globalization;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Workers;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>Cases as JSON (CC-146).</summary>
internal static class CaseShapes
{
    /// <param name="indexedOn">When storage wrote the row that a list is ordered by; null outside such lists.</param>
    public static CaseAnswer Of(DomainUser user, Case value, DateTimeOffset? indexedOn = null) =>
        new(
            user.Domain,
            value.Id.Value,
            value.Type,
            value.Name,
            value.ExternalId,
            value.Owner.Value,
            Time(value.OpenedOn),
            Time(value.ModifiedOn),
            Time(value.ServerModifiedOn),
            Time(indexedOn ?? value.ServerModifiedOn),
            value.Closed,
            Time(value.ClosedOn),
            value.Properties,
            Indices(value)
        );

    /// <summary>By identifier, without those that were removed.</summary>
    public static Dictionary<string, CaseIndexAnswer> Indices(Case value) =>
        value
            .Indices.Where(index => index.Target is not null)
            .ToDictionary(
                index => index.Identifier,
                index => new CaseIndexAnswer(
                    index.Target!.Value.Value,
                    index.CaseType,
                    index.Relationship == CaseRelationship.Extension ? "extension" : "child"
                )
            );

    public static string? Time(DateTimeOffset? time) => time is { } known ? Time(known) : null;

    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
