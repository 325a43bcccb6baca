using System.Text.Json.Serialization;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Submissions;

/// <summary>
/// One difference between two versions of a submission. A step of the path is a name, or the name of a repeat with the number of the repeat
/// instance, from 0. An added value has no old value, a removed one no new value.
/// </summary>
public sealed record SubmissionDifference(
    [property: JsonPropertyName("old"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] object? Old,
    [property: JsonPropertyName("new"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] object? New,
    [property: JsonPropertyName("path")] IReadOnlyList<object> Path
);

/// <summary>The changes of each edit of a submission, in ODK Central's format.</summary>
public sealed class SubmissionDiffs(SubmissionDirectory submissions, FormDirectory forms)
{
    /// <summary>By the id of the version that an edit made, newest first. Operations as for
    /// <see cref="SubmissionDirectory.ListVersionsAsync"/>, one for each XML, and one for the form's.</summary>
    public async Task<IReadOnlyDictionary<string, IReadOnlyList<SubmissionDifference>>> ListAsync(
        ReadableForm form,
        SubmissionSpace space,
        InstanceId root,
        CancellationToken cancellationToken
    )
    {
        var versions = await submissions.ListVersionsAsync(space, root, cancellationToken);
        var fields = XFormReader.Read(await forms.ReadXmlAsync(form.Form.Project, form.Definition, cancellationToken)).Fields;
        var groups = fields
            .Where(field => field.Type is FieldType.Structure or FieldType.Repeat)
            .DistinctBy(field => field.Path)
            .ToDictionary(field => field.Path, field => field.Type == FieldType.Repeat);
        var differences = new Dictionary<string, IReadOnlyList<SubmissionDifference>>();
        SubmissionTree? newer = null;
        for (var i = 0; i < versions.Count; i++)
        {
            var tree = SubmissionTree.Read(await submissions.ReadXmlAsync(space, versions[i], cancellationToken), groups);
            if (newer is not null)
            {
                differences[versions[i - 1].Id.Value] = SubmissionTree.Compare(tree, newer);
            }
            newer = tree;
        }
        return differences;
    }
}
