using System.IO.Compression;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Exports;

/// <summary>The submissions and columns of a CSV export (OR-273 to OR-275).</summary>
public sealed record CsvRequest(SubmissionSpace Space, string FormId, ExportSchema Schema)
{
    public SubmissionFilter? Filter { get; init; }

    /// <summary>Null when no passphrase was given.</summary>
    public Decryption? Decryption { get; init; }

    /// <summary>With the attachments in the archive.</summary>
    public bool Attachments { get; init; } = true;

    /// <summary>Whether column names include the groups of a question.</summary>
    public bool GroupPaths { get; init; } = true;

    /// <summary>A column for each choice that was made in a question of several.</summary>
    public bool SplitSelectMultiples { get; init; }
}

/// <summary>
/// Submissions as CSV files, streamed: only the rows of one submission are in memory. Costs one storage operation per 1,000
/// submissions, those for names and large XML (<see cref="ExportSource.ListAsync"/>), and with files one for each submission that has
/// any and one for each file. A submission that is decrypted costs two more.
/// </summary>
public sealed class CsvExport(ExportSource source, ReadableSubmissions readable, MediaExport media)
{
    // Wider tables open in no program.
    private const int MaxChoices = 10_000;

    private static readonly string[] Before = ["SubmissionDate"];

    private static readonly string[] After =
    [
        "KEY",
        "SubmitterID",
        "SubmitterName",
        "AttachmentsPresent",
        "AttachmentsExpected",
        "Status",
        "ReviewState",
        "DeviceID",
        "Edits",
        "FormVersion",
    ];

    private static readonly string[] AfterRepeat = ["PARENT_KEY", "KEY"];

    /// <summary>The submissions' own rows. <paramref name="output"/> buffers until it is flushed.</summary>
    public async Task WriteRootAsync(CsvRequest request, Stream output, CancellationToken cancellationToken)
    {
        var tables = await ReadTablesAsync(request, cancellationToken);
        await WriteAsync(request, tables, output, output, [], null, cancellationToken);
    }

