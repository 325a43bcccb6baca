using System.Globalization;

namespace ServerlessRosa.Core.Fixtures;

/// <summary>What of an upload is stored.</summary>
public sealed class UploadProgress
{
    public int Added { get; private set; }

    public int Changed { get; private set; }

    public int Moved { get; private set; }

    public int Removed { get; private set; }

    public bool IsAny => Added + Changed + Moved + Removed > 0;

    internal void Count(UploadStep step)
    {
        switch (step)
        {
            case UploadStep.Add:
                Added++;
                break;
            case UploadStep.Change:
                Changed++;
                break;
            case UploadStep.Move:
                Moved++;
                break;
            case UploadStep.Remove:
                Removed++;
                break;
        }
    }

    /// <summary>A sentence for the answer.</summary>
    public override string ToString() =>
        IsAny
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"Before that {Added} rows were added, {Changed} changed, {Moved} moved and {Removed} removed."
            )
            : "Nothing was written.";
}

internal enum UploadStep
{
    Add,
    Change,
    Move,
    Remove,
}
