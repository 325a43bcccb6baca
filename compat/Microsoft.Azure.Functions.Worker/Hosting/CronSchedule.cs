using System.Globalization;

namespace Microsoft.Azure.Functions.Worker.Hosting;

/// <summary>
/// An NCRONTAB schedule in UTC: second, minute, hour, day, month, day of week. Each field is a list of <c>*</c>, <c>a</c> or <c>a-b</c>,
/// each with an optional step <c>/n</c>. A day has to match both its fields.
/// </summary>
internal sealed class CronSchedule
{
    /// <summary>No schedule pauses longer: the 29th of February falls on each day of the week within 40 years.</summary>
    private const int MaxYears = 41;

    private static readonly (string Name, int Min, int Max)[] Fields =
    [
        ("second", 0, 59),
        ("minute", 0, 59),
        ("hour", 0, 23),
        ("day", 1, 31),
        ("month", 1, 12),
        ("day of week", 0, 6),
    ];

    private readonly ulong[] _allowed;

    private CronSchedule(ulong[] allowed) => _allowed = allowed;

    /// <exception cref="FormatException">The text is no schedule, or one that never comes.</exception>
    public static CronSchedule Parse(string text)
    {
        var fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != Fields.Length)
            throw new FormatException($"the schedule '{text}' has {fields.Length} fields instead of {Fields.Length}");

        var schedule = new CronSchedule([
            .. fields.Select((field, at) => ParseField(field, Fields[at].Name, Fields[at].Min, Fields[at].Max)),
        ]);
        return schedule.Find(DateTime.UnixEpoch) is not null ? schedule : throw new FormatException($"the schedule '{text}' never comes");
    }

    /// <summary>The first occurrence after an instant.</summary>
    public DateTimeOffset Next(DateTimeOffset after) => new(Find(after.UtcDateTime)!.Value, TimeSpan.Zero);

    private DateTime? Find(DateTime after)
    {
        var time = after.AddTicks(-(after.Ticks % TimeSpan.TicksPerSecond)).AddSeconds(1);
        var end = time.AddYears(MaxYears);
        while (time < end)
        {
            if (!Allows(4, time.Month))
                time = time.Date.AddDays(1 - time.Day).AddMonths(1);
            else if (!Allows(3, time.Day) || !Allows(5, (int)time.DayOfWeek))
                time = time.Date.AddDays(1);
            else if (!Allows(2, time.Hour))
                time = time.Date.AddHours(time.Hour + 1);
            else if (!Allows(1, time.Minute))
                time = time.AddSeconds(60 - time.Second);
            else if (!Allows(0, time.Second))
                time = time.AddSeconds(1);
            else
                return time;
        }

        return null;
    }

    private bool Allows(int field, int value) => (_allowed[field] >> value & 1) == 1;

    private static ulong ParseField(string text, string name, int min, int max)
    {
        var allowed = 0UL;
        foreach (var item in text.Split(','))
        {
            var parts = item.Split('/');
            var bounds = parts[0].Split('-');
            if (parts.Length > 2 || bounds.Length > 2)
                throw Wrong();

            var step = parts.Length == 2 ? Number(parts[1], 1, max) : 1;
            var (from, to) = (parts[0], bounds.Length) switch
            {
                ("*", _) => (min, max),
                (_, 2) => (Number(bounds[0], min, max), Number(bounds[1], min, max)),
                _ => (Number(parts[0], min, max), parts.Length == 2 ? max : Number(parts[0], min, max)),
            };
            if (from > to)
                throw Wrong();

            for (var value = from; value <= to; value += step)
                allowed |= 1UL << value;
        }

        return allowed;

        int Number(string digits, int low, int high) =>
            int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= low && number <= high
                ? number
                : throw Wrong();

        FormatException Wrong() => new($"'{text}' is no {name} of a schedule ({min} to {max})");
    }
}
