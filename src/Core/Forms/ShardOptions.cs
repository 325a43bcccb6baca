using System.ComponentModel.DataAnnotations;

namespace ServerlessRosa.Core.Forms;

/// <summary>The partitions of new forms.</summary>
public sealed class ShardOptions : IValidatableObject
{
    public const string Section = "Rosa";

    /// <summary>Setting `Rosa:SubmissionShards`: how many partitions take the submissions of a form that is created from now on.</summary>
    public int SubmissionShards { get; set; } = 1;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!Ids.SubmissionShards.IsCount(SubmissionShards))
        {
            yield return new ValidationResult($"Rosa:SubmissionShards must be a power of two, at most {Ids.SubmissionShards.Most}.");
        }
    }
}
