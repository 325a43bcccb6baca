using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Maintenance;

/// <summary>
/// A violated invariant: its kind (docs/operations.md explains each), its place, what was expected and found. A note is no fault: it
/// reports wasted storage, or a state that corrects itself.
/// </summary>
public sealed record Difference(string Kind, ProjectId? Project, string Where, string What)
{
    public bool IsNote { get; init; }

    /// <summary>One line, whatever stands in keys and ids.</summary>
    public override string ToString()
    {
        var line = $"{(IsNote ? "note" : "difference")} {Kind}{(Project is { } project ? $" in project {project}" : "")}: {Where}: {What}";
        return string.Concat(line.Select(character => char.IsControl(character) ? $"\\u{(int)character:x4}" : character.ToString()));
    }
}

/// <summary>What to verify: one project, or everything; with or without reading every blob.</summary>
/// <param name="Settles">How long to wait before what looks wrong is read again: a running server is in the middle of things.</param>
public sealed record VerifyOptions(ProjectId? Project, bool ReadsContent, bool ListsOrphans, TimeSpan Settles);

/// <summary>The result of a verification; <see cref="Looked"/> counts the checked items by kind.</summary>
public sealed record Verified(int Differences, int Notes, IReadOnlyDictionary<string, long> Looked);
