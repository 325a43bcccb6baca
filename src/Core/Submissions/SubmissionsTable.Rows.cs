using System.Globalization;
using System.Text.Json;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Submissions;

/// <summary>Rows from records, and records from rows.</summary>
public sealed partial class SubmissionsTable
{
    /// <summary>The review state of a row of the timeline, blank for none yet; null when the submission is deleted.</summary>
    internal static string? CountsAs(TableEntity row) =>
        row.GetBoolean(Column.Deleted) == true ? null : row.GetString(Column.ReviewState) ?? "";

    private static TableEntity ToEntity(string partition, InstanceId root, SubmissionComment comment)
    {
        var entity = new TableEntity(partition, SubmissionKeys.NewComment(root, comment.CreatedAt))
        {
            [Column.Author] = comment.Author.Value,
            [Column.CreatedAt] = comment.CreatedAt,
        };
        SpilledText.Set(entity, Column.Body, comment.Body);
        return entity;
    }

    private static TableEntity ToEntity(string partition, Instance instance)
    {
        var entity = new TableEntity(partition, SubmissionKeys.Instance(instance.Version.Id))
        {
            [Column.State] = instance.State.ToString(),
            [Column.TimelineKey] = instance.TimelineKey,
        };
        WriteVersion(entity, Column.Own, instance.Version);
        if (instance.Version.Media.Count > 0)
        {
            SpilledText.SetPacked(entity, Column.Media, JsonSerializer.Serialize(instance.Version.Media));
        }
        return entity;
    }

    // An edit that keeps the instance id records the superseded version only.
    private static TableEntity ToEditEntity(string partition, InstanceId root, int number, InstanceId? setAside, SubmissionVersion version)
    {
        var row = new TableEntity(partition, SubmissionKeys.Edit(root, number)) { [Column.Id] = (setAside ?? version.Id).Value };
        if (setAside is null)
        {
            row[Column.CreatedAt] = version.CreatedAt;
            row[Column.Submitter] = version.Sender.Submitter?.Value;
        }
        return row;
    }

    private static Instance ToInstance(TableEntity entity) =>
        new(
            ReadVersion(new EntityValues(entity), Column.Own) with
            {
                Media = SpilledText.GetPacked(entity, Column.Media) is { } media
                    ? JsonSerializer.Deserialize<List<SubmissionMedia>>(media)!
                    : [],
            },
            Enum.Parse<InstanceState>(entity.GetString(Column.State)!),
            entity.GetString(Column.TimelineKey)!
        )
        {
            ETag = entity.ETag,
            Shard = SubmissionKeys.ShardOf(entity.PartitionKey),
        };

    private static TableEntity ToEntity(string partition, Submission submission, ReadOnlyMemory<byte> xml)
    {
        var entity = new TableEntity(partition, SubmissionKeys.Timeline(submission.CreatedAt, submission.RootId))
        {
            [Column.RootId] = submission.RootId.Value,
            [Column.CreatedAt] = submission.CreatedAt,
            [Column.FormVersion] = submission.FormVersion,
            [Column.UpdatedAt] = submission.UpdatedAt,
            [Column.ReviewState] = submission.ReviewState,
            [Column.Edits] = submission.Edits,
            [Column.CaseBlocks] = submission.CaseBlocks,
            [Column.MediaExpected] = submission.MediaExpected,
            [Column.MediaPresent] = submission.MediaPresent,
            [Column.Xml] = CompressedXml.TryPack(xml),
        };
        WriteSender(entity, Column.Own, submission.Sender);
        WriteVersion(entity, Column.Current, submission.Current);
        return entity;
    }

    private static Submission ToSubmission(TableEntity entity) => ToSubmission(new EntityValues(entity));

    private static Submission ToSubmission(IRowValues row) =>
        new(
            InstanceId.Parse(row.GetString(Column.RootId)),
            ReadSender(row, Column.Own),
            row.GetString(Column.FormVersion)!,
            row.GetDateTimeOffset(Column.CreatedAt)!.Value,
            ReadVersion(row, Column.Current)
        )
        {
            UpdatedAt = row.GetDateTimeOffset(Column.UpdatedAt),
            // A merge cannot remove a property: it is set to blank or false instead.
            ReviewState = row.GetString(Column.ReviewState) is { Length: > 0 } state ? state : null,
            Edits = row.GetInt32(Column.Edits) ?? 0,
            DeletedAt = row.GetBoolean(Column.Deleted) == true ? row.GetDateTimeOffset(Column.DeletedAt) : null,
            MovedAt = row.GetDateTimeOffset(Column.DeletedAt),
            Moves = ReadMoves(row.GetString(Column.Moves)),
            CaseBlocks = row.GetInt32(Column.CaseBlocks) ?? 0,
            MediaExpected = row.GetInt32(Column.MediaExpected) ?? 0,
            MediaPresent = row.GetInt32(Column.MediaPresent) ?? 0,
            IndexedOn = row.GetDateTimeOffset(Column.Timestamp),
        };

    private static string WriteMoves(IEnumerable<DateTimeOffset> moves) =>
        string.Join(' ', moves.Select(move => move.UtcTicks.ToString(CultureInfo.InvariantCulture)));

