using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Accounts;

/// <summary>
/// The keys of table `accounts`. Actors are spread over eight partitions per project (and eight for web users), since each partition has
/// its own rate limit.
/// </summary>
internal static class AccountKeys
{
    private const int Spread = 8;

    public static (string Partition, string Row) Sequence => ("sequence", "actors");

    public static (string Partition, string Row) Administrators => ("administrators", "administrators");

    public static string Partition(ProjectId? project, ActorId actor) =>
        PartitionsOf(project) + (actor.Value % Spread).ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The common prefix of the partitions of a project's app users and public links, or of the web users' partitions.</summary>
    public static string PartitionsOf(ProjectId? project) =>
        project is { } id ? TableKey.Join("project", TableKey.Number(id.Value)) + "|" : "users|";

    public static string Actor(ActorId actor) => TableKey.Number(actor.Value);

    public static string SessionsOf(ActorId actor) => TableKey.Join(TableKey.Number(actor.Value), "session") + "|";

    public static string Session(ActorId actor, string tokenHash) => SessionsOf(actor) + tokenHash;

    /// <summary>The row of a key; of a part of its hash, the common prefix of rows.</summary>
    public static string ApiKey(ActorId actor, string hash) => TableKey.Join(TableKey.Number(actor.Value), "apikey") + "|" + hash;

    /// <summary>The row that keeps an e-mail address unique.</summary>
    public static (string Partition, string Row) Email(string email)
    {
        var hash = TableKey.Hash(Normalise(email));
        return (TableKey.Join("email", hash[..2]), hash);
    }

    public static string Normalise(string email) => email.Trim().ToLowerInvariant();
}
