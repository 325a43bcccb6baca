using System.Globalization;
using System.Numerics;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Functions.Pipeline;

/// <summary>
/// The segments of addresses that must be numbers. Routing rejects anything else there, and numbers out of range; this class decides how
/// such an unmatched address is answered.
/// </summary>
public static class AddressNumbers
{
    private static readonly string[] Numbered = ["projects", "users", "app-users", "public-links"];

    /// <summary>
    /// Null for a valid address. As in ODK Central: 400.11 for a segment that is no whole number, 400.22 for one that is too large.
    /// </summary>
    public static Problem? Refuse(string path)
    {
        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 1; i < segments.Length; i++)
        {
            var before = segments[i - 1];
            if (
                (Numbered.Contains(before, StringComparer.OrdinalIgnoreCase) || IsActor(segments, i) || IsTrashed(segments, i))
                && segments[i] != "current"
                && !segments[i].Contains('%', StringComparison.Ordinal)
                && !int.TryParse(segments[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)
            )
            {
                return BigInteger.TryParse(segments[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)
                    ? Problem.ValueOutOfRange(segments[i], "integer")
                    : Problem.InvalidDataType(segments[i], "integer");
            }
            if (before.Equals("forms", StringComparison.OrdinalIgnoreCase) || before.Equals("datasets", StringComparison.OrdinalIgnoreCase))
            {
                i++; // a form or a dataset may be called `users`
            }
        }
        return null;
    }

    // assignments/{role}/{actorId}
    private static bool IsActor(string[] segments, int i) =>
        i > 1 && i == segments.Length - 1 && segments[i - 2].Equals("assignments", StringComparison.OrdinalIgnoreCase);

    // forms/{number}/restore
    private static bool IsTrashed(string[] segments, int i) =>
        i == segments.Length - 2
        && segments[i - 1].Equals("forms", StringComparison.OrdinalIgnoreCase)
        && segments[i + 1].Equals("restore", StringComparison.OrdinalIgnoreCase);
}
