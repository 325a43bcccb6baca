namespace ServerlessRosa.Core.Storage;

/// <summary>A range of times, both ends included; null is open.</summary>
public readonly record struct TimeRange(DateTimeOffset? From, DateTimeOffset? To)
{
    internal bool Holds(DateTimeOffset time) => (From is not { } from || time >= from) && (To is not { } to || time <= to);

    /// <summary>The part of this range up to a time.</summary>
    internal TimeRange Until(DateTimeOffset time) => To <= time ? this : this with { To = time };

    /// <summary>The part of this range that another holds too.</summary>
    public TimeRange Within(TimeRange other) =>
        new(other.From is { } from && !(From >= from) ? from : From, other.To is { } to && !(To <= to) ? to : To);
}
