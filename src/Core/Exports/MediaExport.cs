using System.Buffers;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Submissions;

namespace ServerlessRosa.Core.Exports;

/// <summary>The files of an archive: attachments as they came, and the phones' event logs in one table.</summary>
public sealed class MediaExport(SubmissionDirectory submissions)
{
    private const int Enough = 64 * 1024;

    /// <summary>Remembers a submission that has files, so that only those are asked for them.</summary>
    internal static void Note(Stream noted, Submission submission)
    {
        string[] ids = [submission.RootId.Value, submission.Current.Id.Value];
        noted.Write(JsonSerializer.SerializeToUtf8Bytes(ids));
        noted.Write("\n"u8);
    }

    /// <summary>One operation for each submission noted, and one for each file.</summary>
    internal async Task WriteAsync(
        CsvRequest request,
        FileStream noted,
        ZipArchive archive,
        Stream output,
        CancellationToken cancellationToken
    )
    {
        await using var events = request.Schema.HasAudits ? TempFile.Create() : null;
        var log = new CsvText();
        var logs = new List<long>();
        var names = new ArchiveNames();
        noted.Position = 0;
        using var lines = new StreamReader(noted, Encoding.UTF8, leaveOpen: true);
        while (await lines.ReadLineAsync(cancellationToken) is { } line)
        {
            var ids = JsonSerializer.Deserialize<string[]>(line)!;
            foreach (var file in await submissions.ListMediaAsync(request.Space, InstanceId.Parse(ids[1]), cancellationToken))
            {
                if (file is { Exists: true, IsAudit: true } && events is not null)
                {
                    await using var content = await submissions.OpenMediaAsync(file, 0, null, cancellationToken);
                    logs.Add(events.Position);
                    await AuditEvents.CopyAsync(content, ids[0], log, events, cancellationToken);
                    log.MoveTo(events);
                }
                else if (file is { Exists: true, IsAudit: false } && request.Attachments)
                {
                    await using var content = await submissions.OpenMediaAsync(file, 0, null, cancellationToken);
                    await using var entry = archive.CreateEntry(names.Media(file.Name, ids[0]), CompressionLevel.NoCompression).Open();
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

            // Submissions come newest first, and their events are shown oldest first.
            for (var i = logs.Count - 1; i >= 0; i--)
            {
                events.Position = logs[i];
                await CopyAsync(events, entry, output, cancellationToken, logs.Count > i + 1 ? logs[i + 1] - logs[i] : null);
            }
        }
    }

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
