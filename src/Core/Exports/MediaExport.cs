using System.Buffers;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Submissions;

namespace ServerlessRosa.Core.Exports;

/// <summary>The files of an archive: attachments, as received or decrypted, and the phones' event logs in one table.</summary>
public sealed class MediaExport(SubmissionDirectory submissions, ReadableSubmissions readable)
{
    private const string EncryptedEnding = ".enc";
    private const int Enough = 64 * 1024;

    /// <summary>Remembers a submission that has files, so that only those are asked for them.</summary>
    /// <param name="manifest">Of a submission that was decrypted.</param>
    internal static void Note(Stream notes, Submission submission, EncryptedSubmission? manifest)
    {
        var note = new Noted(
            submission.RootId.Value,
            submission.Current.Id.Value,
            submission.Current.FormVersion,
            manifest?.Key,
            manifest?.XmlFile
        );
        notes.Write(JsonSerializer.SerializeToUtf8Bytes(note));
        notes.Write("\n"u8);
    }

    /// <summary>One operation for each submission noted, and one for each file.</summary>
    internal async Task WriteAsync(
        CsvRequest request,
        FileStream notes,
        ZipArchive archive,
        Stream output,
        CancellationToken cancellationToken
    )
    {
        await using var events = request.Schema.HasAudits ? TempFile.Create() : null;
        var log = new CsvText();
        var logs = new List<long>();
        var names = new ArchiveNames();
        notes.Position = 0;
        using var lines = new StreamReader(notes, Encoding.UTF8, leaveOpen: true);
        while (await lines.ReadLineAsync(cancellationToken) is { } line)
        {
            var noted = JsonSerializer.Deserialize<Noted>(line)!;
            var files = await submissions.ListMediaAsync(request.Space, InstanceId.Parse(noted.Current), cancellationToken);
            foreach (var file in files.Where(file => file.Exists && file.Name != noted.XmlFile))
            {
                if (file.IsAudit ? events is null : !request.Attachments)
                {
                    continue;
                }
                var (content, isClear) = await OpenAsync(request, noted, files, file, cancellationToken);
                await using var opened = content;
                if (file.IsAudit && isClear)
                {
                    logs.Add(events!.Position);
                    await AuditEvents.CopyAsync(content, noted.Root, log, events, cancellationToken);
                    log.MoveTo(events);
                }
                else if (request.Attachments)
                {
                    var name = isClear && noted.Key is not null ? WithoutEnding(file.Name) : file.Name;
                    await using var entry = archive.CreateEntry(names.Media(name, noted.Root), CompressionLevel.NoCompression).Open();
                    await CopyAsync(content, entry, output, cancellationToken);
                }
            }
        }
        if (events is null)
        {
            return;
        }
        if (events.Length > 0)
        {
            await using var entry = archive.CreateEntry(FileNames.Safe($"{request.FormId} - audit.csv"), CompressionLevel.Fastest).Open();
            entry.Write(AuditEvents.Header);

            // Submissions are listed newest first, and their events are written oldest first.
            for (var i = logs.Count - 1; i >= 0; i--)
            {
                events.Position = logs[i];
                await CopyAsync(events, entry, output, cancellationToken, logs.Count > i + 1 ? logs[i + 1] - logs[i] : null);
            }
        }
    }

    // Decrypted files go through a temporary file, since a wrong key is detected at their end. Files that cannot be decrypted stay as
    // received.
    private async Task<(Stream Content, bool IsClear)> OpenAsync(
        CsvRequest request,
        Noted noted,
        IReadOnlyList<SubmissionMedia> files,
        SubmissionMedia file,
        CancellationToken cancellationToken
    )
    {
        if (noted.Key is null)
        {
            return (await submissions.OpenMediaAsync(file, 0, null, cancellationToken), true);
        }
        if (request.Decryption?.TryOpen(noted.FormVersion, noted.Key, InstanceId.Parse(noted.Current)) is { } cipher)
        {
            var clear = TempFile.Create();
            var place = ReadableSubmissions.PlaceOf(files, file);
            if (await readable.TryDecryptAsync(cipher, file, place, clear, cancellationToken))
            {
                clear.Position = 0;
                return (clear, true);
            }
            await clear.DisposeAsync();
        }
        return (await submissions.OpenMediaAsync(file, 0, null, cancellationToken), false);
    }

    private static string WithoutEnding(string name) =>
        name.Length > EncryptedEnding.Length && name.EndsWith(EncryptedEnding, StringComparison.Ordinal)
            ? name[..^EncryptedEnding.Length]
            : name;

    /// <summary>A submission whose files go into the archive. <see cref="Key"/> is that of its manifest, still encrypted, so that the file
    /// of notes holds no secret.</summary>
    private sealed record Noted(string Root, string Current, string FormVersion, string? Key, string? XmlFile);

    /// <summary>Copies into an entry of the archive that <paramref name="output"/> takes, and sends it on as it goes.</summary>
    internal static async Task CopyAsync(
        Stream content,
        Stream entry,
        Stream output,
        CancellationToken cancellationToken,
        long? length = null
    )
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Enough);
        try
        {
            var left = length ?? long.MaxValue;
            for (int read; (read = await content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, Enough)), cancellationToken)) > 0;)
            {
                left -= read;
                entry.Write(buffer, 0, read);
                await output.FlushAsync(cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
