using System.Net;
using Microsoft.Extensions.Options;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Webhooks;

/// <summary>Manages the webhooks of a project, and shows what became of their deliveries.</summary>
public sealed class WebhookDirectory(
    WebhooksTable webhooks,
    WebhookDeliveriesTable deliveries,
    WebhookSecrets secrets,
    WebhookMessages queue,
    AnnounceChange announce,
    IOptions<WebhookOptions> options,
    TimeProvider clock
)
{
    private const int Most = 20;
    private const int MaxName = 200;
    private const int MaxUrl = 2000;
    private static readonly TimeSpan FormerSecretCounts = TimeSpan.FromHours(24);
    private const int LargestPage = 250;
    private static readonly string[] States = [Delivery.Pending, Delivery.Delivered, Delivery.Parked];

    /// <summary>Oldest first. One operation.</summary>
    public Task<IReadOnlyList<Webhook>> ListAsync(ProjectId project, CancellationToken cancellationToken) =>
        webhooks.ListAsync(project, cancellationToken);

    /// <summary>Refuses an unknown one with 404.1. One operation.</summary>
    public async Task<Webhook> GetAsync(ProjectId project, string id, CancellationToken cancellationToken) =>
        await webhooks.FindAsync(project, id, cancellationToken) ?? throw Problem.NotFound().AsException();

    /// <summary>Returns the secret too, which cannot be read again. Refuses more than 20 webhooks, and what <see cref="ChangeAsync"/>
    /// refuses. Two operations.</summary>
    public async Task<(Webhook Webhook, string Secret)> CreateAsync(
        ProjectId project,
        WebhookEdit edit,
        CancellationToken cancellationToken
    )
    {
        var url = UrlOf(edit.Url ?? throw Problem.MissingParameter("url").AsException());
        var (text, hidden) = secrets.Create();
        var webhook = Apply(
            new Webhook(project, WebhookKeys.NewWebhook(), url.Host, url, hidden, clock.GetUtcNow()),
            edit with
            {
                Events = edit.Events ?? throw Problem.MissingParameter("events").AsException(),
            }
        );
        if ((await webhooks.ListAsync(project, cancellationToken)).Count >= Most)
        {
            throw Problem.UnexpectedValue("webhooks", null, $"a project has {Most} at most.").AsException();
        }
        await webhooks.AddAsync(webhook, cancellationToken);
        announce.Forget(project);
        return (webhook, text);
    }

    /// <summary>Refuses an unknown webhook (404.1), and an address, a name or events that cannot be (400.8, 400.13). Three operations.
    /// </summary>
    public async Task<Webhook> ChangeAsync(ProjectId project, string id, WebhookEdit edit, CancellationToken cancellationToken)
    {
        var changed = await UpdateAsync(project, id, webhook => Apply(webhook, edit), cancellationToken);
        if (changed.IsActive)
        {
            await DeliverAsync(changed, cancellationToken);
        }
        return changed;
    }

    /// <summary>Returns the new secret. The former one signs beside it for a day. Two operations.</summary>
    public async Task<(Webhook Webhook, string Secret)> RotateSecretAsync(ProjectId project, string id, CancellationToken cancellationToken)
    {
        var (text, hidden) = secrets.Create();
        var changed = await UpdateAsync(
            project,
            id,
            webhook =>
                webhook with
                {
                    ProtectedSecret = hidden,
                    ProtectedFormerSecret = webhook.ProtectedSecret,
                    FormerUntil = clock.GetUtcNow() + FormerSecretCounts,
                },
            cancellationToken
        );
        return (changed, text);
    }

    /// <summary>Its deliveries are removed soon; what is pending is not delivered. Refuses an unknown webhook with 404.1. Three
    /// operations.</summary>
    public async Task<Webhook> RemoveAsync(ProjectId project, string id, CancellationToken cancellationToken)
    {
        var webhook = await GetAsync(project, id, cancellationToken);
        await webhooks.RemoveAsync(webhook, cancellationToken);
        announce.Forget(project);
        await DeliverAsync(webhook, CancellationToken.None);
        return webhook;
    }

    /// <summary>Has a test event delivered, soon and out of turn. Three operations.</summary>
    public async Task<Delivery> TestAsync(ProjectId project, string id, ActorId actor, CancellationToken cancellationToken)
    {
        var webhook = await GetAsync(project, id, cancellationToken);
        var now = clock.GetUtcNow();
        var eventId = WebhookKeys.EventId(WebhookEvent.Test, Guid.NewGuid().ToString());
        var delivery = new Delivery(eventId, WebhookEvent.Test, now, $"webhooks/{id}", $$"""{"actorId":{{actor}}}""")
        {
            Since = now,
            InOrder = false,
        };
        await deliveries.AddAsync(webhook, delivery, cancellationToken);
        var message = new ChangeMessage(ChangeMessage.TestDelivery, project.Value, now) { Webhook = id, Delivery = delivery.Id };
        await queue.AddAsync(message, TimeSpan.Zero, cancellationToken);
        return delivery;
    }

    /// <summary>Newest first. Refuses an unknown webhook (404.1), an unknown state and a page over 250 (400.8). Two operations, more for
    /// a rare state.</summary>
    public async Task<IReadOnlyList<Delivery>> ListDeliveriesAsync(
        ProjectId project,
        string id,
        string? state,
        int offset,
        int limit,
        CancellationToken cancellationToken
    )
    {
        if (state is not null && !States.Contains(state))
        {
            throw Problem.UnexpectedValue("state", state, $"it is none of {string.Join(", ", States)}.").AsException();
        }
        if (limit > LargestPage)
        {
            throw Problem.UnexpectedValue("limit", $"{limit}", $"a page has {LargestPage} at most.").AsException();
        }
        var webhook = await GetAsync(project, id, cancellationToken);
        return await deliveries.ListAsync(webhook, state, cancellationToken).Skip(offset).Take(limit).ToListAsync(cancellationToken);
    }

    /// <summary>Delivers an event again, with the same id, in its place among those that are pending. Refuses an unknown one with 404.1.
    /// Four operations.</summary>
    public async Task<Delivery> ReplayAsync(ProjectId project, string id, string deliveryId, CancellationToken cancellationToken)
    {
        var webhook = await GetAsync(project, id, cancellationToken);
        var found = await deliveries.FindAsync(webhook, deliveryId, cancellationToken) ?? throw Problem.NotFound().AsException();
        var again = found with { State = Delivery.Pending, InOrder = true, Attempts = 0, Since = clock.GetUtcNow() };
        await deliveries.ReplayAsync(webhook, again, cancellationToken);
        await DeliverAsync(webhook, cancellationToken);
        return again;
    }

    private async Task<Webhook> UpdateAsync(
        ProjectId project,
        string id,
        Func<Webhook, Webhook> change,
        CancellationToken cancellationToken
    )
    {
        var changed =
            await webhooks.ChangeAsync(project, id, webhook => change(webhook) with { UpdatedAt = clock.GetUtcNow() }, cancellationToken)
            ?? throw Problem.NotFound().AsException();
        announce.Forget(project);
        return changed;
    }

    private Task DeliverAsync(Webhook webhook, CancellationToken cancellationToken) =>
        queue.AddAsync(
            new ChangeMessage(ChangeMessage.Deliver, webhook.Project.Value, clock.GetUtcNow()) { Webhook = webhook.Id, Now = true },
            TimeSpan.Zero,
            cancellationToken
        );

    private Webhook Apply(Webhook webhook, WebhookEdit edit)
    {
        if (edit.Name is { Length: > MaxName })
        {
            throw Problem.ValueTooLong("name", MaxName).AsException();
        }
        if (edit.Events is { Count: 0 })
        {
            throw Problem.MissingParameter("events").AsException();
        }
        if (edit.Events?.Except(WebhookEvent.All).FirstOrDefault() is { } unknown)
        {
            throw Problem.UnexpectedValue("events", unknown, $"it is none of {string.Join(", ", WebhookEvent.All)}.").AsException();
        }
        return webhook with
        {
            Name = string.IsNullOrWhiteSpace(edit.Name) ? webhook.Name : edit.Name,
            Url = edit.Url is { } url ? UrlOf(url) : webhook.Url,
            Events = edit.Events is { } events ? [.. WebhookEvent.All.Where(events.Contains)] : webhook.Events,
            IncludesData = edit.IncludesData ?? webhook.IncludesData,
            IsActive = edit.IsActive ?? webhook.IsActive,
        };
    }

    // The name is resolved, and its address checked, at each delivery.
    private Uri UrlOf(string text)
    {
        if (text.Length > MaxUrl)
        {
            throw Problem.ValueTooLong("url", MaxUrl).AsException();
        }
        var toPrivate = options.Value.WebhooksToPrivateAddresses;
        var isPossible =
            Uri.TryCreate(text, UriKind.Absolute, out var url)
            && (url.Scheme == Uri.UriSchemeHttps || (toPrivate && url.Scheme == Uri.UriSchemeHttp))
            && url is { UserInfo: "", Fragment: "" }
            && (toPrivate || !(IPAddress.TryParse(url.IdnHost, out var address) ? !PublicAddress.Is(address) : url.IsLoopback));
        return isPossible
            ? url!
            : throw Problem
                .UnexpectedValue("url", text, "it must be an https address of a public host, without user or fragment.")
                .AsException();
    }
}
