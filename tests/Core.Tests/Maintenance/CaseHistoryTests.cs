using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Maintenance;
using Xunit;

namespace ServerlessRosa.Core.Tests.Maintenance;

public sealed class CaseHistoryTests
{
    private static readonly DateTimeOffset Start = new(2024, 5, 1, 10, 0, 0, TimeSpan.Zero);
    private static readonly SubmissionSpace Space = new(new ProjectId(1), 2, null);
    private static readonly InstanceId Root = InstanceId.Parse("root");

    [Fact]
    public void An_unedited_submission_takes_effect_when_it_was_completely_received()
    {
        var version = Version(Root, "a", 0);
        var one = Assert.Single(
            CaseHistory.Of(Space, RecoveryRecord(version), (id, hash) => new ReceiptMetadata(id.Value, At(0), At(5)) { SyncToken = "t" })
        );
        Assert.Equal((true, At(5), "t", version), (one.IsNew, one.At, one.SyncToken, one.Counts));
    }

    [Fact]
    public void Receipt_metadata_of_the_same_bytes_is_not_used_for_a_later_submission()
    {
        var one = Assert.Single(
            CaseHistory.Of(
                Space,
                RecoveryRecord(Version(Root, "a", 7)),
                (id, _) => new ReceiptMetadata(id.Value, At(0), At(5)) { SyncToken = "t" }
            )
        );
        Assert.Equal((At(7), null), (one.At, one.SyncToken));
    }

    [Fact]
    public void Each_edit_that_keeps_the_instance_id_was_current_by_that_id_until_the_next()
    {
        var (first, second) = (InstanceId.SetAside(Root, 1, "a"), InstanceId.SetAside(Root, 2, "b"));
        var events = CaseHistory
            .Of(Space, RecoveryRecord(Version(Root, "c", 3), Version(first, "a", 1), Version(second, "b", 2)), (_, _) => null)
            .ToList();
        Assert.Equal(
            ["root a", $"root b, {first} a", $"root c, {second} b, {first} a"],
            events.Select(one => string.Join(", ", one.Versions.Select(version => $"{version.Id} {version.XmlHash}")))
        );
        Assert.Equal([true, false, false], events.Select(one => one.IsNew));
    }

    [Fact]
    public void Deletion_restoration_and_clearing_are_applied_in_order()
    {
        var edit = InstanceId.Parse("edit");
        var record = RecoveryRecord(Version(Root, "a", 0), Version(edit, "b", 4)) with
        {
            Turns =
            [
                new SubmissionTurn(SubmissionTurnKind.Cleared, At(1), "a"),
                new SubmissionTurn(SubmissionTurnKind.Deleted, At(2), null),
                new SubmissionTurn(SubmissionTurnKind.Restored, At(3), null),
            ],
        };
        Assert.Equal([null, "a", null, "a", "b"], CaseHistory.Of(Space, record, (_, _) => null).Select(one => one.Counts?.XmlHash));
    }

    [Fact]
    public void An_edit_with_invalid_case_blocks_leaves_the_previous_version_in_effect()
    {
        var record = RecoveryRecord(
            Version(Root, "a", 0),
            Version(InstanceId.Parse("edit"), "b", 1) with
            {
                Problem = "InvalidCaseIndex: no",
            }
        );
        Assert.Equal(["a", "a"], CaseHistory.Of(Space, record, (_, _) => null).Select(one => one.Counts?.XmlHash));
    }

    private static DateTimeOffset At(int seconds) => Start.AddSeconds(seconds);

    private static SubmissionVersion Version(InstanceId id, string hash, int seconds) =>
        new(id, hash, "1", new Sender(new ActorId(1), null, null), null, At(seconds));

    private static SubmissionRecoveryRecord RecoveryRecord(params SubmissionVersion[] versions) =>
        new(
            new Submission(Root, versions[0].Sender, "1", At(0), versions.MaxBy(version => version.CreatedAt)!)
            {
                Edits = versions.Length - 1,
            },
            versions
        );
}
