using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure.Data.Tables;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Submissions;

/// <summary>Intents that an interrupted request left.</summary>
public sealed class ReconcileTests
{
    private const string CaseBlock = "<case xmlns=\"http://commcarehq.org/case/transaction/v2\" case_id=\"c\"><update/></case><species>";

    [Fact, Clause("OR-212")]
    public async Task Reconcile_completes_old_intents_and_leaves_recent_ones()
    {
        var inbox = await Inbox.OpenAsync();
        var intents = await Intents.TableAsync();
        var now = DateTimeOffset.UtcNow;
        await AddAsync(intents, inbox, "uuid:old", now.AddMinutes(-10));
        await AddAsync(intents, inbox, "uuid:older", now.AddDays(-10));
        await AddAsync(intents, inbox, "uuid:young", now);

        await new Intents(inbox.Programme).ReconcileAsync();

        Assert.Equal(["uuid:young"], await IntentInstancesAsync(inbox));
        Assert.Empty(await inbox.ListAsync());
        await new Intents(inbox.Programme).ReconcileAsync();
        Assert.Equal(["uuid:young"], await IntentInstancesAsync(inbox));
    }

    [Fact, Clause("OR-212"), Clause("OR-206")]
    public async Task A_submission_that_was_received_or_refused_leaves_no_intent()
    {
        var inbox = await Inbox.OpenAsync();
        var xml = inbox.Submission("uuid:1").Replace("<species>", CaseBlock, StringComparison.Ordinal);

        (await inbox.PostAsync(xml)).ShouldBeReceived();
        (await inbox.PostAsync(xml)).ShouldBeReceived();
        (await inbox.PostAsync(xml + " ")).ShouldBeOpenRosaError(409, "different XML");
        (
            await inbox.PostAsync(
                inbox.Submission("uuid:2", deprecatedId: "uuid:none").Replace("<species>", CaseBlock, StringComparison.Ordinal)
            )
        ).ShouldBeOpenRosaError(404, "find that submission to update");

        Assert.Empty(await IntentInstancesAsync(inbox));
    }

    // The state after a crash between intent and commit.
    private static async Task AddAsync(TableClient intents, Inbox inbox, string instanceId, DateTimeOffset at)
    {
        var xmlHash = new string('0', 64);
        var hash = Convert.ToHexStringLower(
            SHA256.HashData(
                Encoding.UTF8.GetBytes(
                    string.Create(CultureInfo.InvariantCulture, $"{inbox.Programme.Id:D10}|{1:D10}|published|0 {instanceId} {xmlHash}")
                )
            )
        );
        await intents.AddEntityAsync(
            new TableEntity(Convert.ToInt32(hash[..1], 16).ToString("D2", CultureInfo.InvariantCulture), hash)
            {
                ["Project"] = inbox.Programme.Id,
                ["Form"] = 1,
                ["InstanceId"] = instanceId,
                ["Work"] = xmlHash,
                ["At"] = at,
            }
        );
    }

    private static async Task<List<string>> IntentInstancesAsync(Inbox inbox) =>
        [.. (await new Intents(inbox.Programme).ListAsync()).Select(row => row.GetString("InstanceId"))];
}