    /// <summary>All tables, with the files if asked for.</summary>
    public async Task WriteZipAsync(CsvRequest request, Stream output, CancellationToken cancellationToken)
    {
        var tables = await ReadTablesAsync(request, cancellationToken);
        var names = FileNames.OfTables(request.FormId, request.Schema);
        var wait = new List<FileStream>();
        try
        {
            // An archive takes one file at a time, so other rows wait while the first file is written.
            wait.AddRange(request.Schema.Tables.Skip(1).Select(_ => TempFile.Create()));
            await using var withMedia = request.Attachments || request.Schema.HasAudits ? TempFile.Create() : null;
            using var archive = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true);
            await using (var root = archive.CreateEntry(names[0], CompressionLevel.Fastest).Open())
            {
                await WriteAsync(request, tables, root, output, wait, withMedia, cancellationToken);
            }
            foreach (var (repeat, name) in wait.Zip(names.Skip(1)))
            {
                await using var entry = archive.CreateEntry(name, CompressionLevel.Fastest).Open();
                repeat.Position = 0;
                await MediaExport.CopyAsync(repeat, entry, output, cancellationToken);
            }
            if (withMedia is not null)
            {
                await media.WriteAsync(request, withMedia, archive, output, cancellationToken);
            }
        }
        finally
        {
            foreach (var file in wait)
            {
                await file.DisposeAsync();
            }
        }
        await output.FlushAsync(cancellationToken);
    }

    private async Task WriteAsync(
        CsvRequest request,
        IReadOnlyList<CsvTable> tables,
        Stream root,
        Stream output,
        List<FileStream> repeats,
        Stream? withMedia,
        CancellationToken cancellationToken
    )
    {
        var writers = tables.Take(1 + repeats.Count).Select(_ => new CsvText()).ToArray();
        var places = request.Schema.Tables.Select((table, i) => (table, i)).ToDictionary(pair => pair.table, pair => pair.i);
        for (var i = 0; i < writers.Length; i++)
        {
            writers[i].Cells(i == 0 ? [.. Before, .. tables[i].Names, .. After] : [.. tables[i].Names, .. AfterRepeat]);
            writers[i].EndRow();
        }
        await foreach (var submission in source.ListAsync(request.Space, request.Filter, null, null, cancellationToken))
        {
            var instanceId = submission.Submission.RootId.Value;
            var (xml, manifest) = await readable.ReadXmlAsync(request.Space, submission.Stored, request.Decryption, cancellationToken);
            var rows = writers.Length > 1 ? SubmissionRows.Read(request.Schema, xml) : [SubmissionRows.ReadRoot(request.Schema, xml)];
            foreach (var row in rows)
            {
                var place = places[row.Table];
                var csv = writers[place];
                if (row.Parent is { } parent)
                {
                    tables[place].Write(csv, row);
                    csv.Cell(parent.CsvKey(instanceId));
                    csv.Cell(row.CsvKey(instanceId));
                }
                else
                {
                    await WriteSubmissionAsync(request.Space, submission, tables[place], csv, row, cancellationToken);
                    if (withMedia is not null && !row.IsEncrypted && submission.Submission.MediaPresent > 0)
                    {
                        MediaExport.Note(withMedia, submission.Submission, manifest);
                    }
                }
                csv.EndRow();
                if (csv.IsFull)
                {
                    csv.MoveTo(place == 0 ? root : repeats[place - 1]);
                    await output.FlushAsync(cancellationToken);
                }
            }
        }
        for (var i = 0; i < writers.Length; i++)
        {
            writers[i].MoveTo(i == 0 ? root : repeats[i - 1]);
        }
    }

    private async ValueTask WriteSubmissionAsync(
        SubmissionSpace space,
        ExportedSubmission exported,
        CsvTable table,
        CsvText csv,
        ExportRow row,
        CancellationToken cancellationToken
    )
    {
        var submission = exported.Submission;
        csv.Cell(Timestamps.Format(submission.CreatedAt));
        table.Write(csv, row);
        csv.Cell(submission.RootId.Value);
        csv.Cell(submission.Sender.Submitter?.ToString());
        csv.Cell(exported.SubmitterName);
        csv.Cell(submission.MediaPresent);
        csv.Cell(submission.MediaExpected);
        csv.Cell(
            !row.IsEncrypted
                ? null
                : await source.StatusAsync(space, submission, cancellationToken) switch
                {
                    EncryptionStatus.NotDecrypted => "not decrypted",
                    _ => "missing encrypted form data",
                }
        );
        csv.Cell(submission.ReviewState);
        csv.Cell(submission.Sender.DeviceId);
        csv.Cell(submission.Edits);
        csv.Cell(submission.FormVersion);
    }

    // The columns must be known before the first row: to split choices, all submissions are read once before.
    private async Task<IReadOnlyList<CsvTable>> ReadTablesAsync(CsvRequest request, CancellationToken cancellationToken)
    {
        var choices = new Dictionary<ExportColumn, SortedSet<string>>();
        if (request.SplitSelectMultiples && request.Schema.Tables.Any(table => table.Columns.Any(IsMultiple)))
        {
            var multiples = request.Schema.Tables.ToDictionary(
                table => table,
                table => table.Columns.Select((column, i) => (column, i)).Where(pair => IsMultiple(pair.column)).ToArray()
            );
            foreach (var column in multiples.Values.SelectMany(columns => columns))
            {
                choices.Add(column.column, new SortedSet<string>(StringComparer.Ordinal));
            }
            var count = 0;
            await foreach (var submission in source.ListAsync(request.Space, request.Filter, null, null, cancellationToken))
            {
                var (xml, _) = await readable.ReadXmlAsync(request.Space, submission.Stored, request.Decryption, cancellationToken);
                foreach (var row in SubmissionRows.Read(request.Schema, xml))
                {
                    foreach (var (column, i) in multiples[row.Table])
                    {
                        count += CsvTable.ChosenIn(row[i]).Count(choices[column].Add);
                    }
                }
                if (count > MaxChoices)
                {
                    throw Problem
                        .UnexpectedValue("splitSelectMultiples", "true", $"the submissions make more than {MaxChoices} different choices.")
                        .AsException();
                }
            }
        }
        return
        [
            .. request.Schema.Tables.Select(table => new CsvTable(
                table,
                request.GroupPaths,
                column => choices.GetValueOrDefault(column) ?? []
            )),
        ];
    }

    private static bool IsMultiple(ExportColumn column) => column.Field.SelectMultiple is true;
}
