using System.Text;

namespace ServerlessRosa.Core.Exports;

/// <summary>The phones' event logs, which each phone writes with the columns that its form asks for, as one table with the same columns
/// for all (OR-273 to OR-275).</summary>
internal static class AuditEvents
{
    private static readonly string[] Columns =
    [
        "event",
        "node",
        "start",
        "end",
        "latitude",
        "longitude",
        "accuracy",
        "old-value",
        "new-value",
        "user",
        "change-reason",
    ];

    public static ReadOnlySpan<byte> Header => Encoding.UTF8.GetBytes($"instance ID,{string.Join(',', Columns)}\n");

    /// <summary>Adds a log's rows to <paramref name="csv"/>, and moves them to <paramref name="output"/> as they become many.</summary>
    public static async Task CopyAsync(Stream content, string instanceId, CsvText csv, Stream output, CancellationToken cancellationToken)
    {
        using var rows = new CsvReader(content);
        if (await rows.ReadAsync(cancellationToken) is not { } header)
        {
            return;
        }
        var places = Columns.Select(column => header.IndexOf(column)).ToArray();
        while (await rows.ReadAsync(cancellationToken) is { } row)
        {
            csv.Cell(instanceId);
            foreach (var place in places)
            {
                csv.Cell(place >= 0 && place < row.Count ? row[place] : null);
            }
            csv.EndRow();
            if (csv.IsFull)
            {
                csv.MoveTo(output);
            }
        }
    }
}
