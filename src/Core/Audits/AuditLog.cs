using System.Text.Json;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Audits;

/// <summary>
/// One audit entry: actor, action, target and time. <see cref="Action"/> is one of ODK Central's names, such as `form.update.publish`;
/// <see cref="Details"/> is JSON without secrets.
/// </summary>
public sealed record AuditEntry(ActorId? Actor, string Action, string Actee, string? Details, DateTimeOffset LoggedAt)
{
    /// <summary>The header `X-Action-Notes` of the request.</summary>
    public string? Notes { get; init; }
}

/// <summary>Selects entries by action (`form.create`), by category (`form`), and by time, both ends included.</summary>
public sealed record AuditFilter(string? Action, DateTimeOffset? Start, DateTimeOffset? End)
{
    // Central's name for all actions except those that phones perform routinely.
    private const string NonVerbose = "nonverbose";

    internal bool Takes(AuditEntry entry) =>
        (Action is null or NonVerbose || entry.Action == Action || entry.Action.StartsWith(Action + ".", StringComparison.Ordinal))
        && (Start is null || entry.LoggedAt >= Start)
        && (End is null || entry.LoggedAt <= End);
}

/// <summary>The audit log of changes made through the management API. Submissions are recorded in their own tables.</summary>
public sealed class AuditLog(AuditsTable audits, TimeProvider clock)
{
    /// <summary>
    /// Writes an entry after the change. If it fails, the request fails, so that a gap in the log is noticed. One operation.
    /// </summary>
    public Task WriteAsync(ActorId? actor, string action, AuditActee actee, object? details, CancellationToken cancellationToken) =>
        audits.AddAsync(
            new AuditEntry(
                actor,
                action,
                actee.ToString(),
                details is null ? null : JsonSerializer.Serialize(details, JsonSerializerOptions.Web),
                clock.GetUtcNow()
            )
            {
                Notes = ActionNotes.Current,
            },
            cancellationToken
        );

    /// <summary>The same for a change of one submission, in a list of its own. Two operations.</summary>
    public async Task WriteOfSubmissionAsync(
        ActorId? actor,
        string action,
        Scope form,
        InstanceId root,
        object details,
        CancellationToken cancellationToken
    )
    {
        var entry = new AuditEntry(
            actor,
            action,
            form.ToString(),
            JsonSerializer.Serialize(details, JsonSerializerOptions.Web),
            clock.GetUtcNow()
        )
        {
            Notes = ActionNotes.Current,
        };
        await audits.AddAsync(entry, cancellationToken);
        await audits.AddAsync(entry, cancellationToken, AuditKeys.OfSubmission(form.Project!.Value, form.Form!.Value, root));
    }

    /// <summary>Changes of a submission through the management API, without its creation, newest first. One operation per 1,000.</summary>
    internal IAsyncEnumerable<AuditEntry> ListOfSubmissionAsync(
        ProjectId project,
        int form,
        InstanceId root,
        CancellationToken cancellationToken
    ) => audits.ListPartitionAsync(AuditKeys.OfSubmission(project, form, root), cancellationToken);

    /// <summary>Newest first. One operation per 1,000 entries read.</summary>
    public IAsyncEnumerable<AuditEntry> ListAsync(AuditFilter filter, int offset, int? limit, CancellationToken cancellationToken)
    {
        var wanted = audits.ListAsync(filter, cancellationToken).Where(filter.Takes).Skip(offset);
        return limit is { } count ? wanted.Take(count) : wanted;
    }
}
