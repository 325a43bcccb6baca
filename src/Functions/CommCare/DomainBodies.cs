using System.Text.Json.Serialization;
using ServerlessRosa.Functions.OpenApi;

namespace ServerlessRosa.Functions.CommCare;

public sealed record NewGroupBody(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("case_sharing")] bool? CaseSharing = null,
    [property: JsonPropertyName("reporting")] bool? Reporting = null,
    [property: JsonPropertyName("metadata")] IReadOnlyDictionary<string, TextOfScalar>? Metadata = null,
    [property: JsonPropertyName("users")] IReadOnlyList<string>? Users = null
) : RequestBody;

/// <summary>A change of a group: what is not named stays.</summary>
public sealed record GroupChangeBody(
    [property: JsonPropertyName("name")] string Name = null!,
    [property: JsonPropertyName("case_sharing")] bool? CaseSharing = null,
    [property: JsonPropertyName("reporting")] bool? Reporting = null,
    [property: JsonPropertyName("metadata")] IReadOnlyDictionary<string, TextOfScalar>? Metadata = null,
    [property: JsonPropertyName("users")] IReadOnlyList<string>? Users = null
) : RequestBody;

/// <summary>A location (version 2).</summary>
public sealed record NewLocationBody(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("location_type_code")] string LocationTypeCode,
    [property: JsonPropertyName("site_code")] string? SiteCode = null,
    [property: JsonPropertyName("parent_location_id")] string? ParentLocationId = null,
    [property: JsonPropertyName("external_id")] TextOrNumber? ExternalId = null,
    [property: JsonPropertyName("latitude")] TextOrNumber? Latitude = null,
    [property: JsonPropertyName("longitude")] TextOrNumber? Longitude = null,
    [property: JsonPropertyName("location_data")] IReadOnlyDictionary<string, TextOfScalar>? LocationData = null,
    [property: JsonPropertyName("is_archived")] bool? IsArchived = null
) : RequestBody;

/// <summary>A change of a location: what is not named stays; a blank parent makes it one without.</summary>
public sealed record LocationChangeBody(
    [property: JsonPropertyName("name")] string Name = null!,
    [property: JsonPropertyName("location_type_code")] string LocationTypeCode = null!,
    [property: JsonPropertyName("site_code")] string? SiteCode = null,
    [property: JsonPropertyName("parent_location_id")] string? ParentLocationId = null,
    [property: JsonPropertyName("external_id")] TextOrNumber? ExternalId = null,
    [property: JsonPropertyName("latitude")] TextOrNumber? Latitude = null,
    [property: JsonPropertyName("longitude")] TextOrNumber? Longitude = null,
    [property: JsonPropertyName("location_data")] IReadOnlyDictionary<string, TextOfScalar>? LocationData = null,
    [property: JsonPropertyName("is_archived")] bool? IsArchived = null
) : RequestBody;

public sealed record NewLocationTypeBody(
    [property: JsonPropertyName("code")] string Code,
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("parent")] string? Parent = null,
    [property: JsonPropertyName("shares_cases")] bool? SharesCases = null,
    [property: JsonPropertyName("view_descendants")] bool? ViewDescendants = null
) : RequestBody;

/// <summary>A change of a location type: what is not named stays.</summary>
public sealed record LocationTypeChangeBody(
    [property: JsonPropertyName("code")] string Code = null!,
    [property: JsonPropertyName("name")] string Name = null!,
    [property: JsonPropertyName("parent")] string? Parent = null,
    [property: JsonPropertyName("shares_cases")] bool? SharesCases = null,
    [property: JsonPropertyName("view_descendants")] bool? ViewDescendants = null
) : RequestBody;

public sealed record NewLookupTableBody(
    [property: JsonPropertyName("tag")] string Tag,
    [property: JsonPropertyName("fields")] IReadOnlyList<LookupFieldBody> Fields,
    [property: JsonPropertyName("is_global")] bool? IsGlobal = null,
    [property: JsonPropertyName("item_attributes")] IReadOnlyList<string>? ItemAttributes = null
) : RequestBody;

/// <summary>A change of a lookup table: what is not named stays.</summary>
public sealed record LookupTableChangeBody(
    [property: JsonPropertyName("tag")] string Tag = null!,
    [property: JsonPropertyName("fields")] IReadOnlyList<LookupFieldBody> Fields = null!,
    [property: JsonPropertyName("is_global")] bool? IsGlobal = null,
    [property: JsonPropertyName("item_attributes")] IReadOnlyList<string>? ItemAttributes = null
) : RequestBody;

public sealed record LookupFieldBody(
    [property: JsonPropertyName("field_name")] string FieldName,
    [property: JsonPropertyName("properties")] IReadOnlyList<string>? Properties = null,
    [property: JsonPropertyName("is_indexed")] bool? IsIndexed = null
) : RequestBody;

public sealed record NewLookupRowBody(
    [property: JsonPropertyName("data_type_id")] string DataTypeId,
    [property: JsonPropertyName("fields")] IReadOnlyDictionary<string, LookupValuesBody> Fields,
    [property: JsonPropertyName("sort_key")] int? SortKey = null,
    [property: JsonPropertyName("item_attributes")] IReadOnlyDictionary<string, TextOfScalar>? ItemAttributes = null,
    [property: JsonPropertyName("owners")] LookupOwnersBody? Owners = null
) : RequestBody;

