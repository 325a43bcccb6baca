using System.Text.Json;
using System.Text.Json.Serialization;
using System.Xml.Linq;
using ServerlessRosa.Functions.OpenApi;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>A received form (CC-144 to CC-146).</summary>
public sealed record ReceivedFormAnswer
{
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("domain")]
    public required string Domain { get; init; }

    [JsonPropertyName("type")]
    public required string Type { get; init; }

    [JsonPropertyName("xmlns")]
    public required string Xmlns { get; init; }

    [JsonPropertyName("version")]
    public required string Version { get; init; }

    [JsonPropertyName("uiversion")]
    public required string? UiVersion { get; init; }

    [JsonPropertyName("received_on")]
    public required string ReceivedOn { get; init; }

    [JsonPropertyName("server_modified_on")]
    public required string? ServerModifiedOn { get; init; }

    [JsonPropertyName("indexed_on")]
    public required string? IndexedOn { get; init; }

    [JsonPropertyName("edited_on")]
    public required string? EditedOn { get; init; }

    [JsonPropertyName("edited_by_user_id")]
    public required string? EditedByUserId { get; init; }

    [JsonPropertyName("app_id")]
    public required string? AppId { get; init; }

    [JsonPropertyName("build_id")]
    public required string? BuildId { get; init; }

    [JsonPropertyName("submit_ip")]
    public required string? SubmitIp { get; init; }

    [JsonPropertyName("is_phone_submission")]
    public required bool IsPhoneSubmission { get; init; }

    [JsonPropertyName("archived")]
    public required bool Archived { get; init; }

    [JsonPropertyName("initial_processing_complete")]
    public required bool InitialProcessingComplete { get; init; }

    [JsonPropertyName("problem")]
    public required string? Problem { get; init; }

    [JsonPropertyName("form")]
    public required FormContent Form { get; init; }

    [JsonPropertyName("metadata")]
    public required FormMetadataAnswer Metadata { get; init; }

    [JsonPropertyName("attachments")]
    public required IReadOnlyDictionary<string, FormFileAnswer> Attachments { get; init; }

    [JsonPropertyName("resource_uri")]
    public required string ResourceUri { get; init; }
}

/// <summary>The form itself: its members are its own elements, as <see cref="FormJson"/> writes them.</summary>
[FreeMembers, JsonConverter(typeof(FormContentConverter))]
public sealed record FormContent(XElement Root);

/// <summary>What a form says of itself in its `meta`.</summary>
public sealed record FormMetadataAnswer
{
    [JsonPropertyName("doc_type")]
    public string DocType { get; } = "Metadata";

    [JsonPropertyName("deprecatedID")]
    public required string? DeprecatedId { get; init; }

    [JsonPropertyName("deviceID")]
    public required string? DeviceId { get; init; }

    [JsonPropertyName("location")]
    public required string? Location { get; init; }

    [JsonPropertyName("timeEnd")]
    public required string? TimeEnd { get; init; }

    [JsonPropertyName("timeStart")]
    public required string? TimeStart { get; init; }

    [JsonPropertyName("userID")]
    public required string? UserId { get; init; }

    [JsonPropertyName("username")]
    public required string? Username { get; init; }

    [JsonPropertyName("instanceID")]
    public required string? InstanceId { get; init; }

    [JsonPropertyName("appVersion")]
    public required string? AppVersion { get; init; }

    [JsonPropertyName("app_build_version")]
    public required int? AppBuildVersion { get; init; }

    [JsonPropertyName("commcare_version")]
    public required string? CommCareVersion { get; init; }
}

/// <summary>A file of a form, its XML among them; `url` is where it is.</summary>
public sealed record FormFileAnswer(
    [property: JsonPropertyName("content_type")] string? ContentType,
    [property: JsonPropertyName("length")] long Length,
    [property: JsonPropertyName("url")] string Url
);

internal sealed class FormContentConverter : JsonConverter<FormContent>
{
    public override FormContent Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Answers are only written.");

    public override void Write(Utf8JsonWriter writer, FormContent value, JsonSerializerOptions options) =>
        FormJson.WriteForm(writer, value.Root);
}
