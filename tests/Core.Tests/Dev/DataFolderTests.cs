using System.Text.Json;
using ServerlessRosa.Dev;
using Xunit;

namespace ServerlessRosa.Core.Tests.Dev;

public sealed class DataFolderTests : IDisposable
{
    private readonly DirectoryInfo _parent = Directory.CreateTempSubdirectory("data-folder-");

    private string Data => Path.Combine(_parent.FullName, "data");

    public void Dispose() => _parent.Delete(recursive: true);

    [Fact]
    public void A_new_folder_is_made_and_used_again()
    {
        using (var first = DataFolder.Open(Data, fresh: false))
            File.WriteAllText(first.PathOf("kept"), "");
        using var second = DataFolder.Open(Data, fresh: false);

        Assert.True(File.Exists(second.PathOf("kept")));
    }

    [Fact]
    public void Fresh_empties_a_folder_that_was_made_here()
    {
        using (var first = DataFolder.Open(Data, fresh: false))
        {
            File.WriteAllText(first.PathOf("old"), "");
            Directory.CreateDirectory(first.PathOf("old-folder/within"));
        }
        using var second = DataFolder.Open(Data, fresh: true);

        Assert.Equal(["dev.lock"], new DirectoryInfo(Data).EnumerateFileSystemInfos().Select(entry => entry.Name));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_folder_with_unrelated_files_is_not_touched(bool fresh)
    {
        Directory.CreateDirectory(Data);
        File.WriteAllText(Path.Combine(Data, "thesis.odt"), "");

        var error = Assert.Throws<StartException>(() => DataFolder.Open(Data, fresh));

        Assert.Contains("not made here", error.Message, StringComparison.Ordinal);
        Assert.Equal(["thesis.odt"], Directory.GetFiles(Data).Select(Path.GetFileName));
    }

    [Fact]
    public void A_folder_in_use_is_not_opened_twice()
    {
        using var first = DataFolder.Open(Data, fresh: false);

        var error = Assert.Throws<StartException>(() => DataFolder.Open(Data, fresh: true));

        Assert.Contains("is in use", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scripts_find_every_field_in_dev_json_and_null_where_there_is_none()
    {
        using var folder = DataFolder.Open(Data, fresh: false);
        var written = new DevFile("http://127.0.0.1:7071", "admin@example.org", "serverless-rosa", 1, "demo", "d1!E$");
        await written.WriteAsync(folder, CancellationToken.None);

        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(folder.PathOf("dev.json")));
        var fields = json.RootElement.EnumerateObject().ToDictionary(field => field.Name, field => field.Value.ToString());

        Assert.Equal(
            new Dictionary<string, string>
            {
                ["baseUrl"] = "http://127.0.0.1:7071",
                ["adminEmail"] = "admin@example.org",
                ["adminPassword"] = "serverless-rosa",
                ["projectId"] = "1",
                ["domain"] = "demo",
                ["appUserToken"] = "d1!E$",
                ["workerUsername"] = "",
                ["workerPassword"] = "",
                ["workerUserId"] = "",
                ["storage"] = "",
            },
            fields
        );
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("workerUsername").ValueKind);
        Assert.Equal(written, await DevFile.ReadAsync(folder, CancellationToken.None));
    }

    [Fact]
    public async Task A_truncated_dev_json_is_ignored()
    {
        using var folder = DataFolder.Open(Data, fresh: false);
        await File.WriteAllTextAsync(folder.PathOf("dev.json"), "{\"baseUrl\":");

        Assert.Null(await DevFile.ReadAsync(folder, CancellationToken.None));
    }
}
