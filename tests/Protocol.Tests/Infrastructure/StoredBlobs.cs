using System.Globalization;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace ServerlessRosa.Protocol.Tests.Infrastructure;

/// <summary>The blobs of container `submissions`, read from storage.</summary>
public static class StoredBlobs
{
    public static async Task<List<string>> OfProjectAsync(int project, string? storage = null)
    {
        var container = new BlobContainerClient(storage ?? await Server.StorageAsync(), "submissions");
        var names = new List<string>();
        await foreach (
            var blob in container.GetBlobsAsync(
                BlobTraits.None,
                BlobStates.None,
                string.Create(CultureInfo.InvariantCulture, $"{project}/"),
                default
            )
        )
        {
            names.Add(blob.Name);
        }
        return names;
    }
}
