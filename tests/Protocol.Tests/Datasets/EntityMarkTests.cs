using System.Globalization;
using Azure.Data.Tables;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Datasets;

/// <summary>The mark that a submission has changed an entity is of that submission alone: another form may use the same instance
/// id (OR-209).</summary>
public sealed class EntityMarkTests
{
    private const string Update = "update=\"1\" baseVersion=\"1\"";

    [Fact, Clause("OR-239"), Clause("OR-209")]
    public async Task Submissions_of_two_forms_with_the_same_instance_id_both_update_an_entity()
    {
        var census = await Census.StartAsync();
        var other = await SecondFormAsync(census);
        var (ann, bob) = (await census.CreateAsync(), await census.CreateAsync("Bob", "Bob"));
        (Census Form, string Xml)[] sent =
        [
            (census, census.Submission(ann, Update, age: "31", instanceId: "one")),
            (other, other.Submission(ann, Update, age: "32", instanceId: "one")),
            (other, other.Submission(bob, Update, age: "32", instanceId: "two")),
            (census, census.Submission(bob, Update, age: "31", instanceId: "two")),
        ];
        foreach (var (form, xml) in sent.Concat(sent))
        {
            await form.SendAsync(xml);
        }
        Assert.Equal([$"{bob},Ann,3,Ann,31", $"{ann},Ann,3,Ann,32"], await census.RowsAsync());
        Assert.Empty(await census.ErrorsAsync());
    }

    [Fact, Clause("OR-241")]
    public async Task A_mark_that_an_older_version_wrote_without_the_form_counts_for_the_form_that_made_the_change()
    {
        var census = await Census.StartAsync();
        var other = await SecondFormAsync(census);
        var ann = await census.CreateAsync();
        var update = census.Submission(ann, Update, age: "31", instanceId: "one");
        await census.SendAsync(update);
        await ForgetAsync(census, ann);

        var elsewhere = await Processes.RememberingAsync();
        await census.At(elsewhere).SendAsync(update);
        Assert.Equal([$"{ann},Ann,2,Ann,31"], await census.RowsAsync());
        await other.SendAsync(other.Submission(ann, "update=\"1\" baseVersion=\"2\"", age: "32", instanceId: "one"));
        Assert.Equal([$"{ann},Ann,3,Ann,32"], await census.RowsAsync());
    }

    // What a process of an older version left behind that stopped right after it changed the entity.
    private static async Task ForgetAsync(Census census, string id)
    {
        var table = new TableServiceClient(await Server.StorageAsync()).GetTableClient("entities");
        var project = census.Programme.Id.ToString("D10", CultureInfo.InvariantCulture);
        await foreach (var row in table.QueryAsync<TableEntity>(row => row.PartitionKey.CompareTo(project) >= 0))
        {
            if (!row.PartitionKey.StartsWith($"{project}|", StringComparison.Ordinal))
            {
                continue;
            }
            if (row.PartitionKey.StartsWith($"{project}|submissions|", StringComparison.Ordinal))
            {
                await table.DeleteEntityAsync(row.PartitionKey, row.RowKey);
            }
            else if (row.RowKey.StartsWith($"s|{id}|", StringComparison.Ordinal))
            {
                await table.UpdateEntityAsync(new TableEntity(row.PartitionKey, row.RowKey), Azure.ETag.All, TableUpdateMode.Replace);
            }
        }
    }

    private static async Task<Census> SecondFormAsync(Census census)
    {
        var form = Samples.Unique("visit");
        await census.Programme.PublishAsync(EntityForms.Filling(form, census.Dataset, "update=\"1\""), form);
        return census.Of(form, await census.Programme.AppUserAsync(form));
    }
}
