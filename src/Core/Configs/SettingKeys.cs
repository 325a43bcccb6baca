using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Configs;

/// <summary>The keys of the table `settings` and the names of blobs in the container `settings`.</summary>
internal static class SettingKeys
{
    public const string Configs = "config";

    public const string Preferences = "preferences";

    public static string User(ActorId user) => TableKey.Join("user", TableKey.Number(user.Value));

    public static string NewImage(string key) => $"{key}/{Guid.NewGuid():N}";
}
