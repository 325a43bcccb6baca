namespace ServerlessRosa.Core.Fixtures;

/// <summary>A product of a domain, whose id is an entry of ledgers (CC-044). Every worker has all of them.</summary>
public sealed record Product(string Id, string Name)
{
    public const int MaxId = 100;

    // Of its JSON. A storage row holds 1 MiB, which is twice as many.
    internal const int MaxCharacters = 400_000;

    public string Code { get; init; } = "";

    public string Unit { get; init; } = "";

    public string Description { get; init; } = "";

    public string Category { get; init; } = "";

    public string ProgramId { get; init; } = "";

    /// <summary>As it was given; blank when unknown.</summary>
    public string Cost { get; init; } = "";

    public IReadOnlyDictionary<string, string> Data { get; init; } = new Dictionary<string, string>();

    /// <summary>Not to be used any more. Phones still have it, since ledgers may name it.</summary>
    public bool IsArchived { get; init; }

    public DateTimeOffset ModifiedAt { get; init; }

    /// <summary>A deleted product stays as a row, so that phones notice the change.</summary>
    public bool IsDeleted { get; init; }
}
