using System.Globalization;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Recovery;

/// <summary>The keys of the table `intents`.</summary>
internal static class IntentKeys
{
    public const int Shards = 16;

    public static string Partition(int shard) => shard.ToString("D2", CultureInfo.InvariantCulture);

    /// <summary>The same piece of work always has the same key.</summary>
    public static (string Partition, string Row) Intent(SubmissionSpace space, InstanceId? instance, string work)
    {
        var place = TableKey.Join(
            TableKey.Number(space.Project.Value),
            TableKey.Number(space.Form),
            space.Draft is null ? "published" : $"draft-{space.Draft}",
            "0"
        );
        var hash = TableKey.Hash($"{place} {instance} {work}");
        return (Partition(Convert.ToInt32(hash[..1], 16)), hash);
    }
}
