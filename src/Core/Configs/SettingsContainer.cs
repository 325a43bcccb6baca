using Azure.Storage.Blobs;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Configs;

/// <summary>Container `settings`: images of the login page and the navigation bar.</summary>
public sealed class SettingsContainer(StorageAccount storage)
{
    private readonly BlobContainerClient _container = storage.Container(StorageNames.SettingsContainer);

    /// <summary>One operation up to 4 MiB.</summary>
    internal Task<StoredFile> PutAsync(string key, Stream content, string contentType, CancellationToken cancellationToken) =>
        StreamedBlob.UploadAsync(_container, SettingKeys.NewImage(key), content, contentType, cancellationToken);

    /// <summary>Null when the image has been replaced meanwhile. One operation.</summary>
    internal Task<Stream?> OpenAsync(string blob, long offset, long? length, CancellationToken cancellationToken) =>
        StreamedBlob.OpenAsync(_container, blob, offset, length, cancellationToken);

    internal Task DiscardAsync(string blob) => StreamedBlob.DiscardAsync(_container, [blob]);
}
