using System.Text.Json.Serialization;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>A case, as version 2 of the case API has it.</summary>
[ChosenMembers]
public sealed record CaseAnswer(
    [property: JsonPropertyName("domain")] string Domain,
    [property: JsonPropertyName("case_id")] string CaseId,
    [property: JsonPropertyName("case_type")] string CaseType,
    [property: JsonPropertyName("case_name")] string CaseName,
    [property: JsonPropertyName("external_id")] string ExternalId,
    [property: JsonPropertyName("owner_id")] string OwnerId,
    [property: JsonPropertyName("date_opened")] string? DateOpened,
    [property: JsonPropertyName("last_modified")] string? LastModified,
    [property: JsonPropertyName("server_last_modified")] string? ServerLastModified,
    [property: JsonPropertyName("indexed_on")] string? IndexedOn,
    [property: JsonPropertyName("closed")] bool Closed,
    [property: JsonPropertyName("date_closed")] string? DateClosed,
    [property: JsonPropertyName("properties")] IReadOnlyDictionary<string, string> Properties,
    [property: JsonPropertyName("indices")] IReadOnlyDictionary<string, CaseIndexAnswer> Indices
);

/// <summary>The case that an index refers to.</summary>
[ChosenMembers]
public sealed record CaseIndexAnswer(
    [property: JsonPropertyName("case_id")] string CaseId,
    [property: JsonPropertyName("case_type")] string CaseType,
    [property: JsonPropertyName("relationship")] string Relationship
);

/// <summary>A case that was asked for and is not there.</summary>
public sealed record MissingCaseAnswer
{
    [JsonPropertyName("case_id"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CaseId { get; init; }

    [JsonPropertyName("external_id"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ExternalId { get; init; }

    [JsonPropertyName("error")]
    public required string Error { get; init; }
}

/// <summary>Cases, each with the members that were asked for; `next` is the address of the next page.</summary>
public sealed record CaseListAnswer
{
    [JsonPropertyName("matching_records"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MatchingRecords { get; init; }

    [JsonPropertyName("missing_records"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MissingRecords { get; init; }

    [JsonPropertyName("cases"), OneOfTypes(typeof(CaseAnswer), typeof(MissingCaseAnswer))]
    public required IEnumerable<object> Cases { get; init; }

    [JsonPropertyName("next"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string?> Next { get; init; }
}

/// <summary>A case that was written, and the form that wrote it.</summary>
public sealed record CaseWrittenAnswer(
    [property: JsonPropertyName("xform_id")] string XformId,
    [property: JsonPropertyName("case"), OneOfTypes(typeof(CaseAnswer))] object Case
);

/// <summary>Cases that one form wrote.</summary>
public sealed record CasesWrittenAnswer(
    [property: JsonPropertyName("xform_id")] string XformId,
    [property: JsonPropertyName("cases"), OneOfTypes(typeof(CaseAnswer))] IEnumerable<object> Cases
);

/// <summary>A case, as version 1 has it.</summary>
public sealed record CaseV1Answer(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("case_id")] string CaseId,
    [property: JsonPropertyName("domain")] string Domain,
    [property: JsonPropertyName("closed")] bool Closed,
    [property: JsonPropertyName("closed_by")] string? ClosedBy,
    [property: JsonPropertyName("date_closed")] string? DateClosed,
    [property: JsonPropertyName("date_modified")] string? DateModified,
    [property: JsonPropertyName("server_date_modified")] string? ServerDateModified,
    [property: JsonPropertyName("server_date_opened")] string? ServerDateOpened,
    [property: JsonPropertyName("indexed_on")] string? IndexedOn,
    [property: JsonPropertyName("opened_by")] string? OpenedBy,
    [property: JsonPropertyName("user_id")] string UserId,
    [property: JsonPropertyName("xform_ids")] IReadOnlyList<string> XformIds,
    [property: JsonPropertyName("indices")] IReadOnlyDictionary<string, CaseIndexAnswer> Indices,
    [property: JsonPropertyName("properties")] IReadOnlyDictionary<string, string?> Properties,
    [property: JsonPropertyName("resource_uri")] string ResourceUri
);

/// <summary>The cases with an index to one.</summary>
public sealed record ReferringCasesAnswer(
    [property: JsonPropertyName("cases")] IEnumerable<CaseAnswer> Cases,
    [property: JsonPropertyName("more")] bool More
);

/// <summary>A form that changed a case; without its changes while it is in the trash.</summary>
public sealed record CaseFormAnswer(
    [property: JsonPropertyName("form_id")] string FormId,
    [property: JsonPropertyName("submission_id")] string SubmissionId,
    [property: JsonPropertyName("xml_form_id")] string? XmlFormId,
    [property: JsonPropertyName("name")] string? Name,
    [property: JsonPropertyName("received_on")] string? ReceivedOn,
    [property: JsonPropertyName("submitted_by")] string? SubmittedBy,
    [property: JsonPropertyName("is_edited")] bool IsEdited,
    [property: JsonPropertyName("changes")] IReadOnlyList<CaseChangeAnswer> Changes
);

/// <summary>What a case block says.</summary>
public sealed record CaseChangeAnswer(
    [property: JsonPropertyName("modified_on")] string? ModifiedOn,
    [property: JsonPropertyName("create")] IReadOnlyDictionary<string, string>? Create,
    [property: JsonPropertyName("update")] IReadOnlyDictionary<string, string>? Update,
    [property: JsonPropertyName("close")] bool Close,
    [property: JsonPropertyName("ledger")] IEnumerable<LedgerChangeAnswer>? Ledger,
    [property: JsonPropertyName("indices")] IEnumerable<CaseChangeIndexAnswer> Indices
);

/// <summary>A change of a balance of the case.</summary>
public sealed record LedgerChangeAnswer(
    [property: JsonPropertyName("section_id")] string SectionId,
    [property: JsonPropertyName("entry_id")] string EntryId,
    [property: JsonPropertyName("quantity")] int Quantity,
    [property: JsonPropertyName("is_transfer")] bool IsTransfer
);

/// <summary>A balance of a case.</summary>
public sealed record LedgerBalanceAnswer(
    [property: JsonPropertyName("case_id")] string CaseId,
    [property: JsonPropertyName("section_id")] string SectionId,
    [property: JsonPropertyName("entry_id")] string EntryId,
    [property: JsonPropertyName("quantity")] int Quantity
);

public sealed record CaseChangeIndexAnswer(
    [property: JsonPropertyName("identifier")] string Identifier,
    [property: JsonPropertyName("case_id")] string? CaseId
);
