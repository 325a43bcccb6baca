using System.Text.Json;

namespace ServerlessRosa.Dev;

/// <summary>
/// The demo project: forms with and without media, and an app user who may submit to them. Created through the public API. Each step is
/// skipped if it was done before, so that an interrupted run is completed by the next.
/// </summary>
internal sealed class DemoProject(RestClient server)
{
    public const string Name = "Demo";
    public const string Domain = "demo";
    public const string AppUser = "Demo tablet";

    public static string SeedFolder => Path.Combine(Repository.DevFolder, "seed");

    /// <summary>The forms' files: XForms, and XLSForm workbooks, which the server converts.</summary>
    public static IReadOnlyList<string> Forms =>
        [.. Directory.GetFiles(SeedFolder).Where(file => FormTypeOf(file) is not null).Order(StringComparer.Ordinal)];

    public async Task<(int ProjectId, string AppUserToken)> EnsureAsync(CancellationToken cancellationToken)
    {
        var projectId = await EnsureProjectAsync(cancellationToken);
        var project = $"/v1/projects/{projectId}";

        var forms = Forms;
        foreach (var form in forms)
            await EnsureFormAsync(project, form, cancellationToken);

        var appUser = await EnsureAppUserAsync(project, cancellationToken);
        foreach (var form in forms)
            await EnsureAssignmentAsync(project, form, appUser, cancellationToken);
        return (projectId, appUser.GetProperty("token").GetString()!);
    }

    private async Task<int> EnsureProjectAsync(CancellationToken cancellationToken)
    {
        var projects = await server.ListAsync("/v1/projects", cancellationToken);
        var demo = projects.Where(project => project.GetProperty("name").GetString() == Name).ToList() is [var found, ..]
            ? found
            : await server.PostAsync("/v1/projects", new { name = Name, domain = Domain }, cancellationToken);
        return demo.GetProperty("id").GetInt32();
    }

    /// <summary>The form id is the file's name; its media are in a folder of the same name.</summary>
    private async Task EnsureFormAsync(string project, string file, CancellationToken cancellationToken)
    {
        var form = FormPath(project, file);
        var found =
            await server.FindAsync(form, cancellationToken)
            ?? await server.PostFileAsync($"{project}/forms", file, FormTypeOf(file)!, cancellationToken);
        if (found.GetProperty("publishedAt").ValueKind != JsonValueKind.Null)
            return;

        var media = Path.Combine(SeedFolder, Path.GetFileNameWithoutExtension(file));
        foreach (var slot in await server.ListAsync($"{form}/draft/attachments", cancellationToken))
        {
            if (slot.GetProperty("exists").GetBoolean())
                continue;
            var name = slot.GetProperty("name").GetString()!;
            await server.PostFileAsync(
                $"{form}/draft/attachments/{Uri.EscapeDataString(name)}",
                Path.Combine(media, name),
                MediaTypeOf(name),
                cancellationToken
            );
        }
        await server.PostAsync($"{form}/draft/publish", cancellationToken);
    }

    private async Task<JsonElement> EnsureAppUserAsync(string project, CancellationToken cancellationToken)
    {
        var appUsers = await server.ListAsync($"{project}/app-users", cancellationToken);

        // An app user whose access was revoked has no token.
        return
            appUsers
                .Where(user =>
                    user.GetProperty("displayName").GetString() == AppUser && user.GetProperty("token").ValueKind == JsonValueKind.String
                )
                .ToList()
                is [var found, ..]
            ? found
            : await server.PostAsync($"{project}/app-users", new { displayName = AppUser }, cancellationToken);
    }

    private async Task EnsureAssignmentAsync(string project, string file, JsonElement appUser, CancellationToken cancellationToken)
    {
        var assignments = $"{FormPath(project, file)}/assignments/app-user";
        var id = appUser.GetProperty("id").GetInt32();
        var assigned = await server.ListAsync(assignments, cancellationToken);
        if (assigned.Any(actor => actor.GetProperty("id").GetInt32() == id))
            return;
        await server.PostAsync($"{assignments}/{id}", cancellationToken);
    }

    private static string FormPath(string project, string file) => $"{project}/forms/{Path.GetFileNameWithoutExtension(file)}";

    private static string? FormTypeOf(string file) =>
        Path.GetExtension(file) switch
        {
            ".xml" => "application/xml",
            ".xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            _ => null,
        };

    private static string MediaTypeOf(string name) =>
        Path.GetExtension(name) switch
        {
            ".png" => "image/png",
            ".wav" => "audio/wav",
            ".mp4" => "video/mp4",
            ".csv" => "text/csv",
            ".geojson" => "application/geo+json",
            var other => throw new StartException(
                $"The demo form's media file {name} has the ending {other}, which has no media type here."
            ),
        };
}
