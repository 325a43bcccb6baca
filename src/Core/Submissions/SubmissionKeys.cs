using System.Globalization;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Submissions;

/// <summary>The keys of table `submissions` and the names of the blobs in container `submissions`.</summary>
internal static class SubmissionKeys
{
    public const string TimelinePrefix = "t|";
    public const string InstancePrefix = "i|";
    public const string EditPrefix = "v|";
    public const string CommentPrefix = "c|";
    private const string DraftPrefix = "draft-";

    public static string Partition(SubmissionSpace space, int shard) =>
        TableKey.Join(
            TableKey.Number(space.Project.Value),
            TableKey.Number(space.Form),
            space.Draft is null ? "published" : DraftPrefix + space.Draft,
            shard.ToString(CultureInfo.InvariantCulture)
        );

    public static IReadOnlyList<string> Partitions(SubmissionSpace space) =>
        [.. Enumerable.Range(0, space.Shards.Partitions).Select(shard => Partition(space, shard))];

    /// <summary>The last part of a partition key.</summary>
    public static int ShardOf(string partition) => int.Parse(partition[(partition.LastIndexOf('|') + 1)..], CultureInfo.InvariantCulture);

    /// <summary>One row per instance id ever used: the version that it names.</summary>
    public static string Instance(InstanceId id) => InstanceOfHash(TableKey.Hash(id.Value));

    public static string InstanceOfHash(string hash) => InstancePrefix + hash;

    /// <summary>Sorts after every place in the timeline.</summary>
    public const string TimelineEnd = "t}";

    /// <summary>Sorts before everything created at or before <paramref name="time"/>.</summary>
    public static string TimelineFrom(DateTimeOffset time) => TimelinePrefix + TableKey.NewestFirst(time);

    /// <summary>Sorts after everything created at or after <paramref name="time"/>.</summary>
    public static string TimelineAfter(DateTimeOffset time) => TimelineFrom(time) + "}";

    /// <summary>When the submission at a place in the timeline was created.</summary>
    public static DateTimeOffset CreatedAt(string timelineKey) => TableKey.TimeOf(timelineKey.AsSpan(TimelinePrefix.Length));

    public const string CountPrefix = "n|";

    /// <summary>Sorts after all that starts so.</summary>
    public const string CountsEnd = "n}";

    /// <summary>One row per counted chunk of the timeline, named by its end.</summary>
    public static string CountUpTo(string timelineKey) => CountPrefix + "c|" + timelineKey;

    public static string EndOfCount(string key) => key[(CountPrefix.Length + 2)..];

    /// <summary>One row per submission that has changed since it was counted.</summary>
    public static string CountMark(string timelineKey) => CountPrefix + "m|" + timelineKey;

    public static string TimelineOfMark(string key) => key[(CountPrefix.Length + 2)..];

    /// <summary>One row per submission, newest first.</summary>
    public static string Timeline(DateTimeOffset createdAt, InstanceId root) => TimelineFrom(createdAt) + "|" + TableKey.Hash(root.Value);

    /// <summary>The hash of the root id of the submission at a place in the timeline.</summary>
    public static string RootHashAt(string timelineKey) => timelineKey[(timelineKey.LastIndexOf('|') + 1)..];

    /// <summary>Whether a place in the timeline is that of the submission with this id.</summary>
    public static bool IsRootOf(InstanceId id, string timelineKey) =>
        timelineKey.EndsWith("|" + TableKey.Hash(id.Value), StringComparison.Ordinal);

    /// <summary>One row per edit, in order: which instance it is.</summary>
    public static string Edit(InstanceId root, int number) => EditsOf(root) + number.ToString("D6", CultureInfo.InvariantCulture);

    public static string EditsOf(InstanceId root) => EditPrefix + TableKey.Hash(root.Value) + "|";

    /// <summary>
    /// The hash of the root id of the submission that a row belongs to; an instance's row contains it in its place in the timeline. Blank
    /// for a stored count.
    /// </summary>
    public static string RootHash(string row, string? timeline) =>
        row[0] switch
        {
            'v' or 'c' => row.Split('|')[1],
            'i' => timeline!.Split('|')[^1],
            'n' => "",
            _ => row.Split('|')[^1],
        };

