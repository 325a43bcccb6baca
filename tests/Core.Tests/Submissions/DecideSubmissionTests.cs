using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Submissions;
using Xunit;
using static ServerlessRosa.Core.Submissions.InstanceState;

namespace ServerlessRosa.Core.Tests.Submissions;

/// <summary>Each row of "How a submission is decided" in docs/protocol.md, for each policy that it applies to.</summary>
public sealed class DecideSubmissionTests
{
    private const string Same = "same";
    private const string Other = "other";
    private static readonly InstanceId Id = InstanceId.Parse("uuid:new");
    private static readonly InstanceId DeprecatedId = InstanceId.Parse("uuid:before");

    [Theory]
    [InlineData(1, false, true, FormState.Open, true, 404.1)]
    [InlineData(1, false, false, FormState.Open, false, 404.1)]
    [InlineData(2, true, false, FormState.Open, true, 404.6)]
    [InlineData(2, true, false, FormState.Closed, false, 404.6)]
    [InlineData(3, true, true, FormState.Closed, true, 409.2)]
    [InlineData(3, true, true, FormState.Closed, false, 409.2)]
    [InlineData(4, true, true, FormState.Open, false, 401.2)]
    [InlineData(4, true, true, FormState.Closing, false, 401.2)]
    [InlineData(5, true, true, FormState.Open, true, null)]
    [InlineData(5, true, true, FormState.Closing, true, null)]
    public void The_form_accepts_or_refuses(int row, bool formFound, bool versionFound, FormState state, bool maySubmit, double? code)
    {
        var form = formFound ? new Form(new ProjectId(1), 1, FormId.Parse("household"), state, DateTimeOffset.UnixEpoch) : null;
        var version = versionFound ? new FormDefinition("key", "1", null, "", "", "", DateTimeOffset.UnixEpoch) : null;

        AssertCode(row, code, DecideSubmission.RefuseForm(form, version, "1", maySubmit));
    }

    [Theory]
    [InlineData("5", DuplicatePolicy.OpenRosa, null, null, nameof(SubmissionAction.Add), null)]
    [InlineData("5", DuplicatePolicy.Central, null, null, nameof(SubmissionAction.Add), null)]
    [InlineData("5", DuplicatePolicy.CommCare, null, null, nameof(SubmissionAction.Add), null)]
    [InlineData("6", DuplicatePolicy.OpenRosa, Current, Same, nameof(SubmissionAction.FillMedia), null)]
    [InlineData("6", DuplicatePolicy.Central, Current, Same, null, 409.3)]
    [InlineData("6", DuplicatePolicy.CommCare, Current, Same, nameof(SubmissionAction.FillMedia), null)]
    [InlineData("7", DuplicatePolicy.OpenRosa, Current, Other, null, 409.1)]
    [InlineData("7", DuplicatePolicy.Central, Current, Other, null, 409.3)]
    [InlineData("7C", DuplicatePolicy.CommCare, Current, Other, nameof(SubmissionAction.Replace), null)]
    [InlineData("8", DuplicatePolicy.OpenRosa, Superseded, Same, null, 409.9)]
    [InlineData("8", DuplicatePolicy.OpenRosa, Superseded, Other, null, 409.9)]
    [InlineData("8", DuplicatePolicy.Central, Superseded, Same, null, 409.9)]
    [InlineData("8", DuplicatePolicy.CommCare, Superseded, Other, null, 409.9)]
    [InlineData("8C", DuplicatePolicy.CommCare, Superseded, Same, nameof(SubmissionAction.Acknowledge), null)]
    [InlineData("9", DuplicatePolicy.OpenRosa, Deleted, Same, null, 409.18)]
    [InlineData("9", DuplicatePolicy.OpenRosa, Deleted, Other, null, 409.18)]
    [InlineData("9", DuplicatePolicy.Central, Deleted, Same, null, 409.18)]
    [InlineData("9", DuplicatePolicy.CommCare, Deleted, Other, null, 409.18)]
    [InlineData("9C", DuplicatePolicy.CommCare, Deleted, Same, nameof(SubmissionAction.Acknowledge), null)]
    public void A_submission_without_deprecatedID(
        string row,
        DuplicatePolicy policy,
        InstanceState? state,
        string? xml,
        string? action,
        double? code
    ) => AssertDecision(row, action, code, DecideSubmission.New(policy, Id, Same, Found(Id, state, xml)));