/// <summary>A change of a row of a lookup table: what is not named stays.</summary>
public sealed record LookupRowChangeBody(
    [property: JsonPropertyName("data_type_id")] string DataTypeId = null!,
    [property: JsonPropertyName("fields")] IReadOnlyDictionary<string, LookupValuesBody> Fields = null!,
    [property: JsonPropertyName("sort_key")] int? SortKey = null,
    [property: JsonPropertyName("item_attributes")] IReadOnlyDictionary<string, TextOfScalar>? ItemAttributes = null,
    [property: JsonPropertyName("owners")] LookupOwnersBody? Owners = null
) : RequestBody;

public sealed record LookupValuesBody([property: JsonPropertyName("field_list")] IReadOnlyList<LookupValueBody> FieldList) : RequestBody;

public sealed record LookupValueBody(
    [property: JsonPropertyName("field_value")] TextOrNumber? FieldValue = null,
    [property: JsonPropertyName("properties")] IReadOnlyDictionary<string, TextOfScalar>? Properties = null
) : RequestBody;

/// <summary>Who has a row of a table that is not global.</summary>
public sealed record LookupOwnersBody(
    [property: JsonPropertyName("users")] IReadOnlyList<string>? Users = null,
    [property: JsonPropertyName("groups")] IReadOnlyList<string>? Groups = null,
    [property: JsonPropertyName("locations")] IReadOnlyList<string>? Locations = null
) : RequestBody;

/// <summary>A product; ledgers that come from another server name its `id`.</summary>
public sealed record NewProductBody(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("id")] string? Id = null,
    [property: JsonPropertyName("code")] TextOrNumber? Code = null,
    [property: JsonPropertyName("unit")] string? Unit = null,
    [property: JsonPropertyName("description")] string? Description = null,
    [property: JsonPropertyName("category")] string? Category = null,
    [property: JsonPropertyName("program_id")] string? ProgramId = null,
    [property: JsonPropertyName("cost")] TextOrNumber? Cost = null,
    [property: JsonPropertyName("product_data")] IReadOnlyDictionary<string, TextOfScalar>? ProductData = null,
    [property: JsonPropertyName("is_archived")] bool? IsArchived = null
) : RequestBody;

/// <summary>A change of a product: what is not named stays.</summary>
public sealed record ProductChangeBody(
    [property: JsonPropertyName("name")] string Name = null!,
    [property: JsonPropertyName("id")] string? Id = null,
    [property: JsonPropertyName("code")] TextOrNumber? Code = null,
    [property: JsonPropertyName("unit")] string? Unit = null,
    [property: JsonPropertyName("description")] string? Description = null,
    [property: JsonPropertyName("category")] string? Category = null,
    [property: JsonPropertyName("program_id")] string? ProgramId = null,
    [property: JsonPropertyName("cost")] TextOrNumber? Cost = null,
    [property: JsonPropertyName("product_data")] IReadOnlyDictionary<string, TextOfScalar>? ProductData = null,
    [property: JsonPropertyName("is_archived")] bool? IsArchived = null
) : RequestBody;

public sealed record NewMobileWorkerBody(
    [property: JsonPropertyName("username")] string Username,
    [property: JsonPropertyName("password")] string Password,
    [property: JsonPropertyName("first_name")] string? FirstName = null,
    [property: JsonPropertyName("last_name")] string? LastName = null,
    [property: JsonPropertyName("email")] string? Email = null,
    [property: JsonPropertyName("language")] string? Language = null,
    [property: JsonPropertyName("phone_numbers")] IReadOnlyList<string>? PhoneNumbers = null,
    [property: JsonPropertyName("groups")] IReadOnlyList<string>? Groups = null,
    [property: JsonPropertyName("user_data")] IReadOnlyDictionary<string, TextOfScalar>? UserData = null,
    [property: JsonPropertyName("locations")] IReadOnlyList<string>? Locations = null,
    [property: JsonPropertyName("primary_location")] string? PrimaryLocation = null
) : RequestBody;

/// <summary>A change of a mobile worker: what is not named stays, lists and `user_data` are replaced whole.</summary>
public sealed record MobileWorkerChangeBody(
    [property: JsonPropertyName("username")] string Username = null!,
    [property: JsonPropertyName("password")] string Password = null!,
    [property: JsonPropertyName("first_name")] string? FirstName = null,
    [property: JsonPropertyName("last_name")] string? LastName = null,
    [property: JsonPropertyName("email")] string? Email = null,
    [property: JsonPropertyName("language")] string? Language = null,
    [property: JsonPropertyName("phone_numbers")] IReadOnlyList<string>? PhoneNumbers = null,
    [property: JsonPropertyName("groups")] IReadOnlyList<string>? Groups = null,
    [property: JsonPropertyName("user_data")] IReadOnlyDictionary<string, TextOfScalar>? UserData = null,
    [property: JsonPropertyName("locations")] IReadOnlyList<string>? Locations = null,
    [property: JsonPropertyName("primary_location")] string? PrimaryLocation = null
) : RequestBody;
