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
        WriteVersion(entity, "", instance.Version);
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
            ReadVersion(entity, "") with
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
        WriteSender(entity, "", submission.Sender);
        WriteVersion(entity, Column.Current, submission.Current);
        return entity;
    }

    private static Submission ToSubmission(TableEntity entity) =>
        new(
            InstanceId.Parse(entity.GetString(Column.RootId)),
            ReadSender(entity, ""),
            entity.GetString(Column.FormVersion)!,
            entity.GetDateTimeOffset(Column.CreatedAt)!.Value,
            ReadVersion(entity, Column.Current)
        )
        {
            UpdatedAt = entity.GetDateTimeOffset(Column.UpdatedAt),
            // A merge cannot remove a property: it is set to blank or false instead.
            ReviewState = entity.GetString(Column.ReviewState) is { Length: > 0 } state ? state : null,
            Edits = entity.GetInt32(Column.Edits) ?? 0,
            DeletedAt = entity.GetBoolean(Column.Deleted) == true ? entity.GetDateTimeOffset(Column.DeletedAt) : null,
            CaseBlocks = entity.GetInt32(Column.CaseBlocks) ?? 0,
            MediaExpected = entity.GetInt32(Column.MediaExpected) ?? 0,
            MediaPresent = entity.GetInt32(Column.MediaPresent) ?? 0,
            IndexedOn = entity.Timestamp,
        };

    private static void WriteVersion(TableEntity entity, string prefix, SubmissionVersion version)
    {
        entity[prefix + Column.Id] = version.Id.Value;
        entity[prefix + Column.XmlHash] = version.XmlHash;
        entity[prefix + Column.FormVersion] = version.FormVersion;
        entity[prefix + Column.InstanceName] = version.InstanceName;
        entity[prefix + Column.CreatedAt] = version.CreatedAt;
        entity[prefix + Column.Problem] = version.Problem;
        WriteSender(entity, prefix, version.Sender);
    }

    private static SubmissionVersion ReadVersion(TableEntity entity, string prefix) =>
        new(
            InstanceId.Parse(entity.GetString(prefix + Column.Id)),
            entity.GetString(prefix + Column.XmlHash)!,
            entity.GetString(prefix + Column.FormVersion)!,
            ReadSender(entity, prefix),
            entity.GetString(prefix + Column.InstanceName),
            entity.GetDateTimeOffset(prefix + Column.CreatedAt)!.Value
        )
        {
            Problem = entity.GetString(prefix + Column.Problem) is { Length: > 0 } problem ? problem : null,
        };

    private static void WriteSender(TableEntity entity, string prefix, Sender sender)
    {
        entity[prefix + Column.Submitter] = sender.Submitter?.Value;
        entity[prefix + Column.DeviceId] = sender.DeviceId;
        entity[prefix + Column.UserAgent] = sender.UserAgent;
        entity[prefix + Column.AppId] = sender.AppId;
    }

    private static Sender ReadSender(TableEntity entity, string prefix) =>
        new(
            entity.GetInt32(prefix + Column.Submitter) is { } submitter ? new ActorId(submitter) : null,
            entity.GetString(prefix + Column.DeviceId),
            entity.GetString(prefix + Column.UserAgent)
        )
        {
            AppId = entity.GetString(prefix + Column.AppId),
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
        public const string Body = "Body";
        public const string Author = "Author";
        public const string RootId = "RootId";
        public const string Current = "Current";
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
        public const string Timestamp = "Timestamp";

        public static string[] OfSender(string prefix) => [prefix + Submitter, prefix + DeviceId, prefix + UserAgent, prefix + AppId];
    }
}