    [Theory]
    [InlineData("10", DuplicatePolicy.OpenRosa, null, null, null, null, 404.5)]
    [InlineData("10", DuplicatePolicy.OpenRosa, null, Current, Same, null, 404.5)]
    [InlineData("10", DuplicatePolicy.Central, null, null, null, null, 404.5)]
    [InlineData("9", DuplicatePolicy.OpenRosa, Deleted, null, null, null, 409.18)]
    [InlineData("9", DuplicatePolicy.OpenRosa, Deleted, Current, Same, null, 409.18)]
    [InlineData("11", DuplicatePolicy.OpenRosa, Current, null, null, nameof(SubmissionAction.Edit), null)]
    [InlineData("11", DuplicatePolicy.Central, Current, null, null, nameof(SubmissionAction.Edit), null)]
    [InlineData("12", DuplicatePolicy.OpenRosa, Current, Current, Same, null, 409.3)]
    [InlineData("12", DuplicatePolicy.OpenRosa, Current, Superseded, Other, null, 409.3)]
    [InlineData("12", DuplicatePolicy.Central, Current, Deleted, Same, null, 409.3)]
    [InlineData("13", DuplicatePolicy.OpenRosa, Superseded, Current, Same, nameof(SubmissionAction.FillMedia), null)]
    [InlineData("13", DuplicatePolicy.Central, Superseded, Current, Same, null, 409.3)]
    [InlineData("14", DuplicatePolicy.OpenRosa, Superseded, Current, Other, null, 409.1)]
    [InlineData("14", DuplicatePolicy.Central, Superseded, Current, Other, null, 409.3)]
    [InlineData("15", DuplicatePolicy.OpenRosa, Superseded, null, null, null, 409.9)]
    [InlineData("15", DuplicatePolicy.OpenRosa, Superseded, Superseded, Same, null, 409.9)]
    [InlineData("15", DuplicatePolicy.Central, Superseded, Deleted, Same, null, 409.9)]
    public void A_submission_with_deprecatedID(
        string row,
        DuplicatePolicy policy,
        InstanceState? deprecated,
        InstanceState? state,
        string? xml,
        string? action,
        double? code
    ) =>
        AssertDecision(
            row,
            action,
            code,
            DecideSubmission.Edit(policy, Id, Same, DeprecatedId, Found(Id, state, xml), Found(DeprecatedId, deprecated, Other))
        );

    [Theory]
    [InlineData(null, null)]
    [InlineData("uuid:root", null)]
    [InlineData("uuid:another", 409.9)]
    public void An_edit_belongs_to_the_submission_that_the_address_names(string? addressed, double? code) =>
        AssertCode(
            11,
            code,
            DecideSubmission.RefuseOtherSubmission(
                Id,
                DeprecatedId,
                InstanceId.Parse("uuid:root"),
                addressed is null ? null : InstanceId.Parse(addressed)
            )
        );

    [Theory]
    [InlineData(null, null, null, 409.18)]
    [InlineData(Deleted, Same, null, 409.9)]
    [InlineData(Superseded, Same, null, 409.9)]
    [InlineData(Current, Other, null, 409.1)]
    [InlineData(Current, Same, nameof(SubmissionAction.FillMedia), null)]
    public void A_duplicate_whose_instance_changes_meanwhile(InstanceState? state, string? xml, string? action, double? code) =>
        AssertDecision("6", action, code, DecideSubmission.Refill(DuplicatePolicy.OpenRosa, Id, Same, Found(Id, state, xml)));

    private static Instance? Found(InstanceId id, InstanceState? state, string? xml) =>
        state is { } some
            ? new Instance(new SubmissionVersion(id, xml!, "1", new Sender(null, null, null), null, DateTimeOffset.UnixEpoch), some, "key")
            : null;

    private static void AssertDecision(string row, string? action, double? code, SubmissionDecision decision)
    {
        AssertCode(row, code, decision.Refusal);
        if (action is not null)
        {
            Assert.Equal((row, action), (row, decision.OrThrow().ToString()));
        }
    }

    private static void AssertCode(object row, double? code, Problem? refusal) => Assert.Equal((row, (decimal?)code), (row, refusal?.Code));
}
