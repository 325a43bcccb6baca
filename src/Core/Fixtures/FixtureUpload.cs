namespace ServerlessRosa.Core.Fixtures;

/// <summary>A row that an upload adds or changes; <see cref="Before"/> is null for a new one.</summary>
public sealed record RowChange<T>(T? Before, T After)
    where T : class;

/// <summary>What the upload of a file changes among rows of one kind.</summary>
public abstract record FixtureUpload<T>
    where T : class
{
    public List<RowChange<T>> Added { get; init; } = [];

    public List<RowChange<T>> Changed { get; init; } = [];

    /// <summary>Rows with another place and the same content.</summary>
    public List<RowChange<T>> Moved { get; } = [];

    public List<T> Removed { get; init; } = [];

    public int Unchanged { get; internal set; }

    public UploadProgress Written { get; } = new();
}
