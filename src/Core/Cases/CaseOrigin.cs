namespace ServerlessRosa.Core.Cases;

/// <summary>The instance ids of the forms that made a case, oldest first, each once, and when the first of them was applied.</summary>
public sealed record CaseOrigin(IReadOnlyList<string> Forms, DateTimeOffset? OpenedAt)
{
    public static CaseOrigin None { get; } = new([], null);

    public static CaseOrigin Of(Case value) =>
        new(
            [.. value.Transactions.Select(one => one.Form.Instance.Value).Distinct()],
            value.Transactions is [var first, ..] ? first.At : null
        );
}
