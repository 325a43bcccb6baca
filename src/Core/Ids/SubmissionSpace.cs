namespace ServerlessRosa.Core.Ids;

/// <summary>
/// Where instance ids are unique: the published submissions of a form, or those of one upload of its draft. Replacing a draft creates a
/// new space, which hides the submissions of the previous one (OR-250, OR-252).
/// </summary>
/// <param name="Form">The form's number in the project.</param>
/// <param name="Draft">The key of the draft's definition; null for the published submissions.</param>
public sealed record SubmissionSpace(ProjectId Project, int Form, string? Draft);
