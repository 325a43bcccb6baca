using Azure;

namespace ServerlessRosa.Core.Submissions;

/// <summary>The state of an instance id.</summary>
public enum InstanceState
{
    Current,
    Superseded,
    Deleted,
}

/// <summary>The row of an instance id: the version with this id, and its submission's place in the timeline.</summary>
public sealed record Instance(SubmissionVersion Version, InstanceState State, string TimelineKey)
{
    internal ETag ETag { get; init; }

    /// <summary>The partition that has all rows of its submission.</summary>
    internal int Shard { get; init; }
}
