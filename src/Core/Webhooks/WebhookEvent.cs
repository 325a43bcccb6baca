namespace ServerlessRosa.Core.Webhooks;

/// <summary>The kinds of events that a webhook can ask for.</summary>
public static class WebhookEvent
{
    public const string SubmissionCreated = "submission.created";
    public const string SubmissionEdited = "submission.edited";
    public const string SubmissionReviewed = "submission.reviewed";
    public const string SubmissionDeleted = "submission.deleted";
    public const string SubmissionRestored = "submission.restored";
    public const string EntityCreated = "entity.created";
    public const string EntityUpdated = "entity.updated";
    public const string EntityDeleted = "entity.deleted";
    public const string EntityRestored = "entity.restored";
    public const string CaseCreated = "case.created";
    public const string CaseUpdated = "case.updated";
    public const string CaseClosed = "case.closed";

    /// <summary>No form that changed it is left.</summary>
    public const string CaseDeleted = "case.deleted";

    /// <summary>Sent on request only, whatever a webhook asks for.</summary>
    public const string Test = "webhook.test";

    public static IReadOnlyList<string> All { get; } =
    [
        SubmissionCreated,
        SubmissionEdited,
        SubmissionReviewed,
        SubmissionDeleted,
        SubmissionRestored,
        EntityCreated,
        EntityUpdated,
        EntityDeleted,
        EntityRestored,
        CaseCreated,
        CaseUpdated,
        CaseClosed,
        CaseDeleted,
    ];

    internal static bool IsOfEntity(string name) => name.StartsWith("entity.", StringComparison.Ordinal);

    internal static bool IsOfCase(string name) => name.StartsWith("case.", StringComparison.Ordinal);
}
