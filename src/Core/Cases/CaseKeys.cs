using System.Globalization;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Cases;

/// <summary>The keys of tables `cases`, `caseOwners` and `caseIndices`, and the names of the blobs in container `cases`.</summary>
internal static class CaseKeys
{
    private const int Bucket = 2;

    /// <summary>One row per case of the whole server, over 256 partitions.</summary>
    public static (string Partition, string Row) Case(CaseId id)
    {
        var hash = TableKey.Hash(id.Value);
        return (hash[..Bucket], hash);
    }

    public static string OwnerPartition(ProjectId project, OwnerId owner) =>
        TableKey.Join(TableKey.Number(project.Value), TableKey.Hash(owner.Value));

    /// <summary>What the partitions of all owners of a project start with, and those of its index rows.</summary>
    public static string OwnerPartitionsOf(ProjectId project) => TableKey.Number(project.Value) + "|";

    /// <summary>Rows of one case stand together, the newest last.</summary>
    public static string OwnerRow(CaseId id, int revision) => OwnerRowsOf(id) + TableKey.Number(revision);

    public static string OwnerRowsOf(CaseId id) => TableKey.Hash(id.Value) + "|";

    public static int Revision(string ownerRow) =>
        int.Parse(ownerRow.AsSpan(ownerRow.IndexOf('|', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture);

    /// <summary>What the two rows of one case have in common.</summary>
    public static bool SameCase(string ownerRow, string other) =>
        ownerRow
            .AsSpan(0, ownerRow.IndexOf('|', StringComparison.Ordinal) + 1)
            .SequenceEqual(other.AsSpan(0, other.IndexOf('|', StringComparison.Ordinal) + 1));

    public static string IndexPartition(ProjectId project, CaseId target) =>
        TableKey.Join(TableKey.Number(project.Value), TableKey.Hash(target.Value)[..Bucket]);

    /// <summary>A row for each way in which one case ever named the other: a late writer replaces nothing that says something
    /// else.</summary>
    public static string IndexRow(CaseId target, CaseId source, CaseIndex index) =>
        IndexRowsOf(target) + TableKey.Join(TableKey.Hash(source.Value), TableKey.Hash($"{index.Relationship} {index.Identifier}"));

    public static string IndexRowsOf(CaseId target) => TableKey.Hash(target.Value) + "|";

    public static string Blob(CaseId id, string contentHash) => $"{TableKey.Hash(id.Value)}/{contentHash}";
}
