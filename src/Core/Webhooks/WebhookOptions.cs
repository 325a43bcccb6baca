using System.ComponentModel.DataAnnotations;

namespace ServerlessRosa.Core.Webhooks;

/// <summary>Where changes may be reported to, and what links in a report start with.</summary>
public sealed class WebhookOptions : IValidatableObject
{
    public const string Section = "Rosa";

    /// <summary>Setting `Rosa:PublicUrl`: the origin of links. Without it, that of the host name of the Functions app.</summary>
    public string? PublicUrl { get; set; }

    /// <summary>Setting `Rosa:WebhooksToPrivateAddresses`: webhooks may also go to private and loopback addresses, and over HTTP.</summary>
    public bool WebhooksToPrivateAddresses { get; set; }

    /// <summary>Setting `Rosa:EventGridTopic`: the endpoint of a topic with the CloudEvents schema, which gets the events of all
    /// projects.</summary>
    public string? EventGridTopic { get; set; }

    /// <summary>Setting `Rosa:EventGridKey`: an access key of the topic. Without it, the app's managed identity.</summary>
    public string? EventGridKey { get; set; }

    internal string Origin =>
        PublicUrl is { Length: > 0 } url ? url.TrimEnd('/')
        : Environment.GetEnvironmentVariable("WEBSITE_HOSTNAME") is { Length: > 0 } name ? $"https://{name}"
        : "";

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (
            EventGridTopic is { Length: > 0 } topic
            && (!Uri.TryCreate(topic, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        )
        {
            yield return new ValidationResult("Rosa:EventGridTopic must be an absolute http or https address.");
        }
    }
}
