using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Core.Workers;
using ServerlessRosa.Core.Xml;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>The submitter of a submission and the device (OR-232, OR-233).</summary>
public static class Senders
{
    private const int MaxLength = 255;

    public static Sender Of(HttpRequest request, Caller caller) =>
        Of(request, caller.Actor?.Id) with
        {
            UserId = caller.Actor is { Kind: ActorKind.WebUser } user ? DomainUser.OfWebUser(user.Id).Value : null,
            IsPhone = IsPhone(request),
        };

    public static Sender Of(HttpRequest request, DomainUser user) => Of(request, user.Actor.Id) with { UserId = user.UserId.Value };

    public static Sender Of(HttpRequest request, ActorId? submitter) => new(submitter, Cut(request.Query["deviceID"]), AgentOf(request));

    /// <summary>Whether the client names a version of the OpenRosa protocol.</summary>
    public static bool IsPhone(HttpRequest request) => request.Headers.ContainsKey(OpenRosaResponse.VersionHeader);

    /// <summary>The program that asks.</summary>
    public static string? AgentOf(HttpRequest request)
    {
        var agent = request.Headers.UserAgent.ToString();
        var client = request.Headers["ODK-Client"].ToString();
        return Cut(client.Length > 0 ? $"{client} {agent}" : agent);
    }

    private static string? Cut(string? text) => string.IsNullOrWhiteSpace(text) ? null : ShortText.Cut(text, MaxLength);
}
