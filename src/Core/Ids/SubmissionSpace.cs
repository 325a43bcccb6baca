namespace ServerlessRosa.Core.Ids;

/// <summary>
/// Where instance ids are unique: the published submissions of a form, or those of one upload of its draft. Replacing a draft creates a
/// new space, which hides the submissions of the previous one (OR-250, OR-252).
/// </summary>
/// <param name="Form">The form's number in the project.</param>
/// <param name="Draft">The key of the draft's definition; null for the published submissions.</param>
public sealed record SubmissionSpace(ProjectId Project, int Form, string? Draft)
{
    private readonly SubmissionShards? _shards;

    /// <summary>
    /// The partitions of the space, as its form's row says: a space that was made without the form cannot be read. A draft has one.
    /// </summary>
    /// <exception cref="InvalidOperationException">They are not known.</exception>
    internal SubmissionShards Shards
    {
        get =>
            Draft is not null
                ? SubmissionShards.One
                : _shards ?? throw new InvalidOperationException($"The shards of form {Form} in project {Project} were not read.");
        init => _shards = value;
    }

    /// <summary>The same space, whatever is known of its shards.</summary>
    public bool Equals(SubmissionSpace? other) =>
        other is not null && Project == other.Project && Form == other.Form && Draft == other.Draft;

    public override int GetHashCode() => HashCode.Combine(Project, Form, Draft);
}
