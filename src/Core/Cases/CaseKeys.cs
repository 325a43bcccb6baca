using System.Globalization;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Cases;

/// <summary>The keys of tables `cases`, `caseOwners` and `caseIndices`, and the names of the blobs in container `cases`.</summary>
internal static class CaseKeys
{
    private const int Bucket = 2;

    /// <summary>One row per case of the server, spread over 256 partitions.</summary>
    public static (string Partition, string Row) Case(CaseId id)
    {
        var hash = TableKey.Hash(id.Value);
        return (hash[..Bucket], hash);
    }

    public static string OwnerPartition(ProjectId project, OwnerId owner) =>
        TableKey.Join(TableKey.Number(project.Value), TableKey.Hash(owner.Value));

    /// <summary>The common prefix of the owner partitions and index partitions of a project.</summary>
    public static string OwnerPartitionsOf(ProjectId project) => TableKey.Number(project.Value) + "|";

    /// <summary>The rows of one case are adjacent, newest last.</summary>
    public static string OwnerRow(CaseId id, int revision) => OwnerRowsOf(id) + TableKey.Number(revision);

    /// <summary>What is greater than all rows of the case that has this row, and not greater than those of the next.</summary>
    public static string AfterOwnerRow(string ownerRow) => ownerRow[..ownerRow.IndexOf('|', StringComparison.Ordinal)] + "}";

    public static string OwnerRowsOf(CaseId id) => TableKey.Hash(id.Value) + "|";

    public static int Revision(string ownerRow) =>
        int.Parse(ownerRow.AsSpan(ownerRow.IndexOf('|', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture);

    /// <summary>Whether two row keys belong to the same case.</summary>
    public static bool SameCase(string ownerRow, string other) =>
        ownerRow
            .AsSpan(0, ownerRow.IndexOf('|', StringComparison.Ordinal) + 1)
            .SequenceEqual(other.AsSpan(0, other.IndexOf('|', StringComparison.Ordinal) + 1));

    public static string IndexPartition(ProjectId project, CaseId target) =>
        TableKey.Join(TableKey.Number(project.Value), TableKey.Hash(target.Value)[..Bucket]);

    /// <summary>
    /// One row per source, identifier and relationship that ever referred to the target: a late writer overwrites nothing different.
    /// </summary>
    public static string IndexRow(CaseId target, CaseId source, CaseIndex index) =>
        IndexRowsOf(target) + TableKey.Join(TableKey.Hash(source.Value), TableKey.Hash($"{index.Relationship} {index.Identifier}"));

    public static string IndexRowsOf(CaseId target) => TableKey.Hash(target.Value) + "|";

    public static string Blob(CaseId id, string contentHash) => $"{TableKey.Hash(id.Value)}/{contentHash}";
}
