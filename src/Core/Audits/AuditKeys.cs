using System.Globalization;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Audits;

/// <summary>The keys of the table `audits`.</summary>
internal static class AuditKeys
{
    /// <summary>Later days sort first.</summary>
    public static string Day(DateTimeOffset time) =>
        (DateTimeOffset.MaxValue.UtcDateTime.Date - time.UtcDateTime.Date).Days.ToString("D7", CultureInfo.InvariantCulture);

    /// <summary>Later entries of a day sort first.</summary>
    public static string NewEntry(DateTimeOffset time) => $"{TableKey.NewestFirst(time)}|{Guid.NewGuid():N}";
}
