using System.Security.Cryptography;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Submissions;

namespace ServerlessRosa.Core.Exports;

/// <summary>A submission's XML: in the clear, or the manifest where it could not be decrypted.</summary>
/// <param name="Manifest">Of a submission that was decrypted.</param>
internal sealed record ReadableXml(ReadOnlyMemory<byte> Xml, EncryptedSubmission? Manifest);

/// <summary>Reads the XML of submissions and their files, decrypting those whose keys an export has.</summary>
public sealed class ReadableSubmissions(SubmissionDirectory submissions)
{
    // As much as a submission in the clear may have by default.
    private const int MaxXmlBytes = 10 << 20;

    /// <summary>One operation for XML that is too large for its row; two more for a submission that is decrypted.</summary>
    internal async ValueTask<ReadableXml> ReadXmlAsync(
        SubmissionSpace space,
        StoredSubmission stored,
        Decryption? decryption,
        CancellationToken cancellationToken
    )
    {
        var xml = await stored.ReadXmlAsync(cancellationToken);
        var current = stored.Submission.Current;
        if (
            decryption?.Opens(current.FormVersion) != true
            || SubmissionHeadReader.Read(xml).Encrypted is not { Key: { } key, XmlFile: { } name } manifest
            || decryption.TryOpen(current.FormVersion, key, current.Id) is not { } cipher
        )
        {
            return new ReadableXml(xml, null);
        }
        var files = await submissions.ListMediaAsync(space, current.Id, cancellationToken);
        return
            files.FirstOrDefault(file => file.Name == name) is { Exists: true } file
            && await TryDecryptXmlAsync(cipher, file, PlaceOf(files, file), cancellationToken) is { } clear
            ? new ReadableXml(clear, manifest)
            : new ReadableXml(xml, null);
    }

    /// <summary>The place of a file in the manifest, which names them in the order in which they are kept.</summary>
    internal static int PlaceOf(IReadOnlyList<SubmissionMedia> files, SubmissionMedia file) => files.TakeWhile(one => one != file).Count();

    /// <summary>Decrypts a file into another. False when it cannot be: <paramref name="output"/> is then as it was. One
    /// operation.</summary>
    internal async Task<bool> TryDecryptAsync(
        SubmissionCipher cipher,
        SubmissionMedia file,
        int place,
        Stream output,
        CancellationToken cancellationToken
    )
    {
        var start = output.Position;
        try
        {
            await using var encrypted = await submissions.OpenMediaAsync(file, 0, null, cancellationToken);
            await using var clear = cipher.Decrypt(encrypted, place);
            await clear.CopyToAsync(output, cancellationToken);
            return true;
        }
        catch (CryptographicException)
        {
            output.Position = start;
            output.SetLength(start);
            return false;
        }
    }

    // Null if it cannot be decrypted or the result is no XML: one damaged submission does not prevent the export of the others.
    private async Task<ReadOnlyMemory<byte>?> TryDecryptXmlAsync(
        SubmissionCipher cipher,
        SubmissionMedia file,
        int place,
        CancellationToken cancellationToken
    )
    {
        if (file.Size > MaxXmlBytes)
        {
            return null;
        }
        var clear = new MemoryStream();
        if (!await TryDecryptAsync(cipher, file, place, clear, cancellationToken))
        {
            return null;
        }
        var xml = clear.GetBuffer().AsMemory(0, (int)clear.Length);
        try
        {
            SubmissionHeadReader.Read(xml);
            return xml;
        }
        catch (ProblemException)
        {
            return null;
        }
    }
}
