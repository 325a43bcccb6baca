using System.Globalization;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Entities;

/// <summary>The keys of the tables `entities` and `heldEntities`.</summary>
internal static class EntityKeys
{
    public static string Entities(Dataset dataset) => Entities(dataset.Project, dataset.Key);

    public static string Entities(ProjectId project, string dataset) => TableKey.Join(DatasetKeys.Project(project), dataset);

    /// <summary>Carries a stamp that every change of an entity replaces.</summary>
    public const string Head = "head";

    public const string EntityPrefix = "i|";

    /// <summary>One row per entity, deleted ones too: where it stands in the timeline.</summary>
    public static string Entity(EntityId id) => EntityPrefix + id;

    public const string TimelinePrefix = "t|";

    /// <summary>One row per entity, newest first: what it says now.</summary>
    public static string Timeline(DateTimeOffset createdAt, EntityId id) => TimelinePrefix + TableKey.NewestFirst(createdAt) + "|" + id;

    /// <summary>One row per version, in order.</summary>
    public static string Version(EntityId id, int number) => VersionsOf(id) + number.ToString("D10", CultureInfo.InvariantCulture);

    /// <summary>One row per entity and submission that changed it, so that none does so twice.</summary>
    public static string Applied(EntityId id, EntityOrigin origin) => $"s|{id}|{origin.Hash}";

    /// <summary>One row per update that waits for another.</summary>
    public static string Held(EntityId id, string branch, int baseVersion) =>
        $"{id}|{TableKey.Join(branch)}|{baseVersion.ToString("D10", CultureInfo.InvariantCulture)}";

    /// <summary>All updates that wait, of all datasets, oldest first.</summary>
    public const string Waiting = "waiting";

    public static string WaitingSince(BackloggedEntity held) =>
        TableKey.Join(WaitingBefore(held.At), TableKey.Hash($"{held.DatasetKey} {Held(held.Entity, held.Branch, held.BaseVersion)}"));

    public static string WaitingBefore(DateTimeOffset time) => time.UtcTicks.ToString("D19", CultureInfo.InvariantCulture);

    private const string SubmissionsPart = "submissions";

    /// <summary>The submissions of a form that were done with.</summary>
    public static string Submissions(EntityOrigin origin) =>
        TableKey.Join(DatasetKeys.Project(origin.Project), SubmissionsPart, TableKey.Number(origin.Form));

    /// <summary>Whether a partition has submissions that were done with, and no entities.</summary>
    public static bool IsOfSubmissions(string partition) => partition.Split('|') is [_, SubmissionsPart, _];

    public static string Submission(EntityOrigin origin) => origin.Hash;

    public const string VersionPrefix = "v|";

    public static string VersionsOf(EntityId id) => $"{VersionPrefix}{id}|";
}
