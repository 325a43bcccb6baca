using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Cases;

/// <summary>
/// Stores whole cases in rows, as compressed JSON. A case too large for a row goes into container `cases`, in an immutable blob named by
/// its content hash, and the row refers to it.
/// </summary>
public sealed class CasesContainer(StorageAccount storage)
{
    // The limit of an entity is 1 MiB including all columns.
    private const int MaxInRow = 900 * 1024;
    private const string Body = CaseBody.BodyName;
    private const string Blob = CaseBody.BlobName;
    private const string ContentType = "application/octet-stream";

    internal static readonly JsonSerializerOptions Json = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new IdConverter(), new OwnerConverter(), new ProjectConverter(), new InstanceConverter() },
    };

    private readonly BlobContainerClient _container = storage.Container(StorageNames.CasesContainer);

    /// <summary>Returns the number of bytes added to the row. No operation, or one for a large case.</summary>
    internal async Task<int> PackAsync(TableEntity entity, Case value, CancellationToken cancellationToken)
    {
        var packed = Deflated.Pack(JsonSerializer.SerializeToUtf8Bytes(value, Json));
        if (packed.Length <= MaxInRow)
        {
            SpilledText.SetPacked(entity, Body, packed);
            return packed.Length;
        }
        var name = CaseKeys.Blob(value.Id, Convert.ToHexStringLower(SHA256.HashData(packed)));
        await StreamedBlob.PutAsync(_container, name, packed, ContentType, cancellationToken);
        entity[Blob] = name;
        return name.Length;
    }

    /// <summary>No operation, or one for a large case.</summary>
    internal ValueTask<Case> UnpackAsync(TableEntity entity, CancellationToken cancellationToken) =>
        UnpackAsync(CaseBody.Of(new EntityValues(entity)), cancellationToken);

    /// <summary>No operation, or one for a large case.</summary>
    internal async ValueTask<Case> UnpackAsync(CaseBody body, CancellationToken cancellationToken)
    {
        var bytes =
            body.Bytes
            ?? await StreamedBlob.ReadAsync(_container, body.Blob!, cancellationToken)
            ?? throw new InvalidOperationException($"The case blob {body.Blob} is missing from storage.");
        using var json = Deflated.Inflate(bytes);
        return StoredCaseReader.Read(json.Span, Json);
    }

    internal static string? BlobOf(TableEntity entity) => entity.TryGetValue(Blob, out var name) ? name as string : null;

    internal Task<BlobProbe?> ProbeAsync(string blob, bool reads, CancellationToken cancellationToken) =>
        BlobProbe.FindAsync(_container, blob, reads, cancellationToken);

    /// <summary>A text that is equal for equal cases.</summary>
    internal static string Text(Case value) => JsonSerializer.Serialize(value, Json);

    internal static string PackIndices(IReadOnlyList<CaseIndex> indices) =>
        indices.Count == 0 ? "" : JsonSerializer.Serialize(indices, Json);

    internal static IReadOnlyList<CaseIndex> UnpackIndices(string? text) =>
        string.IsNullOrEmpty(text) ? [] : StoredCaseReader.ReadIndices(Encoding.UTF8.GetBytes(text), Json);

    private sealed class IdConverter : JsonConverter<CaseId>
    {
        public override CaseId Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            CaseId.FromStored(reader.GetString()!);

        public override void Write(Utf8JsonWriter writer, CaseId value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Value);
    }

    private sealed class OwnerConverter : JsonConverter<OwnerId>
    {
        public override OwnerId Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => new(reader.GetString()!);

        public override void Write(Utf8JsonWriter writer, OwnerId value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Value);
    }

    private sealed class ProjectConverter : JsonConverter<ProjectId>
    {
        public override ProjectId Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => new(reader.GetInt32());

        public override void Write(Utf8JsonWriter writer, ProjectId value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(value.Value);
    }

    private sealed class InstanceConverter : JsonConverter<InstanceId>
    {
        public override InstanceId Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            InstanceId.Parse(reader.GetString());

        public override void Write(Utf8JsonWriter writer, InstanceId value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Value);
    }
}

/// <summary>The body of a case as a row holds it: compressed bytes, or the name of the blob that has them.</summary>
internal readonly record struct CaseBody(byte[]? Bytes, string? Blob)
{
    public const string BodyName = "Body";
    public const string BlobName = "Blob";

    /// <summary>The columns that <see cref="Of"/> reads.</summary>
    public static IEnumerable<string> Columns => [BlobName, .. SpilledText.Names(BodyName)];

    public static CaseBody Of(IRowValues row) => new(SpilledText.GetPackedBytes(row, BodyName), row.GetString(BlobName));
}
