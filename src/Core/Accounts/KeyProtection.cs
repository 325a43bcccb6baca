using System.Security.Cryptography;
using System.Xml.Linq;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.Repositories;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Accounts;

/// <summary>Encrypts the keys that listings show again: those of app users, public links and drafts.</summary>
public sealed class KeyProtection(IDataProtectionProvider provider)
{
    private readonly IDataProtector _protector = provider.CreateProtector("ServerlessRosa.Accounts.Keys");

    public string Protect(AccessToken token) => _protector.Protect(token.Text);

    /// <summary>
    /// Null when the key ring that encrypted the text is missing, as in a project imported from another storage account: the key still
    /// works, but can't be shown.
    /// </summary>
    public string? TryUnprotect(string text)
    {
        try
        {
            return _protector.Unprotect(text);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}

/// <summary>Container `keys`: the Data Protection key ring, one blob per key, so that all instances share it. Its contract is
/// synchronous.</summary>
public sealed class KeysContainer(StorageAccount storage) : IXmlRepository
{
    private readonly BlobContainerClient _container = storage.Container(StorageNames.KeysContainer);

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        var elements = new List<XElement>();
        foreach (var blob in _container.GetBlobs())
        {
            elements.Add(XElement.Parse(_container.GetBlobClient(blob.Name).DownloadContent().Value.Content.ToString()));
        }
        return elements;
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        var name = $"{Guid.NewGuid():N}.xml";
        _container
            .GetBlobClient(name)
            .Upload(
                BinaryData.FromString(element.ToString(SaveOptions.DisableFormatting)),
                new BlobUploadOptions
                {
                    HttpHeaders = new BlobHttpHeaders { ContentType = "application/xml" },
                    Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
                }
            );
    }
}
