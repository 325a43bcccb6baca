using System.Globalization;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Audits;

/// <summary>The keys of the table `audits`.</summary>
internal static class AuditKeys
{
    /// <summary>Later days sort first.</summary>
    public static string Day(DateTimeOffset time) =>
        (DateTimeOffset.MaxValue.UtcDateTime.Date - time.UtcDateTime.Date).Days.ToString("D7", CultureInfo.InvariantCulture);

    /// <summary>A copy of what concerns one submission. Sorts after all days.</summary>
    public static string OfSubmission(ProjectId project, int form, InstanceId root) =>
        TableKey.Join("submission", TableKey.Number(project.Value), TableKey.Number(form), TableKey.Hash(root.Value));

    /// <summary>Later entries of a day sort first.</summary>
    public static string NewEntry(DateTimeOffset time) => $"{TableKey.NewestFirst(time)}|{Guid.NewGuid():N}";
}
