using System.Text.Json;

namespace ServerlessRosa.Dev;

/// <summary>
/// Connection details of a running server for scripts: <c>dev.json</c> in the data folder. <see cref="Storage"/> is written for the
/// emulator only.
/// </summary>
internal sealed record DevFile(
    string BaseUrl,
    string AdminEmail,
    string AdminPassword,
    int? ProjectId = null,
    string? Domain = null,
    string? AppUserToken = null,
    string? WorkerUsername = null,
    string? WorkerPassword = null,
    string? WorkerUserId = null,
    string? Storage = null
)
{
    public const string Name = "dev.json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <returns>Null when the file is missing or unreadable; it is written at each start.</returns>
    public static async Task<DevFile?> ReadAsync(DataFolder folder, CancellationToken cancellationToken)
    {
        if (!File.Exists(folder.PathOf(Name)))
            return null;
        try
        {
            await using var file = File.OpenRead(folder.PathOf(Name));
            return await JsonSerializer.DeserializeAsync<DevFile>(file, Json, cancellationToken);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public Task WriteAsync(DataFolder folder, CancellationToken cancellationToken) =>
        File.WriteAllTextAsync(folder.PathOf(Name), JsonSerializer.Serialize(this, Json) + "\n", cancellationToken);
}
