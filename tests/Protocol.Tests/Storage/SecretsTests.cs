using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using ServerlessRosa.Protocol.Tests.Cases;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Storage;

public sealed class SecretsTests
{
    private static readonly string[] Reported = ["entity.deleted"];

    [Fact]
    public async Task No_password_token_or_key_is_in_storage_logs_errors_or_audit_in_plain_text()
    {
        await using var own = await OwnStorage.StartAsync(new Dictionary<string, string> { ["Logging__LogLevel__Default"] = "Debug" });
        var programme = await Programme.StartAsync(own.Server);
        var secrets = new ConcurrentDictionary<string, string> { [Server.AdminPassword] = "the administrator's password" };

        var session = (
            await Api.Anonymous(own.Server).PostJsonAsync("/sessions", new { email = Server.AdminEmail, password = Server.AdminPassword })
        ).Json;
        secrets[session.GetProperty("token").GetString()!] = "a session's token";
        var form = await programme.PublishAsync();
        var user = (await programme.Admin.PostJsonAsync($"{programme.Path}/app-users", new { displayName = "Tablet" })).Json;
        var key = user.GetProperty("token").GetString()!;
        secrets[key] = "an app user's key";
        (await programme.Admin.PostAsync($"{programme.FormPath(form)}/assignments/2/{user.GetProperty("id").GetInt32()}")).ShouldBe(
            HttpStatusCode.OK
        );
        secrets[
            (await programme.Admin.PostJsonAsync($"{programme.FormPath(form)}/public-links", new { displayName = "Poster" }))
                .Json.GetProperty("token")
                .GetString()!
        ] = "a public link's key";
        (await programme.Admin.PostAsync($"{programme.FormPath(form)}/draft")).ShouldBe(HttpStatusCode.OK);
        secrets[await programme.DraftTokenAsync(form)] = "a draft's token";
        var (_, email, password) = await programme.WebUserAsync("manager");
        secrets[password] = "a web user's password";
        await AddWebhookAndApiKeyAsync(programme, secrets);
        var answers = new List<Answer>
        {
            await Api.WithKey(own.Server, key)
                .PostAsync($"{programme.Path}/submission", Samples.Multipart(Samples.Submission(form, Samples.NewInstanceId()))),
            await Api.WithKey(own.Server, key).PostAsync($"{programme.Path}/submission", Samples.Multipart("<broken")),
            await Api.WithBasic(own.Server, email, password).OpenRosa.GetAsync($"{programme.Path}/forms/none/manifest"),
            await Api.Anonymous(own.Server).PostJsonAsync("/sessions", new { email, password = new[] { password } }),
            await Api.Anonymous(own.Server).PostJsonAsync("/sessions", new { password }),
            await programme.Admin.GetAsync("/audits"),
        };

        foreach (var (secret, name) in secrets)
        {
            Assert.All(
                answers.Where(answer => (int)answer.Status >= 400 || answer.Text.StartsWith('[')),
                answer => Assert.False(answer.Text.Contains(secret, StringComparison.Ordinal), $"An answer shows {name}: {answer.Text}")
            );
            Assert.False(own.Server.App!.Output.Any(line => line.Contains(secret, StringComparison.Ordinal)), $"The log shows {name}.");
        }
        await foreach (var (place, text) in EverythingAsync(own.ConnectionString))
        {
            foreach (var (secret, name) in secrets)
            {
                Assert.False(text.Contains(secret, StringComparison.Ordinal), $"{place} holds {name}.");
            }
        }
    }

    private static async Task AddWebhookAndApiKeyAsync(Programme programme, ConcurrentDictionary<string, string> secrets)
    {
        secrets[(await programme.Admin.PostJsonAsync("/users/current/api-keys", new { name = "export" })).Json.Text("key")] = "an API key";
        var webhook = (
            await programme.Admin.PostJsonAsync(
                $"{programme.Path}/webhooks",
                new { url = "https://receiver.example.org/", events = Reported }
            )
        ).Json;
        secrets[webhook.Text("secret")] = "a webhook's secret";
        var renewed = (await programme.Admin.PostJsonAsync($"{programme.Path}/webhooks/{webhook.Text("id")}/secret", new { })).Json;
        secrets[renewed.Text("secret")] = "a webhook's second secret";
    }

    private static async IAsyncEnumerable<(string Place, string Text)> EverythingAsync(string storage)
    {
        var tables = new TableServiceClient(storage);
        await foreach (var table in tables.QueryAsync())
        {
            await foreach (var row in tables.GetTableClient(table.Name).QueryAsync<TableEntity>())
            {
                yield return (
                    $"Table {table.Name}",
                    string.Join(
                        '\n',
                        row.Select(property => property.Value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : $"{property.Value}")
                    )
                );
            }
        }
        var blobs = new BlobServiceClient(storage);
        await foreach (var container in blobs.GetBlobContainersAsync())
        {
            await foreach (var blob in blobs.GetBlobContainerClient(container.Name).GetBlobsAsync())
            {
                yield return (
                    $"Container {container.Name}",
                    (
                        await blobs.GetBlobContainerClient(container.Name).GetBlobClient(blob.Name).DownloadContentAsync()
                    ).Value.Content.ToString()
                );
            }
        }
    }
}
