using System.Globalization;
using System.Security;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;

namespace ServerlessRosa.Protocol.Tests.Encryption;

/// <summary>Encrypts submissions as ODK Collect does, from the form that it was given.</summary>
public sealed class EncryptingPhone : IDisposable
{
    private const string Xforms = "http://www.w3.org/2002/xforms";
    private readonly RSA _publicKey = RSA.Create();

    /// <param name="form">The definition as the server hands it out.</param>
    public EncryptingPhone(string form)
    {
        var root = XDocument.Parse(form).Root!;
        var submission = root.Descendants(XName.Get("submission", Xforms)).Single();
        var instance = root.Descendants(XName.Get("instance", Xforms)).First().Elements().Single();
        PublicKey = submission.Attribute("base64RsaPublicKey")!.Value;
        FormId = instance.Attribute("id")!.Value;
        Version = instance.Attribute("version")?.Value ?? "";
        _publicKey.ImportSubjectPublicKeyInfo(Convert.FromBase64String(PublicKey), out _);
    }

    public string PublicKey { get; }

    public string FormId { get; }

    public string Version { get; }

    /// <summary>The manifest and the files of a submission in the clear; its XML is the last file.</summary>
    public EncryptedAnswer Encrypt(string instanceId, string xml, params (string Name, byte[] Content)[] media)
    {
        var key = RandomNumberGenerator.GetBytes(32);
        var encryptedKey = Convert.ToBase64String(_publicKey.Encrypt(key, RSAEncryptionPadding.OaepSHA256));
        var vector = MD5.HashData([.. Encoding.UTF8.GetBytes(instanceId), .. key]);
        var signed = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{FormId}\n{Version}\n{encryptedKey}\n{instanceId}\n");
        var files = new List<(string Name, byte[] Content, string Type)>();
        foreach (var (name, content) in media.Append(("submission.xml", Encoding.UTF8.GetBytes(xml))))
        {
            vector[files.Count % vector.Length]++;
            files.Add(($"{name}.enc", Encrypt(key, vector, content), "application/octet-stream"));
            signed.Append(CultureInfo.InvariantCulture, $"{name}::{Convert.ToHexStringLower(MD5.HashData(content))}\n");
        }
        var signature = _publicKey.Encrypt(MD5.HashData(Encoding.UTF8.GetBytes(signed.ToString())), RSAEncryptionPadding.OaepSHA256);
        var manifest = new StringBuilder()
            .Append(
                CultureInfo.InvariantCulture,
                $"""
                <data id="{SecurityElement.Escape(FormId)}" version="{SecurityElement.Escape(Version)}" encrypted="yes"
                    xmlns="http://www.opendatakit.org/xforms/encrypted"><base64EncryptedKey>{encryptedKey}</base64EncryptedKey><orx:meta
                    xmlns:orx="http://openrosa.org/xforms"><orx:instanceID>{instanceId}</orx:instanceID></orx:meta>
                """
            )
            .AppendJoin("", media.Select(file => $"<media><file>{file.Name}.enc</file></media>"))
            .Append("<encryptedXmlFile>submission.xml.enc</encryptedXmlFile>")
            .Append(
                CultureInfo.InvariantCulture,
                $"<base64EncryptedElementSignature>{Convert.ToBase64String(signature)}</base64EncryptedElementSignature></data>"
            );
        return new EncryptedAnswer(manifest.ToString(), files);
    }

    public void Dispose() => _publicKey.Dispose();

    private static byte[] Encrypt(byte[] key, byte[] vector, byte[] content)
    {
        using var aes = Aes.Create();
        aes.Key = key;
        return aes.EncryptCfb(content, vector, PaddingMode.PKCS7, feedbackSizeInBits: 128);
    }
}

/// <summary>What a phone sends of an encrypted submission.</summary>
public sealed record EncryptedAnswer(string Manifest, IReadOnlyList<(string Name, byte[] Content, string Type)> Files);
