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

    /// <summary>The row with a stamp, which every change of an entity replaces.</summary>
    public const string Head = "head";

    /// <summary>The row with a stamp that every change of an entity of this creator replaces.</summary>
    public static string HeadOf(ActorId creator) => "h|" + TableKey.Number(creator.Value);

    public const string EntityPrefix = "i|";

    /// <summary>One row per entity, including deleted ones, with its place in the timeline.</summary>
    public static string Entity(EntityId id) => EntityPrefix + id;

    public const string TimelinePrefix = "t|";

    /// <summary>One row per entity, newest first, with its current version.</summary>
    public static string Timeline(DateTimeOffset createdAt, EntityId id) => TimelinePrefix + TableKey.NewestFirst(createdAt) + "|" + id;

    /// <summary>One row per version, in order.</summary>
    public static string Version(EntityId id, int number) => VersionsOf(id) + number.ToString("D10", CultureInfo.InvariantCulture);

    /// <summary>
    /// One row per entity and submission that changed it, so that a submission changes an entity once. The row names the form; a submission
    /// of another form with the same instance id has a key of its own.
    /// </summary>
    public static string Applied(EntityId id, EntityOrigin origin) =>
        origin.IsNamesake ? $"s|{id}|{origin.Hash}|{TableKey.Number(origin.Form)}" : $"s|{id}|{origin.Hash}";

    public static string MarksOf(EntityId id) => $"s|{id}|";

    /// <summary>One row per event that made no version, newest first.</summary>
    public static string NewEvent(EntityId id, DateTimeOffset time) => $"{EventsOf(id)}{TableKey.NewestFirst(time)}|{Guid.NewGuid():N}";

    public static string EventsOf(EntityId id) => $"a|{id}|";

    /// <summary>One row per update in the backlog.</summary>
    public static string Backlogged(EntityId id, string branch, int baseVersion) =>
        $"{id}|{TableKey.Join(branch)}|{baseVersion.ToString("D10", CultureInfo.InvariantCulture)}";

    /// <summary>The partition of all updates in the backlog, of all datasets, oldest first.</summary>
    public const string Waiting = "waiting";

    public static string WaitingSince(BackloggedEntity update) =>
        TableKey.Join(
            WaitingBefore(update.At),
            TableKey.Hash($"{update.DatasetKey} {Backlogged(update.Entity, update.Branch, update.BaseVersion)}")
        );

    public static string WaitingBefore(DateTimeOffset time) => time.UtcTicks.ToString("D19", CultureInfo.InvariantCulture);

    /// <summary>The partition of creations of many entities that are under way, oldest first.</summary>
    public const string Bulks = "bulks";

    public static string Bulk(DateTimeOffset begunAt, string id) => TableKey.Join(WaitingBefore(begunAt), id);

    private const string SubmissionsPart = "submissions";

    /// <summary>The prefix of the partitions of the processed submissions of all forms of a project.</summary>
    public static string SubmissionsOf(ProjectId project) => TableKey.Join(DatasetKeys.Project(project), SubmissionsPart) + "|";

    /// <summary>The project of a partition of entities.</summary>
    public static ProjectId ProjectOf(string partition) => DatasetKeys.ProjectOf(partition[..partition.IndexOf('|')]);

    /// <summary>The number of the form whose processed submissions a partition holds.</summary>
    public static int FormOf(string partition) => int.Parse(partition[(partition.LastIndexOf('|') + 1)..], CultureInfo.InvariantCulture);

    /// <summary>The partition of the submissions of a form that have been processed.</summary>
    public static string Submissions(EntityOrigin origin) =>
        TableKey.Join(DatasetKeys.Project(origin.Project), SubmissionsPart, TableKey.Number(origin.Form));

    /// <summary>Whether a partition has submissions that have been processed, and no entities.</summary>
    public static bool IsOfSubmissions(string partition) => partition.Split('|') is [_, SubmissionsPart, _];

    public static string Submission(EntityOrigin origin) => origin.Hash;

    public const string VersionPrefix = "v|";

    public static string VersionsOf(EntityId id) => $"{VersionPrefix}{id}|";
}
