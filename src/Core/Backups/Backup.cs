using System.Globalization;

namespace ServerlessRosa.Core.Backups;

/// <summary>The name of a snapshot of the tables: the time at which it was begun, in UTC.</summary>
public readonly record struct BackupId
{
    private const string Format = "yyyyMMdd'T'HHmmssfff'Z'";

    private BackupId(string value) => Value = value;

    public string Value { get; }

    public DateTimeOffset BegunAt => DateTimeOffset.ParseExact(Value, Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    public static BackupId At(DateTimeOffset time) => new(time.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture));

    /// <summary>Null for an invalid name.</summary>
    public static BackupId? TryParse(string text) =>
        DateTimeOffset.TryParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _)
            ? new BackupId(text)
            : null;

    public override string ToString() => Value;
}

/// <summary>One blob of a snapshot: consecutive rows of a table. <see cref="Sha256"/> is of the compressed bytes.</summary>
public sealed record BackupPiece(string Table, int Index, int Rows, string Sha256)
{
    /// <summary>The last row that was read; null when the piece ends the table.</summary>
    internal RowPosition? Last { get; init; }
}

/// <summary>The key of a row.</summary>
internal sealed record RowPosition(string Partition, string Row);

/// <summary>Marks a snapshot as complete. It is written after all pieces.</summary>
public sealed record BackupManifest(
    int Format,
    string Id,
    DateTimeOffset BegunAt,
    DateTimeOffset CompletedAt,
    IReadOnlyList<BackupPiece> Pieces
)
{
    public const int CurrentFormat = 1;
}
