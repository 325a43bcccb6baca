using System.Security.Cryptography;
using System.Text.Json;

namespace ServerlessRosa.Maintenance;

/// <summary>
/// The manifest of an exported folder: for each file of lines their number and the SHA-256 of its bytes. <see cref="LastActor"/> is the
/// highest number of an account in the source.
/// </summary>
public sealed record ExportManifest(
    int Format,
    int Project,
    DateTimeOffset ExportedAt,
    int LastActor,
    IReadOnlyDictionary<string, ExportedLines> Files
)
{
    public const int CurrentFormat = 1;
}

public sealed record ExportedLines(int Lines, string Sha256);

/// <summary>One blob; its bytes are in a file named by the SHA-256 of container and name, so that no client's text is ever a
/// path.</summary>
public sealed record ExportedBlob(
    string Container,
    string Name,
    string ContentType,
    long Size,
    string Sha256,
    IReadOnlyDictionary<string, string> Metadata
);

/// <summary>Where the files of an export are.</summary>
internal sealed class ExportFolder(string path)
{
    public const string Blobs = "blobs.jsonl";

    public string ManifestFile => Path.Combine(path, "manifest.json");

    public static string Table(string name) => $"{name}.jsonl";

    public string File(string name) => Path.Combine(path, name);

    public string BlobFile(string container, string name)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{container}/{name}")));
        return Path.Combine(path, "blobs", hash[..2], hash);
    }

    /// <summary>Refuses a folder that has something in it.</summary>
    public void Create()
    {
        if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
        {
            throw new MaintenanceException($"The folder {path} is not empty.");
        }
        Directory.CreateDirectory(path);
    }

    /// <summary>Refuses a folder whose manifest is missing, or of another format.</summary>
    public async Task<ExportManifest> ReadManifestAsync(CancellationToken cancellationToken)
    {
        if (!System.IO.File.Exists(ManifestFile))
        {
            throw new MaintenanceException($"The folder {path} has no manifest.json: nothing was exported into it, or not all.");
        }
        await using var stream = System.IO.File.OpenRead(ManifestFile);
        var manifest = await JsonSerializer.DeserializeAsync<ExportManifest>(stream, cancellationToken: cancellationToken);
        return manifest is { Format: ExportManifest.CurrentFormat }
            ? manifest
            : throw new MaintenanceException($"The folder {path} is of a format that this version does not know.");
    }

    public static async Task<string> HashAsync(string file, CancellationToken cancellationToken)
    {
        await using var stream = System.IO.File.OpenRead(file);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
    }
}
