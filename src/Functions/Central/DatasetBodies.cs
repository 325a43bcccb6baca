using System.Text.Json.Serialization;
using ServerlessRosa.Functions.OpenApi;

namespace ServerlessRosa.Functions.Central;

/// <summary>A dataset; `accessFilter` takes precedence over `ownerOnly`.</summary>
public sealed record NewDatasetBody(
    string Name,
    bool? ApprovalRequired = null,
    bool? OwnerOnly = null,
    AccessFilterBody? AccessFilter = null
) : RestBody;

/// <summary>A change of a dataset; a filter that is null gives everybody access.</summary>
public sealed record DatasetChangeBody(bool? ApprovalRequired = null, bool? OwnerOnly = null, AccessFilterBody? AccessFilter = null)
    : RestBody;

/// <summary>Who has access to the entities of a dataset; `property` has rules.</summary>
public sealed record AccessFilterBody(
    [property: OneOfTexts("ownerOnly", "property")] string Type,
    IReadOnlyList<AccessRuleBody>? Rules = null
) : RequestBody;

public sealed record AccessRuleBody(string DatasetProperty, string ActorProperty) : RequestBody;

public sealed record NewDatasetPropertyBody(string Name) : RestBody;

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record NewEntityBody(string Label, string? Uuid = null, IReadOnlyDictionary<string, string>? Data = null) : RestBody;

/// <summary>Several new entities, and where they come from.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record NewEntitiesBody(IReadOnlyList<NewEntityBody> Entities, EntitySourceBody Source) : RestBody;

public sealed record EntitySourceBody(string Name, long? Size = null) : RequestBody;

/// <summary>A change of an entity, with a label or data; empty only with `resolve`.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record EntityChangeBody(string? Label = null, string? Uuid = null, IReadOnlyDictionary<string, string>? Data = null)
    : RestBody;

/// <summary>UUIDs of entities.</summary>
public sealed record EntityIdsBody(IReadOnlyList<string> Ids) : RestBody;
