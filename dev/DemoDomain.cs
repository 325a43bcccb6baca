using System.Text.Json;

namespace ServerlessRosa.Dev;

/// <summary>
/// The CommCare part of the demo project: two mobile workers in a case-sharing group, and a lookup table. Each step is skipped if it was
/// done before.
/// </summary>
internal sealed class DemoDomain(RestClient server)
{
    public const string Worker = "jason";
    public const string Password = "1988";
    private const string Colleague = "amina";
    private const string Group = "North team";
    private const string Table = "drug";
    private const string Api = $"/a/{DemoProject.Domain}/api/v0.5";

    /// <summary>The user id of <see cref="Worker"/>.</summary>
    public async Task<string> EnsureAsync(CancellationToken cancellationToken)
    {
        var workers = new[]
        {
            await EnsureWorkerAsync(Worker, "Jason", cancellationToken),
            await EnsureWorkerAsync(Colleague, "Amina", cancellationToken),
        };
        if (await FindAsync("group", "name", Group, cancellationToken) is null)
        {
            await server.PostAsync(
                $"{Api}/group/",
                new
                {
                    name = Group,
                    case_sharing = true,
                    users = workers,
                },
                cancellationToken
            );
        }
        var table = await FindAsync("lookup_table", "tag", Table, cancellationToken) ?? (
                await server.PostAsync(
                    $"{Api}/lookup_table/",
                    new
                    {
                        tag = Table,
                        is_global = true,
                        fields = new[] { new { field_name = "code", is_indexed = true }, new { field_name = "name", is_indexed = false } },
                    },
                    cancellationToken
                )
            ).GetProperty("id").GetString()!;
        foreach (var (code, name) in new[] { ("PCM", "Paracetamol"), ("ORS", "Oral rehydration salts") })
        {
            await EnsureRowAsync(table, code, name, cancellationToken);
        }
        return workers[0];
    }

    private async Task<string> EnsureWorkerAsync(string username, string firstName, CancellationToken cancellationToken) =>
        (await ObjectsAsync("user", cancellationToken))
            .Where(worker => worker.GetProperty("username").GetString()!.Split('@')[0] == username)
            .Select(worker => worker.GetProperty("id").GetString()!)
            .FirstOrDefault()
        ?? (
            await server.PostAsync(
                $"{Api}/user/",
                new
                {
                    username,
                    password = Password,
                    first_name = firstName,
                },
                cancellationToken
            )
        ).GetProperty("id").GetString()!;

    private async Task EnsureRowAsync(string table, string code, string name, CancellationToken cancellationToken)
    {
        if (
            (await ObjectsAsync("fixture", cancellationToken)).Any(row =>
                row.GetProperty("fields").TryGetProperty("code", out var found) && found.GetString() == code
            )
        )
            return;
        static object One(string text) => new { field_list = new[] { new { field_value = text } } };
        await server.PostAsync(
            $"{Api}/lookup_table_item/",
            new { data_type_id = table, fields = new { code = One(code), name = One(name) } },
            cancellationToken
        );
    }

    private async Task<string?> FindAsync(string resource, string member, string value, CancellationToken cancellationToken) =>
        (await ObjectsAsync(resource, cancellationToken))
            .Where(found => found.GetProperty(member).GetString() == value)
            .Select(found => found.GetProperty("id").GetString())
            .FirstOrDefault();

    private async Task<IReadOnlyList<JsonElement>> ObjectsAsync(string resource, CancellationToken cancellationToken) =>
        await server.FindAsync($"{Api}/{resource}/?limit=1000", cancellationToken) is { } page
            ? [.. page.GetProperty("objects").EnumerateArray()]
            : [];
}
