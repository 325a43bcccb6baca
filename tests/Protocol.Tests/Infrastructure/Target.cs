using System.Globalization;

namespace ServerlessRosa.Protocol.Tests.Infrastructure;

/// <summary>The target of a request of the rights matrix: the values for an address's placeholders.</summary>
public sealed record Target
{
    /// <summary>Of the case in the domain.</summary>
    public const string ExternalId = "HH-7";

    public required int Project { get; init; }

    /// <summary>Published with a picture and a dataset, and with a draft beside it.</summary>
    public required string Form { get; init; }

    public required string Dataset { get; init; }

    /// <summary>Of the dataset.</summary>
    public required string Entity { get; init; }

    /// <summary>The media slot of the form.</summary>
    public string Slot { get; init; } = TestActors.Picture;

    /// <summary>Of a form in the trash.</summary>
    public required int TrashedForm { get; init; }

    /// <summary>The number of a dataset in the trash.</summary>
    public required int TrashedDataset { get; init; }

    /// <summary>A submission with a photo, to the form and to its draft.</summary>
    public required string Instance { get; init; }

    public required int AppUser { get; init; }

    public required int PublicLink { get; init; }

    public required int User { get; init; }

    /// <summary>The project's domain.</summary>
    public required string Domain { get; init; }

    /// <summary>One thing of each kind in the domain, by the resource's name in addresses.</summary>
    public required IReadOnlyDictionary<string, string> DomainIds { get; init; }

    /// <summary>The key of an app user that does nothing else.</summary>
    public required string Key { get; init; }

    /// <summary>The ticket of the submission's photo; set once the submission exists.</summary>
    public string Ticket { get; init; } = "";

    /// <summary>The id in the web address of the form.</summary>
    public required string Link { get; init; }

    /// <summary>A file that the console's page names.</summary>
    public required string Asset { get; init; }

    /// <summary>A preference that all web users have.</summary>
    public string Preference { get; init; } = "shared";

    /// <summary>A key of the server's configuration that is set.</summary>
    public string Config { get; init; } = "login-appearance";

    /// <summary>A web user with a role on the project, as the domain's API calls them; set once there is one.</summary>
    public string WebUser { get; init; } = "";

    /// <summary>The id of an API key of <see cref="User"/>.</summary>
    public string ApiKey { get; init; } = "0123456789abcdef";

    /// <summary>A webhook of the project that nobody delivers to, and a delivery of it.</summary>
    public (string Id, string Delivery) Webhook { get; init; }

    /// <summary>The address, without credentials, for a row's path.</summary>
    public string Fill(string path)
    {
        var ofSubmission = path.Contains("{instance}", StringComparison.Ordinal);
        return "/"
            + path.TrimStart('/')
                .Replace("{projectId}", Text(Project), StringComparison.Ordinal)
                .Replace("{domain}", Domain, StringComparison.Ordinal)
                .Replace("{appId}", "app-1", StringComparison.Ordinal)
                .Replace("{externalId}", ExternalId, StringComparison.Ordinal)
                .Replace("{formId}", Uri.EscapeDataString(Instance), StringComparison.Ordinal)
                .Replace("{part}", "form.xml", StringComparison.Ordinal)
                .Replace("{app}", "app", StringComparison.Ordinal)
                .Replace(
                    "{id}",
                    path.Split('/').FirstOrDefault(DomainIds.ContainsKey) is { } resource ? DomainIds[resource] : "{id}",
                    StringComparison.Ordinal
                )
                .Replace("{form}", Form, StringComparison.Ordinal)
                .Replace("{number}", Text(TrashedForm), StringComparison.Ordinal)
                .Replace("{instance}", Uri.EscapeDataString(Instance), StringComparison.Ordinal)
                .Replace("{table}", $"Submissions('{Uri.EscapeDataString(Instance)}')", StringComparison.Ordinal)
                .Replace("{*rest}", "", StringComparison.Ordinal)
                .Replace("{version}", ofSubmission ? Uri.EscapeDataString(Instance) : "1", StringComparison.Ordinal)
                .Replace("{name}", ofSubmission ? TestActors.Photo : Slot, StringComparison.Ordinal)
                .Replace("{dataset}", Dataset, StringComparison.Ordinal)
                .Replace("{trashedDataset}", Text(TrashedDataset), StringComparison.Ordinal)
                .Replace("{property}", "age", StringComparison.Ordinal)
                .Replace("{uuid}", Entity, StringComparison.Ordinal)
                .Replace("app-users/{id}", $"app-users/{Text(AppUser)}", StringComparison.Ordinal)
                .Replace("public-links/{id}", $"public-links/{Text(PublicLink)}", StringComparison.Ordinal)
                .Replace("users/{id}", $"users/{Text(User)}", StringComparison.Ordinal)
                .Replace("{actorId}", Text(User), StringComparison.Ordinal)
                .Replace("{ticket}", Ticket, StringComparison.Ordinal)
                .Replace("{linkId}", Link, StringComparison.Ordinal)
                .Replace("{file}", Asset, StringComparison.Ordinal)
                .Replace("{preference}", Preference, StringComparison.Ordinal)
                .Replace("config/public/{config}", $"config/public/{Config}", StringComparison.Ordinal)
                .Replace("config/{config}", $"config/{Config}", StringComparison.Ordinal)
                .Replace("{role}", "viewer", StringComparison.Ordinal)
                .Replace("{webUser}", WebUser, StringComparison.Ordinal)
                .Replace("{apiKey}", ApiKey, StringComparison.Ordinal)
                .Replace("{webhook}", Webhook.Id, StringComparison.Ordinal)
                .Replace("{delivery}", Webhook.Delivery, StringComparison.Ordinal)
                .Replace("{token}", Uri.EscapeDataString(Key), StringComparison.Ordinal);
    }

    /// <summary>The form and the instance in a query.</summary>
    public string FillQuery(string query) =>
        query
            .Replace("{form}", Form, StringComparison.Ordinal)
            .Replace("{instance}", Uri.EscapeDataString(Instance), StringComparison.Ordinal);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