    private static IReadOnlyList<DateTimeOffset> ReadMoves(string? text) =>
        text is not { Length: > 0 }
            ? []
            : [.. text.Split(' ').Select(ticks => new DateTimeOffset(long.Parse(ticks, CultureInfo.InvariantCulture), TimeSpan.Zero))];

    private static void WriteVersion(TableEntity entity, VersionColumns columns, SubmissionVersion version)
    {
        entity[columns.Id] = version.Id.Value;
        entity[columns.XmlHash] = version.XmlHash;
        entity[columns.FormVersion] = version.FormVersion;
        entity[columns.CreatedAt] = version.CreatedAt;
        WriteIfAny(entity, columns.InstanceName, version.InstanceName);
        WriteIfAny(entity, columns.Problem, version.Problem);
        WriteSender(entity, columns, version.Sender);
    }

    private static SubmissionVersion ReadVersion(IRowValues row, VersionColumns columns) =>
        new(
            InstanceId.Parse(row.GetString(columns.Id)),
            row.GetString(columns.XmlHash)!,
            row.GetString(columns.FormVersion)!,
            ReadSender(row, columns),
            row.GetString(columns.InstanceName),
            row.GetDateTimeOffset(columns.CreatedAt)!.Value
        )
        {
            Problem = row.GetString(columns.Problem) is { Length: > 0 } problem ? problem : null,
        };

    private static void WriteSender(TableEntity entity, VersionColumns columns, Sender sender)
    {
        WriteIfAny(entity, columns.Submitter, sender.Submitter?.Value);
        WriteIfAny(entity, columns.DeviceId, sender.DeviceId);
        WriteIfAny(entity, columns.UserAgent, sender.UserAgent);
        WriteIfAny(entity, columns.AppId, sender.AppId);
        WriteIfAny(entity, columns.Address, sender.Address);
        WriteIfAny(entity, columns.UserId, sender.UserId);
        WriteIfAny(entity, columns.IsPhone, sender.IsPhone ? true : null);
    }

    // A row is written whole: a column without value is absent.
    private static void WriteIfAny(TableEntity entity, string column, object? value)
    {
        if (value is not null)
        {
            entity[column] = value;
        }
    }

    private static Sender ReadSender(IRowValues row, VersionColumns columns) =>
        new(
            row.GetInt32(columns.Submitter) is { } submitter ? new ActorId(submitter) : null,
            row.GetString(columns.DeviceId),
            row.GetString(columns.UserAgent)
        )
        {
            AppId = row.GetString(columns.AppId),
            Address = row.GetString(columns.Address),
            UserId = row.GetString(columns.UserId),
            IsPhone = row.GetBoolean(columns.IsPhone) == true,
        };

    private static class Column
    {
        public const string RowKey = "RowKey";
        public const string Id = "InstanceId";
        public const string State = "State";
        public const string TimelineKey = "TimelineKey";
        public const string Shard = "Shard";
        public const string Media = "Media";
        public const string Problem = "Problem";
        public const string XmlHash = "XmlHash";
        public const string FormVersion = "FormVersion";
        public const string InstanceName = "InstanceName";
        public const string CreatedAt = "CreatedAt";
        public const string UpdatedAt = "UpdatedAt";
        public const string Deleted = "Deleted";
        public const string DeletedAt = "DeletedAt";
        public const string Moves = "Moves";
        public const string Body = "Body";
        public const string Author = "Author";
        public const string RootId = "RootId";
        public const string ReviewState = "ReviewState";
        public const string Edits = "Edits";
        public const string CaseBlocks = "CaseBlocks";
        public const string MediaExpected = "MediaExpected";
        public const string MediaPresent = "MediaPresent";
        public const string Xml = "Xml";
        public const string Submitter = "Submitter";
        public const string DeviceId = "DeviceId";
        public const string UserAgent = "UserAgent";
        public const string AppId = "AppId";
        public const string Address = "Address";
        public const string UserId = "UserId";
        public const string IsPhone = "IsPhone";
        public const string Timestamp = "Timestamp";

        /// <summary>Of an instance's row, and of the first version in the timeline.</summary>
        public static readonly VersionColumns Own = new("");

        /// <summary>Of the current version in the timeline.</summary>
        public static readonly VersionColumns Current = new("Current");
    }

    /// <summary>The columns of a version, which start with a prefix.</summary>
    private sealed class VersionColumns(string prefix)
    {
        public string Id { get; } = prefix + Column.Id;
        public string XmlHash { get; } = prefix + Column.XmlHash;
        public string FormVersion { get; } = prefix + Column.FormVersion;
        public string InstanceName { get; } = prefix + Column.InstanceName;
        public string CreatedAt { get; } = prefix + Column.CreatedAt;
        public string Problem { get; } = prefix + Column.Problem;
        public string Submitter { get; } = prefix + Column.Submitter;
        public string DeviceId { get; } = prefix + Column.DeviceId;
        public string UserAgent { get; } = prefix + Column.UserAgent;
        public string AppId { get; } = prefix + Column.AppId;
        public string Address { get; } = prefix + Column.Address;
        public string UserId { get; } = prefix + Column.UserId;
        public string IsPhone { get; } = prefix + Column.IsPhone;

        public string[] OfSender => [Submitter, DeviceId, UserAgent, AppId, Address, UserId, IsPhone];
    }
}
