using System.Diagnostics;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using ServerlessRosa.Dev;
using Xunit;

namespace ServerlessRosa.Core.Tests.Dev;

public sealed class AzuriteTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("azurite-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Writes_just_before_a_stop_survive_a_restart()
    {
        await using (var first = await StartAsync())
        {
            var table = new TableServiceClient(first.ConnectionString).GetTableClient("notes");
            await table.CreateIfNotExistsAsync();
            await table.AddEntityAsync(new TableEntity("notes", "1"));
            await ContainerOf(first).UploadBlobAsync("note", new BinaryData("kept"));
        }

        await using var second = await StartAsync();
        var row = await new TableServiceClient(second.ConnectionString)
            .GetTableClient("notes")
            .GetEntityIfExistsAsync<TableEntity>("notes", "1");
        var note = await ContainerOf(second).GetBlobClient("note").DownloadContentAsync();

        Assert.True(row.HasValue);
        Assert.Equal("kept", note.Value.Content.ToString());
    }

    [Fact]
    public async Task In_memory_the_emulator_leaves_no_file()
    {
        var before = Directory.GetFiles(Repository.DevFolder).Order();
        await using (var azurite = await Azurite.StartAsync(new AzuriteOptions(), CancellationToken.None))
            await ContainerOf(azurite).UploadBlobAsync("note", new BinaryData("forgotten"));

        Assert.Equal(before, Directory.GetFiles(Repository.DevFolder).Order());
    }

    [Fact]
    public async Task Stopping_ends_both_processes()
    {
        var azurite = await StartAsync();
        var processes = azurite.ProcessIds.Select(Process.GetProcessById).ToList();
        await azurite.DisposeAsync();

        Assert.Equal(2, processes.Count);
        Assert.All(processes, process => Assert.True(process.WaitForExit(TimeSpan.FromSeconds(5))));
    }

    [Fact]
    public async Task A_port_in_use_is_reported()
    {
        await using var first = await Azurite.StartAsync(new AzuriteOptions(), CancellationToken.None);

        var error = await Assert.ThrowsAsync<StartException>(() =>
            Azurite.StartAsync(new AzuriteOptions(BlobPort: first.BlobPort), CancellationToken.None)
        );

        Assert.Contains("blob", error.Message, StringComparison.Ordinal);
        Assert.Contains("EADDRINUSE", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("v20.20.2", true)]
    [InlineData("v22.1.0", true)]
    [InlineData("v18.19.0", false)]
    [InlineData("nothing", false)]
    public void Node_has_to_be_version_20_or_later(string version, bool enough) =>
        Assert.Equal(enough, AzuriteInstall.IsNewEnough(version));

    private Task<Azurite> StartAsync() => Azurite.StartAsync(new AzuriteOptions(_folder.FullName), CancellationToken.None);

    private static BlobContainerClient ContainerOf(Azurite azurite)
    {
        var container = new BlobContainerClient(azurite.ConnectionString, "notes");
        container.CreateIfNotExists();
        return container;
    }
}
