using Azure;

namespace ServerlessRosa.Core.Submissions;

/// <summary>What became of an instance id since it was first used.</summary>
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
}
