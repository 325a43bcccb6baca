using System.Text.Json;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Audits;

/// <summary>Who did what, when and to what. <see cref="Action"/> is one of ODK Central's names, such as `form.update.publish`; <see
/// cref="Details"/> is JSON, without secrets.</summary>
public sealed record AuditEntry(ActorId? Actor, string Action, string Actee, string? Details, DateTimeOffset LoggedAt);

/// <summary>Which entries are wanted: by action (`form.create`), by kind of action (`form`), and by time, both ends included.</summary>
public sealed record AuditFilter(string? Action, DateTimeOffset? Start, DateTimeOffset? End)
{
    // Central's word for all but what phones do all day.
    private const string NonVerbose = "nonverbose";

    internal bool Takes(AuditEntry entry) =>
        (Action is null or NonVerbose || entry.Action == Action || entry.Action.StartsWith(Action + ".", StringComparison.Ordinal))
        && (Start is null || entry.LoggedAt >= Start)
        && (End is null || entry.LoggedAt <= End);
}

/// <summary>The audit log: every change made through the management API. What phones submit is logged by the submissions
/// themselves.</summary>
public sealed class AuditLog(AuditsTable audits, TimeProvider clock)
{
    /// <summary>One operation, after the change. If it fails the request fails, so that nobody believes in a complete log that
    /// isn't.</summary>
    public Task WriteAsync(ActorId? actor, string action, Scope actee, object? details, CancellationToken cancellationToken) =>
        audits.AddAsync(
            new AuditEntry(
                actor,
                action,
                actee.ToString(),
                details is null ? null : JsonSerializer.Serialize(details, JsonSerializerOptions.Web),
                clock.GetUtcNow()
            ),
            cancellationToken
        );

    /// <summary>Newest first. One operation per 1,000 entries read.</summary>
    public IAsyncEnumerable<AuditEntry> ListAsync(AuditFilter filter, int offset, int? limit, CancellationToken cancellationToken)
    {
        var wanted = audits.ListAsync(filter, cancellationToken).Where(filter.Takes).Skip(offset);
        return limit is { } count ? wanted.Take(count) : wanted;
    }
}