    public static string RootHash(InstanceId root) => TableKey.Hash(root.Value);

    public const string DeletedPrefix = "d|";

    /// <summary>One row per softly deleted submission, oldest deletion first, for the purge.</summary>
    public static string Deleted(DateTimeOffset deletedAt, InstanceId root) => DeletedBefore(deletedAt) + "|" + TableKey.Hash(root.Value);

    public static string DeletedBefore(DateTimeOffset time) => DeletedPrefix + time.UtcTicks.ToString("D19", CultureInfo.InvariantCulture);

    /// <summary>The prefix of the partitions of all spaces of a form.</summary>
    public static string PartitionsOf(ProjectId project, int form) =>
        TableKey.Join(TableKey.Number(project.Value), TableKey.Number(form)) + "|";

    /// <summary>The prefix of the partitions of all forms of a project.</summary>
    public static string PartitionsOf(ProjectId project) => TableKey.Join(TableKey.Number(project.Value)) + "|";

    /// <summary>The owner of the partition. Of published submissions the shards are not known.</summary>
    public static SubmissionSpace SpaceOf(string partition) =>
        partition.Split('|') is [var project, var form, var space, _]
            ? new SubmissionSpace(
                new ProjectId(int.Parse(project, CultureInfo.InvariantCulture)),
                int.Parse(form, CultureInfo.InvariantCulture),
                space.StartsWith(DraftPrefix, StringComparison.Ordinal) ? space[DraftPrefix.Length..] : null
            )
            : throw new FormatException($"{partition} is no partition of submissions.");

    public static string CommentsOn(InstanceId root) => CommentPrefix + TableKey.Hash(root.Value) + "|";

    /// <summary>One row per comment, newest first.</summary>
    public static string NewComment(InstanceId root, DateTimeOffset time) =>
        CommentsOn(root) + TableKey.NewestFirst(time) + "|" + Guid.NewGuid().ToString("N");

    public static string XmlBlob(ProjectId project, int form, InstanceId id, string xmlHash) =>
        $"{Folder(project, form, id, xmlHash)}/{XmlFile}";

    public static string XmlBlobOfHash(ProjectId project, int form, string instanceHash, string xmlHash) =>
        $"{FolderOf(project, form)}{instanceHash}/{xmlHash}/{XmlFile}";

    public const string XmlFile = "submission.xml";

    public static string NewMediaBlob(ProjectId project, int form, InstanceId id, string xmlHash) =>
        $"{Folder(project, form, id, xmlHash)}/media/{Guid.NewGuid():N}";

    /// <summary>The recovery record of a submission: the content of its rows, beside its XML.</summary>
    public static string RecoveryRecord(SubmissionSpace space, InstanceId root) => RecoveryRecordOfHash(space, TableKey.Hash(root.Value));

    public static string RecoveryRecordOfHash(SubmissionSpace space, string instanceHash) =>
        $"{FolderOf(space.Project, space.Form)}{instanceHash}/{RecoveryRecordName(space.Draft)}";

    public static string RecoveryRecordName(string? draft) => draft is null ? "published.json" : $"draft-{draft}.json";

    // The same bytes may be sent to the published form and to its draft, and are one blob.
    public static string ReceiptMetadata(string? draft) => draft is null ? "published" : "draft";

    public static IReadOnlyList<string> ReceiptMetadataTexts { get; } = [ReceiptMetadata(null), ReceiptMetadata("")];

    public const string RefusedNote = "refused";

    public const string CopyNote = "copy";

    /// <summary>On XML that lay there without a note before it got one.</summary>
    public const string OlderNote = "older";

    public const string FileNote = "file";

    /// <summary>The prefix of the names of all blobs of a form.</summary>
    public static string FolderOf(ProjectId project, int form) => string.Create(CultureInfo.InvariantCulture, $"{project}/{form}/");

    /// <summary>The prefix of the names of all blobs of one instance.</summary>
    public static string FolderOf(ProjectId project, int form, InstanceId id) => FolderOf(project, form) + TableKey.Hash(id.Value) + "/";

    private static string Folder(ProjectId project, int form, InstanceId id, string xmlHash) => FolderOf(project, form, id) + xmlHash;
}
